// The report's sections as HTML, each from the story and its pictures; it computes nothing.
import { SIDE, type EpochMetrics } from '../types.ts';
import { type Html, html } from './html.ts';
import { NEGATIVE, POSITIVE } from './images.ts';
import type { Cell } from './meaning.ts';
import type { Neuron, ReportInput, Sample, Story } from './story.ts';
import { capital, duration, inWords, share } from './words.ts';

/** Data URIs made beforehand: test pictures by their place, weights by neuron. */
export interface Uris {
  readonly pictures: ReadonlyMap<number, string>;
  readonly weights: ReadonlyMap<number, string>;
  /** The weight at the ends of the colour scale. */
  readonly scale: number;
}

const rgb = (colour: readonly number[], alpha: number): string =>
  `rgb(${colour.join(' ')} / ${alpha.toFixed(3)})`;
const two = (value: number): string => value.toFixed(2);
const signed = (value: number): string => `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toFixed(2)}`;

function shape({ config }: ReportInput): string {
  const outputs = config.classNames.length === 2 ? 1 : config.classNames.length;
  return [(SIDE * SIDE).toLocaleString('en-US'), ...config.hidden, outputs].join(' → ');
}

/** Headline, standfirst and key figures. */
export function heading(input: ReportInput, story: Story): Html {
  const { config, result, split, set } = input;
  const { state } = result;
  const where = result.deviceType === 'webgpu' ? 'on WebGPU' : 'on the CPU backend';
  const rate = state.seconds > 0 ? state.step / state.seconds : 0;
  const date = new Date(input.facts.created).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  const [low, high] = story.interval;
  const figure = (value: string, label: string, note: string): Html =>
    html`<div class="figure">
      <dt>${label}</dt>
      <dd><b>${value}</b><span>${note}</span></dd>
    </div>`;
  return html`<header>
    <p class="kicker">
      Training report <span aria-hidden="true">·</span> <time datetime="${input.facts.created}">${date}</time>
    </p>
    <h1>${story.headline}</h1>
    <p class="standfirst">
      A network of ${shape(input)} neurons looked at ${split.train.length.toLocaleString('en-US')}
      ${set.kind === 'portraits' ? 'drawn portraits' : `pictures from “${set.title}”`},
      ${inWords(config.epochs)} ${config.epochs === 1 ? 'time' : 'times'} each, and learnt by plain gradient
      descent ${where}. This page shows how it went, what its hidden neurons look for, and where it still
      errs.
    </p>
    <dl class="figures">
      ${figure(share(story.accuracy), 'Test accuracy', `${share(low, 0)} to ${share(high, 0)} at 95\u202f% confidence; always guessing one class: ${share(story.guess, 0)}`)}
      ${figure(share(result.train.accuracy), 'Training accuracy', `loss ${result.train.loss.toFixed(3)}, on the test pictures ${result.test.loss.toFixed(3)}`)}
      ${figure(state.step.toLocaleString('en-US'), 'Gradient steps', `${config.batch} pictures each, ${Math.round(rate)} steps a second with measuring`)}
      ${figure(duration(state.seconds), 'Training time', `${duration(input.wall)} for everything, from drawing or reading to this page`)}
    </dl>
  </header>`;
}

/** At most about 24 rows of the history, evenly, with the first and the last. */
function thinned(history: readonly EpochMetrics[]): EpochMetrics[] {
  const every = Math.ceil(history.length / 24);
  return history.filter((_, i) => i % every === 0 || i === history.length - 1);
}

