// What the report has to tell: chooses pictures, works out figures and sentences from a run; no HTML, no files.
import { accuracy, column, confusion, predictions, probabilityOf } from '../metrics.ts';
import type { RunFacts } from '../run-folder.ts';
import type { PictureSet, Split, TrainConfig, TrainResult } from '../types.ts';
import type { CheckReport } from '../verify.ts';
import { type Mark, marksOf, meanings, type NeuronMeaning } from './meaning.ts';
import { capital, inWords, listed, share, wilson } from './words.ts';

/** Everything a report is made from. */
export interface ReportInput {
  readonly set: PictureSet;
  readonly split: Split;
  readonly config: TrainConfig;
  readonly result: TrainResult;
  readonly check: CheckReport;
  /** Seconds from the start of the program. */
  readonly wall: number;
  readonly facts: Pick<RunFacts, 'created' | 'source'>;
}

/** A test picture with the network's verdict. */
export interface Sample {
  /** Place in the test part. */
  readonly at: number;
  readonly name: string;
  readonly truth: string;
  readonly verdict: string;
  /** Probability of the verdict. */
  readonly probability: number;
  readonly right: boolean;
}

/** One hidden neuron of the first layer. */
export interface Neuron extends NeuronMeaning {
  readonly weights: Float32Array;
  /** Weight to the output of two classes; undefined where there is another layer or more outputs. */
  readonly outgoing: number | undefined;
  /** Places in the test part of the pictures that excite it most and least. */
  readonly most: readonly number[];
  readonly least: readonly number[];
}

export interface Story {
  readonly headline: string;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  /** Share of the commonest class in the test part: what guessing it always would give. */
  readonly guess: number;
  readonly marks: readonly Mark[];
  readonly neurons: readonly Neuron[];
  /** Neurons of the first layer, shown or not. */
  readonly neuronCount: number;
  readonly confusion: readonly (readonly number[])[];
  readonly sure: readonly Sample[];
  readonly close: readonly Sample[];
  readonly wrong: readonly Sample[];
  readonly wrongCount: number;
}

const MAX_NEURONS = 16;
const SAMPLES = 8;

function headline(set: PictureSet, config: TrainConfig, right: number, learnt: boolean): string {
  const names = config.classNames;
  const what = names.length <= 4 ? listed(names) : `${inWords(names.length)} classes`;
  const apart = names.length === 2 ? `${names[0] ?? ''} from ${names[1] ?? ''}` : `${what} apart`;
  if (!learnt) return `The network does not tell ${apart} yet`;
  const neurons = config.hidden.reduce((sum, width) => sum + width, 0);
  const who = neurons === 1 ? 'One hidden neuron tells' : `${capital(inWords(neurons))} hidden neurons tell`;
  const pictures = set.kind === 'portraits' ? 'portraits' : 'pictures';
  return `${who} ${apart} in ${share(right, right > 0.99 ? 1 : 0)} of ${pictures} never seen before`;
}

/** Takes from the sorted list in turn from each true class, so that a gallery shows them all. */
function variety(sorted: readonly Sample[], count: number): Sample[] {
  const queues = new Map<string, Sample[]>();
  for (const sample of sorted) {
    const queue = queues.get(sample.truth) ?? [];
    queue.push(sample);
    queues.set(sample.truth, queue);
  }
  const chosen: Sample[] = [];
  while (chosen.length < Math.min(count, sorted.length)) {
    for (const queue of queues.values()) {
      const next = queue.shift();
      if (next !== undefined && chosen.length < count) chosen.push(next);
    }
  }
  return chosen;
}

function samplesOf({ set, split, config, result }: ReportInput): Sample[] {
  const classes = config.classNames.length;
  const { probabilities } = result.test;
  return Array.from(predictions(probabilities, classes), (verdict, at) => {
    const picture = split.test[at] ?? 0;
    const truth = set.labels[picture] ?? 0;
    return {
      at,
      name: set.names[picture] ?? '',
      truth: config.classNames[truth] ?? '',
      verdict: config.classNames[verdict] ?? '',
      probability: probabilityOf(probabilities, classes, at, verdict),
      right: verdict === truth,
    };
  });
}

function neuronsOf({ config, result }: ReportInput, marks: readonly Mark[]): Neuron[] {
  const count = config.hidden[0] ?? 0;
  const weights = result.state.weights['0.weight']?.data ?? new Float32Array();
  const pixels = weights.length / count;
  const last =
    config.hidden.length === 1 && config.classNames.length === 2
      ? result.state.weights['2.weight']
      : undefined;
  const shown = count > 8 ? 2 : 3;
  return meanings(result.hidden, count, marks).map((meaning): Neuron => {
    const scores = column(result.hidden, count, meaning.neuron);
    const order = Array.from(scores, (_, i) => i).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    return {
      ...meaning,
      weights: weights.subarray(meaning.neuron * pixels, (meaning.neuron + 1) * pixels),
      outgoing: last?.data[meaning.neuron],
      most: order.slice(0, shown),
      least: order.slice(-shown),
    };
  });
}

/** The clearest neurons, in their own order, when there are too many to show. */
function clearest(neurons: readonly Neuron[]): readonly Neuron[] {
  const clarity = (neuron: Neuron): number =>
    Math.max(...neuron.cells.map((cell) => (Number.isNaN(cell.auc) ? 0 : Math.abs(cell.auc - 0.5))));
  return [...neurons]
    .sort((a, b) => clarity(b) - clarity(a))
    .slice(0, MAX_NEURONS)
    .sort((a, b) => a.neuron - b.neuron);
}

/** Works out what to tell of a run. */
export function tellStory(input: ReportInput): Story {
  const { set, split, config, result } = input;
  const classes = config.classNames.length;
  const labels = Int32Array.from(split.test, (picture) => set.labels[picture] ?? 0);
  const predicted = predictions(result.test.probabilities, classes);
  const right = accuracy(predicted, labels);
  const table = confusion(predicted, labels, classes);
  const guess = Math.max(...table.map((row) => row.reduce((sum, n) => sum + n, 0))) / labels.length;
  const interval = wilson(Math.round(right * labels.length), labels.length);
  const samples = samplesOf(input);
  const bySure = [...samples].sort((a, b) => b.probability - a.probability);
  const wrong = bySure.filter((sample) => !sample.right);
  const marks = marksOf(set, split.test);
  const neurons = neuronsOf(input, marks);
  return {
    headline: headline(set, config, right, interval[0] > guess),
    accuracy: right,
    interval,
    guess,
    marks,
    neurons: clearest(neurons),
    neuronCount: neurons.length,
    confusion: table,
    sure: variety(
      bySure.filter((sample) => sample.right),
      SAMPLES,
    ),
    close: [...bySure].reverse().slice(0, SAMPLES),
    wrong: wrong.slice(0, SAMPLES),
    wrongCount: wrong.length,
  };
}
