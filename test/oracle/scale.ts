// How large and how long the sums of a sample are, which its tolerance depends on. Knows the operations' mathematics in one line each.
import type { Conditions, Part } from '../support/tolerances.ts';
import { type Decoded, type Plain, type Sample, isList, isPlain } from './load.ts';

type Scale = Pick<Conditions, 'length' | 'magnitude' | 'incoming'>;

/** The largest finite absolute value; 0 of nothing. */
function largest(numbers: Iterable<number>): number {
  let most = 0;
  for (const x of numbers) if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
  return most;
}

function floats(x: Decoded): Plain[] {
  if (isList(x)) return x.flatMap(floats);
  return isPlain(x) && x.dtype !== 'bool' ? [x] : [];
}

const PRODUCTS = new Set(['matmul', 'mm', 'bmm', 'dot', 'mv', 'addmm', 'nn.functional.linear', 'outer']);
const SQUARES = new Set(['var', 'var_mean']);
const isConv = (name: string): boolean => name.includes('.conv');
const REDUCTIONS = new Set(
  'sum mean prod var std cumsum scatter_add nansum var_mean std_mean cumprod logcumsumexp diff trapezoid cumulative_trapezoid'.split(
    ' ',
  ),
);
/** Whose every element is a sum of up to all of a line. */
const RUNNING = new Set(
  'cumsum scatter_add cumprod logcumsumexp diff trapezoid cumulative_trapezoid'.split(' '),
);

const numelOf = (xs: readonly Plain[]): number => xs.reduce((n, x) => n + x.data.length, 0);

/** Products that are summed over any dimensions: k = √(mk · kn / mn). */
const CONTRACTIONS = new Set(['tensordot', 'inner']);

/** Terms of a sum behind one output element. */
function contraction(name: string, inputs: readonly Plain[], sample: Sample): number {
  if (CONTRACTIONS.has(name)) {
    const pairs = inputs.reduce((n, x) => n * x.data.length, 1);
    return Math.max(1, Math.sqrt(pairs / Math.max(1, numelOf(sample.outputs))));
  }
  if (PRODUCTS.has(name)) {
    const left = name === 'addmm' ? inputs[1] : inputs[0];
    return name === 'outer' ? 1 : Math.max(1, left?.shape.at(-1) ?? 1) + (inputs.length > 2 ? 2 : 0);
  }
  // A filter's elements, of one output channel; and the bias.
  if (isConv(name))
    return Math.max(1, (inputs[1]?.data.length ?? 1) / Math.max(1, inputs[1]?.shape[0] ?? 1)) + 1;
  if (typeof sample.kwargs['alpha'] === 'number') return 2;
  if (!REDUCTIONS.has(name)) return 1;
  const [most, outputs] = [inputs[0]?.data.length ?? 1, numelOf(sample.outputs)];
  return RUNNING.has(name) ? most : Math.max(1, most / Math.max(1, outputs));
}

/** The largest term of such a sum. */
function termOf(name: string, inputs: readonly Plain[], sample: Sample, length: number): number {
  const sizes = inputs.map((x) => largest(x.data));
  const most = Math.max(0, ...sizes);
  if (PRODUCTS.has(name) || CONTRACTIONS.has(name) || isConv(name))
    return sizes.reduce((a, b) => a * Math.max(b, 1), 1);
  if (SQUARES.has(name)) return most * most;
  if (name === 'prod' || name === 'cumprod') return largest(sample.outputs.flatMap((x) => [...x.data]));
  const { alpha } = sample.kwargs;
  if (typeof alpha === 'number') return most * Math.max(1, Math.abs(alpha));
  if (name === 'mean') return most / length;
  return most;
}

/** What the tolerance of a part with `numel` elements depends on. */
export function scaleOf(name: string, sample: Sample, part: Part, numel: number): Scale {
  const inputs = [...sample.args, ...Object.values(sample.kwargs)].flatMap(floats);
  if (name === 'linspace') {
    return { length: 2, magnitude: largest(sample.args.slice(0, 2).map(Number)), incoming: 1 };
  }
  const length = contraction(name, inputs, sample);
  const magnitude = termOf(name, inputs, sample, length);
  if (part === 'output') return { length, magnitude, incoming: 1 };
  const outer = largest(sample.gradOutputs.flatMap((g) => [...g.data]));
  const inner =
    part === 'grads2' ? largest(Object.values(sample.grads2?.v ?? {}).flatMap((v) => [...v.data])) : 1;
  const incoming = outer * Math.max(1, inner);
  const results = part === 'grads' ? sample.grads : (sample.grads2?.grads ?? {});
  const most = largest(Object.values(results).flatMap((g) => (g === null ? [] : [...g.data])));
  // A broadcast operand gathers one term of every output element it went into.
  const gathered = Math.max(1, numelOf(sample.outputs) / Math.max(1, numel));
  const term = Math.max(most, incoming * Math.max(1, ...inputs.map((x) => largest(x.data))));
  return { length: Math.max(1, length * gathered), magnitude: term, incoming };
}
