// What hidden neurons have come to mean: how well each one's output tells the marks of a picture; pure numbers.
import { auc, column } from '../metrics.ts';
import { words } from '../text.ts';
import type { PictureSet } from '../types.ts';

/** Something a picture has or has not. */
export interface Mark {
  readonly name: string;
  readonly kind: 'class' | 'attribute';
  /** 0 or 1 for each test picture. */
  readonly marks: Uint8Array;
}

/** How well a neuron tells a mark. */
export interface Cell {
  /** 1: always fires more where the mark is, 0: always less, 0.5: no telling. NaN where no picture or all have it. */
  readonly auc: number;
  /** Whether it is further from 0.5 than chance explains (three standard errors of the rank sum). */
  readonly clear: boolean;
}

export interface NeuronMeaning {
  /** From 0. */
  readonly neuron: number;
  readonly cells: readonly Cell[];
  /** Outputs exceeded by 95 % and by 5 % of the pictures. */
  readonly low: number;
  readonly high: number;
  /** One plain sentence. */
  readonly sentence: string;
}

/**
 * The columns of the table: the classes (one column when there are two, since the other is its mirror), then
 * the attributes of drawn pictures.
 */
export function marksOf(set: PictureSet, test: Uint32Array): Mark[] {
  const { classNames, labels, attributes } = set;
  const classes = classNames.map((name, label): Mark => {
    return { name, kind: 'class', marks: Uint8Array.from(test, (i) => (labels[i] === label ? 1 : 0)) };
  });
  const shown = classNames.length === 2 ? classes.slice(1) : classes;
  const others = Object.entries(attributes).map(([name, values]): Mark => {
    return { name: words(name), kind: 'attribute', marks: Uint8Array.from(test, (i) => values[i] ?? 0) };
  });
  return [...shown, ...others];
}

function cell(scores: Float32Array, marks: Uint8Array): Cell {
  const value = auc(scores, marks);
  const withMark = marks.reduce((sum, mark) => sum + mark, 0);
  const without = marks.length - withMark;
  const error = Math.sqrt((marks.length + 1) / (12 * withMark * without));
  return { auc: value, clear: Math.abs(value - 0.5) > 3 * error };
}

const strength = (value: number): number => Math.abs(value - 0.5);
const figure = (value: number): string => value.toFixed(2);

function describe(cells: readonly Cell[], marks: readonly Mark[], low: number, high: number): string {
  if (high - low < 0.01) {
    return `hardly changes from picture to picture: its output stays near ${figure((low + high) / 2)}`;
  }
  const attributes = marks.some((mark) => mark.kind === 'attribute');
  const ranked = cells
    .map((one, i) => ({ ...one, name: marks[i]?.name ?? '', kind: marks[i]?.kind }))
    .filter((one) => one.clear && (!attributes || one.kind === 'attribute'))
    .sort((a, b) => strength(b.auc) - strength(a.auc));
  const [best, second] = ranked;
  if (best === undefined) return `tells none of these ${attributes ? 'attributes' : 'classes'} apart`;
  const far = strength(best.auc);
  const verb =
    far >= 0.25
      ? best.auc > 0.5
        ? 'fires for'
        : 'falls silent for'
      : far >= 0.12
        ? best.auc > 0.5
          ? 'leans towards'
          : 'leans away from'
        : best.auc > 0.5
          ? 'has a faint liking for'
          : 'has a faint dislike of';
  const more =
    second !== undefined && strength(second.auc) >= 0.12
      ? `, and ${second.auc > 0.5 ? 'rises with' : 'sinks with'} ${second.name} (${figure(second.auc)})`
      : '';
  return `${verb} ${best.name} (AUC ${figure(best.auc)})${more}`;
}

/** Reads the meaning of each neuron off its outputs on the test part, `hidden` of shape [test count, neurons]. */
export function meanings(hidden: Float32Array, neurons: number, marks: readonly Mark[]): NeuronMeaning[] {
  return Array.from({ length: neurons }, (_, neuron) => {
    const scores = column(hidden, neurons, neuron);
    const sorted = scores.slice().sort();
    const at = (p: number): number => sorted[Math.round(p * (sorted.length - 1))] ?? 0;
    const cells = marks.map((mark) => cell(scores, mark.marks));
    const [low, high] = [at(0.05), at(0.95)];
    return { neuron, cells, low, high, sentence: describe(cells, marks, low, high) };
  });
}
