// Random values: functions of (seed, stream, element index), the same bits on every backend, however often computed.
import { ValueError } from '../core/errors.ts';
import type { IndexOp } from '../core/op.ts';
import { type Stream, philox4x32 } from '../core/philox.ts';
import { type Shape, checkShape } from '../core/shape.ts';
import { type Value, applyIndex } from '../core/value.ts';
import { add, mul, remainder, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { lt } from './comparison.ts';
import { cos, log, sqrt } from './math.ts';

interface RandomAttrs extends Stream {
  /** Which of the four words of an element's block. */
  readonly word: number;
}

const scratch = new Uint32Array(4);
function word(index: number, [seedLow, seedHigh, draw, which]: readonly number[]): number {
  philox4x32([index, 0, draw, 0], [seedLow, seedHigh], scratch);
  return scratch[which];
}
const wordsOf = ({ seed, draw, word: which }: RandomAttrs): number[] => [
  seed >>> 0,
  Math.floor(seed / 2 ** 32) >>> 0,
  draw,
  which,
];

/** 32 random bits an element; u32. */
export const randomBitsOp: IndexOp<RandomAttrs> = {
  name: 'randomBits',
  kind: 'index',
  wordCount: 4,
  words: wordsOf,
  wgsl: (index, w) => `philox(${index}, ${w[0]}, ${w[1]}, ${w[2]}, ${w[3]})`,
  cpu: word,
  grad: null,
};
/** Uniform in [0, 1), in steps of 2⁻²⁴; f32. */
export const uniformOp: IndexOp<RandomAttrs> = {
  name: 'rand',
  kind: 'index',
  wordCount: 4,
  words: wordsOf,
  wgsl: (index, w) =>
    `f32(philox(${index}, ${w[0]}, ${w[1]}, ${w[2]}, ${w[3]}) >> 8u) * 5.9604644775390625e-8`,
  cpu: (index, words) => (word(index, words) >>> 8) * 2 ** -24,
  grad: null,
};

function uniformWord(stream: Stream, shape: Shape, which: number): Value {
  checkShape(shape, 'rand');
  return applyIndex(uniformOp, { ...stream, word: which }, shape, 'f32');
}

/** Uniform numbers in [0, 1). */
export const rand = (shape: Shape, stream: Stream): Value => uniformWord(stream, shape, 0);

/** Normal numbers, mean 0 and variance 1 (Box and Muller, 1958). */
export function randn(shape: Shape, stream: Stream): Value {
  const radius = sqrt(mul(log(sub(1, uniformWord(stream, shape, 0))), -2));
  return mul(radius, cos(mul(uniformWord(stream, shape, 1), 2 * Math.PI)));
}

/** Whole numbers from `low` to `high` − 1; i32. */
export function randint(low: number, high: number, shape: Shape, stream: Stream): Value {
  checkShape(shape, 'randint');
  if (
    !Number.isSafeInteger(low) ||
    !Number.isSafeInteger(high) ||
    high <= low ||
    low < -(2 ** 31) ||
    high > 2 ** 31
  ) {
    throw new ValueError('randint: not a range of i32', {
      expected: 'whole numbers, low < high',
      got: `${low}, ${high}`,
    });
  }
  const bits = applyIndex(randomBitsOp, { ...stream, word: 0 }, shape, 'u32');
  return add(cast(remainder(bits, high - low), 'i32'), low);
}

/** 1 with the probability that p gives for each element, else 0; f32. */
export const bernoulli = (p: Value, stream: Stream): Value => cast(lt(rand(p.shape, stream), p), 'f32');