/** The two curves, and their numbers as a table. */
export function curves({ result }: ReportInput): Html {
  const rows = thinned(result.state.history).map(
    (m) =>
      html`<tr>
        <th scope="row">${m.epoch}</th>
        <td>${m.trainLoss.toFixed(4)}</td>
        <td>${m.testLoss.toFixed(4)}</td>
        <td>${share(m.trainAccuracy)}</td>
        <td>${share(m.testAccuracy)}</td>
      </tr>`,
  );
  return html`<section aria-labelledby="h-curves">
    <h2 id="h-curves">How it learnt</h2>
    <p class="lede">
      Both parts of the data are measured at the end of every epoch; epoch 0 is the untrained network. Where
      the test curve stops following the training curve, the network has begun to learn its pictures by heart.
    </p>
    <div class="charts">
      <figure>
        <figcaption>Loss <small>cross-entropy, lower is better</small></figcaption>
        <div id="loss-chart" class="chart"></div>
      </figure>
      <figure>
        <figcaption>Accuracy <small>share of pictures named rightly</small></figcaption>
        <div id="accuracy-chart" class="chart"></div>
      </figure>
    </div>
    <details>
      <summary>The curves as a table</summary>
      <div class="scroll" tabindex="0">
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">Epoch</th>
              <th scope="col">Training loss</th>
              <th scope="col">Test loss</th>
              <th scope="col">Training accuracy</th>
              <th scope="col">Test accuracy</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

function thumbs(places: readonly number[], uris: Uris, label: string): Html {
  const images = places.map(
    (at) => html`<img src="${uris.pictures.get(at)}" alt="" width="128" height="128" />`,
  );
  return html`<div class="thumbs">
    <span>${label}</span>
    <div>${images}</div>
  </div>`;
}

function neuronCard(neuron: Neuron, uris: Uris, classNames: readonly string[]): Html {
  const { outgoing } = neuron;
  const towards = outgoing === undefined ? '' : (classNames[outgoing >= 0 ? 1 : 0] ?? '');
  const vote =
    outgoing === undefined
      ? undefined
      : html`<p class="vote">
          When it fires it votes <b>${towards}</b> <small>(weight ${signed(outgoing)})</small>
        </p>`;
  return html`<article class="neuron">
    <h3>Neuron ${neuron.neuron + 1}</h3>
    <img
      class="weights"
      src="${uris.weights.get(neuron.neuron)}"
      width="128"
      height="128"
      alt="The 128 by 128 input weights of neuron ${neuron.neuron + 1}"
    />
    <p class="means">${capital(neuron.sentence).replace('AUC ', 'AUC\u00a0')}.</p>
    ${vote} ${thumbs(neuron.most, uris, 'fires most')}
    ${thumbs([...neuron.least].reverse(), uris, 'fires least')}
  </article>`;
}

/** Weights of the hidden neurons as images. */
export function neurons(input: ReportInput, story: Story, uris: Uris): Html {
  const shown = story.neurons.length;
  const some =
    shown < story.neuronCount
      ? ` Shown are the ${inWords(shown)} of ${story.neuronCount} that tell most apart.`
      : '';
  const ends = uris.scale.toPrecision(2);
  return html`<section aria-labelledby="h-neurons">
    <h2 id="h-neurons">What the hidden neurons look for</h2>
    <p class="lede">
      Each neuron of the first layer weighs all 16,384 pixels. Laid out as a picture, its weights show what it
      waits for: light on <span class="key key-plus">orange</span> ground makes it fire, light on
      <span class="key key-minus">blue</span> ground keeps it quiet.${some}
    </p>
    <div
      class="scale"
      role="img"
      aria-label="Colour scale of the weights, from minus ${ends} to plus ${ends}"
    >
      <span>−${ends}</span><i></i><span>+${ends}</span>
    </div>
    <div class="neurons">
      ${story.neurons.map((neuron) => neuronCard(neuron, uris, input.config.classNames))}
    </div>
  </section>`;
}

function heat(cell: Cell): Html {
  if (Number.isNaN(cell.auc)) return html`<td class="dim">–</td>`;
  const away = cell.auc - 0.5;
  const colour = rgb(away >= 0 ? POSITIVE : NEGATIVE, Math.min(1, Math.abs(away) * 2) * 0.62);
  return html`<td class="${cell.clear ? 'clear' : 'dim'}" style="background-color:${colour}">
    ${two(cell.auc)}
  </td>`;
}

/** Neuron by attribute (or class), as a heat table and a sentence a neuron. */
export function meaningTable(input: ReportInput, story: Story): Html {
  const { classNames } = input.config;
  const attributes = story.marks.some((mark) => mark.kind === 'attribute');
  const head = story.marks.map((mark) => {
    const note =
      mark.kind === 'class' ? (classNames.length === 2 ? `not ${classNames[0] ?? ''}` : 'class') : '';
    return html`<th scope="col" class="${mark.kind}">
      ${mark.name}${note === '' ? undefined : html` <small>${note}</small>`}
    </th>`;
  });
  const rows = story.neurons.map(
    (neuron) =>
      html`<tr>
        <th scope="row">Neuron ${neuron.neuron + 1}</th>
        ${neuron.cells.map(heat)}
      </tr>`,
  );
  const what = attributes
    ? 'Nobody told the network about hair, glasses or hats. Yet a neuron may come to stand for such a thing, because it helps.'
    : 'How well each neuron alone separates the classes.';
  return html`<section aria-labelledby="h-meaning">
    <h2 id="h-meaning">What each neuron has come to mean</h2>
    <p class="lede">
      ${what} The number is the chance that the neuron fires more for a picture that has it than for one that
      has not (the area under the ROC curve): 1.00 always more, 0.00 always less, 0.50 no difference.
    </p>
    <div class="scroll" tabindex="0">
      <table class="heat">
        <thead>
          <tr>
            <th></th>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p class="note">
      Measured on the ${input.split.test.length} test pictures. Figures in grey lie within what chance alone
      would give (three standard errors).
    </p>
  </section>`;
}

function sampleCard(sample: Sample, uris: Uris): Html {
  const mark = sample.right
    ? html`<span class="right">right</span>`
    : html`<span class="wrong">it is ${sample.truth}</span>`;
  return html`<figure class="sample ${sample.right ? 'is-right' : 'is-wrong'}">
    <img
      src="${uris.pictures.get(sample.at)}"
      alt="${sample.name}"
      title="${sample.name}"
      width="128"
      height="128"
    />
    <figcaption>
      <span class="says"
        ><b>${sample.verdict}</b> ${share(sample.probability, sample.probability > 0.995 ? 1 : 0)}</span
      >
      <span class="meter" aria-hidden="true"
        ><i style="width:${(sample.probability * 100).toFixed(1)}%"></i></span
      >${mark}
    </figcaption>
  </figure>`;
}

function gallery(title: string, text: string, samples: readonly Sample[], uris: Uris): Html | undefined {
  if (samples.length === 0) return undefined;
  return html`<h3>${title}</h3>
    <p class="note">${text}</p>
    <div class="gallery">${samples.map((sample) => sampleCard(sample, uris))}</div>`;
}

/** Sample predictions: the surest right ones, the wrong ones, the closest calls. */
export function samples(input: ReportInput, story: Story, uris: Uris): Html {
  const total = input.split.test.length;
  const wrongText = `${story.wrongCount} of ${total} test pictures get the wrong name; these are the ones it is surest about.`;
  return html`<section aria-labelledby="h-samples">
    <h2 id="h-samples">Where it is right, and where it errs</h2>
    ${gallery('Sure, and right', 'The test pictures it has least doubt about, in turn from each class.', story.sure, uris)}
    ${gallery('Sure, but wrong', wrongText, story.wrong, uris)}
    ${gallery('Close calls', 'The test pictures it can least decide on.', story.close, uris)}
  </section>`;
}

/** The confusion table. */
export function confusionTable(input: ReportInput, story: Story): Html {
  const { classNames } = input.config;
  const rows = story.confusion.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, c) => {
      const part = total === 0 ? 0 : count / total;
      const colour = c === truth ? `var(--good)` : `var(--bad)`;
      const style = `background-color:color-mix(in srgb, ${colour} ${(part * 55).toFixed(0)}%, transparent)`;
      return html`<td style="${style}"><b>${count}</b> <small>${share(part, 0)}</small></td>`;
    });
    return html`<tr>
      <th scope="row">${classNames[truth]}</th>
      ${cells}
    </tr>`;
  });
  return html`<section aria-labelledby="h-confusion">
    <h2 id="h-confusion">What is taken for what</h2>
    <p class="lede">Test pictures by what they are (rows) and what the network says (columns).</p>
    <div class="scroll" tabindex="0">
      <table class="confusion">
        <thead>
          <tr>
            <td></td>
            ${classNames.map((name) => html`<th scope="col"><small>says</small> ${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** Facts of the run and the check against the CPU reference. */
export function runFacts(input: ReportInput): Html {
  const { config, result, set, split, check, facts } = input;
  const fact = (name: string, value: string | Html): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  const lines = check.lines.map(
    (one) =>
      html`<tr>
        <th scope="row">${capital(one.what)}</th>
        <td>${one.difference.toExponential(1)}</td>
        <td>${one.tolerance.toString()}</td>
        <td><span class="${one.ok ? 'right' : 'wrong'}">${one.ok ? 'agrees' : 'differs'}</span></td>
      </tr>`,
  );
  const loss = config.classNames.length === 2 ? 'sigmoid, binary cross-entropy' : 'softmax, cross-entropy';
  const source =
    facts.source.kind === 'portraits'
      ? `${facts.source.count} portraits drawn from seed ${config.seed}`
      : `${set.names.length} pictures in “${set.title}”`;
  const on =
    result.deviceType === 'webgpu'
      ? 'The GPU’s work is repeated by the CPU reference, which shares no code with the shaders'
      : 'The run was made on the CPU reference itself; the saved model is loaded again and compared';
  return html`<section aria-labelledby="h-facts">
    <h2 id="h-facts">The run</h2>
    <dl class="facts">
      ${fact('Adapter', result.deviceType === 'webgpu' ? `${result.deviceName} (WebGPU)` : `${result.deviceName} (CPU backend)`)}
      ${fact('Network', `${shape(input)}, sigmoid hidden layers`)} ${fact('Loss', loss)}
      ${fact('Optimiser', `gradient descent, learning rate ${config.lr}, batch ${config.batch}`)}
      ${fact('Pictures', source)}
      ${fact('Split', `${split.train.length} to train, ${split.test.length} to test, by seed ${config.seed}`)}
      ${fact('Input', `128 × 128 grey, minus ${config.normalisation.mean.toFixed(4)}, over ${config.normalisation.std.toFixed(4)}`)}
      ${fact('Files beside this one', html`<code>model.safetensors</code> <code>metrics.csv</code> <code>checkpoint.safetensors</code> <code>run.json</code>`)}
    </dl>
    <h3>Checked against the CPU reference</h3>
    <p class="note">
      ${on}: the final weights on all ${check.pictures} test pictures (${check.pictures - check.flipped} get
      the same class), and the first step’s loss, gradients and new weights.
    </p>
    <div class="scroll" tabindex="0">
      <table class="numbers check">
        <thead>
          <tr>
            <th scope="col">Quantity</th>
            <th scope="col">Largest difference</th>
            <th scope="col">Allowed</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>
  </section>`;
}
