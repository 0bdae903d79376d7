// Tensors from nothing: data, constants, ramps, random numbers, pictures.
import type { DType } from '../core/dtype.ts';
import { DtypeError, ShapeError, ValueError } from '../core/errors.ts';
import type { Stream } from '../core/philox.ts';
import { type Shape, checkShape, formatShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { type Engine, engine } from '../engine.ts';
import * as ops from '../ops/index.ts';
import { Tensor } from './tensor.ts';
import { type HostData, hostValue } from './host.ts';

export interface TensorOptions {
  readonly dtype?: DType;
  readonly requiresGrad?: boolean;
}
export interface RandomOptions extends TensorOptions {
  /** Draws from this generator instead of the engine's. */
  readonly generator?: Generator;
}

/** A source of random numbers of its own: the same seed, the same numbers, on every device. */
export class Generator {
  #stream: Stream;
  constructor(seed = 0) {
    this.#stream = { seed: checkedSeed(seed), draw: 0 };
  }
  manualSeed(seed: number): this {
    this.#stream = { seed: checkedSeed(seed), draw: 0 };
    return this;
  }
  /** The source of the next random tensor. */
  next(): Stream {
    const stream = this.#stream;
    this.#stream = { ...stream, draw: stream.draw + 1 };
    return stream;
  }
  /** Where it stands, to go on from there later. */
  getState(): Stream {
    return this.#stream;
  }
  setState(state: Stream): this {
    this.#stream = { seed: checkedSeed(state.seed), draw: state.draw };
    return this;
  }
}

function checkedSeed(seed: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ValueError('manualSeed: the seed is not a whole number', {
      expected: '0 … 2^53 − 1',
      got: String(seed),
    });
  }
  return seed;
}

/** Sets the seed of the engine's random numbers. */
export function manualSeed(seed: number): void {
  engine().manualSeed(checkedSeed(seed));
}

type SizeArgs<O> = readonly (number | readonly number[] | O | undefined)[];

/** Splits (2, 3, options) or ([2, 3], options). */
function sizesAndOptions<O extends TensorOptions>(
  args: SizeArgs<O>,
  where: string,
): { shape: Shape; options: O } {
  const last = args.at(-1);
  const hasOptions = typeof last === 'object' && !Array.isArray(last);
  const sizes = (hasOptions ? args.slice(0, -1) : args).filter((x) => x !== undefined);
  const shape = sizes.length === 1 && Array.isArray(sizes[0]) ? (sizes[0] as number[]) : (sizes as number[]);
  if (shape.some((x) => typeof x !== 'number')) {
    throw new ShapeError(`${where}: the shape is not made of numbers`, {
      expected: 'numbers, or one array of numbers',
      got: JSON.stringify(args),
    });
  }
  checkShape(shape, where);
  return { shape, options: (hasOptions ? last : {}) as O };
}

function finish(value: Value, options: TensorOptions, on: Engine): Tensor {
  const typed = options.dtype === undefined ? value : ops.cast(value, options.dtype);
  const t = Tensor.of(typed, on);
  if (options.requiresGrad === true && t.dtype !== 'f32') {
    throw new DtypeError('only floats can require a gradient', { expected: 'f32', got: t.dtype });
  }
  return options.requiresGrad === true ? t.requiresGrad_() : t;
}

/**
 * A tensor of the data: a number, a nested array or a typed array (whose shape is its length; use reshape). Numbers are
 * f32 unless `dtype` says otherwise. The data is copied. Throws ShapeError for ragged rows, with the path.
 */
export function tensor(data: HostData, options: TensorOptions = {}): Tensor {
  const on = engine();
  return finish(hostValue(data, { dtype: options.dtype }), options, on);
}

const filled = (value: number, where: string, args: SizeArgs<TensorOptions>): Tensor => {
  const { shape, options } = sizesAndOptions(args, where);
  return finish(ops.constant(value, shape, options.dtype ?? 'f32'), options, engine());
};
/** Zeros: `zeros(2, 3)`, `zeros([2, 3])`, either with options last. */
export const zeros = (...args: SizeArgs<TensorOptions>): Tensor => filled(0, 'zeros', args);
/** Ones. */
export const ones = (...args: SizeArgs<TensorOptions>): Tensor => filled(1, 'ones', args);
/** `value` everywhere. */
export function full(shape: number | Shape, value: number, options: TensorOptions = {}): Tensor {
  const size = typeof shape === 'number' ? [shape] : shape;
  checkShape(size, 'full');
  return finish(ops.constant(value, size, options.dtype ?? 'f32'), options, engine());
}

const like = (t: Tensor, value: number, options: TensorOptions): Tensor =>
  finish(ops.constant(value, t.shape, options.dtype ?? t.dtype), options, t.engine);
export const zerosLike = (t: Tensor, options: TensorOptions = {}): Tensor => like(t, 0, options);
export const onesLike = (t: Tensor, options: TensorOptions = {}): Tensor => like(t, 1, options);
export const fullLike = (t: Tensor, value: number, options: TensorOptions = {}): Tensor =>
  like(t, value, options);

/** start, start + step, … below `end`: `arange(5)`, `arange(1, 5)`, `arange(1, 5, 0.5)`. Whole numbers give i32. */
export function arange(
  start: number,
  end?: number | TensorOptions,
  step?: number | TensorOptions,
  options?: TensorOptions,
): Tensor {
  const numbers = [start, end, step].filter((x) => typeof x === 'number');
  const [from, to, by] = numbers.length === 1 ? [0, start, 1] : [start, numbers[1], numbers[2] ?? 1];
  const given = options ?? [end, step].find((x) => typeof x === 'object') ?? {};
  const wrongWay = !(by !== 0 && Number.isFinite(by)) || (to - from) / by < 0;
  if (wrongWay || !Number.isFinite(from) || !Number.isFinite(to)) {
    throw new ValueError('arange: the steps do not lead from start to end', {
      got: `${from}, ${to}, step ${by}`,
    });
  }
  const count = Math.ceil((to - from) / by);
  const dtype = given.dtype ?? (numbers.every(Number.isInteger) ? 'i32' : 'f32');
  const index = ops.iota([count]);
  const whole = dtype !== 'f32' && Number.isInteger(from) && Number.isInteger(by);
  const value = whole
    ? ops.add(ops.mul(ops.cast(index, 'i32'), by), from)
    : ops.add(ops.mul(ops.cast(index, 'f32'), by), from);
  return finish(ops.cast(value, dtype), given, engine());
}

/** `count` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(start: number, end: number, count: number, options: TensorOptions = {}): Tensor {
  checkShape([count], 'linspace');
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  const index = ops.cast(ops.iota([count]), 'f32');
  // From the nearer end, so that the last number is `end` exactly.
  const value = ops.where(
    ops.lt(index, count / 2),
    ops.add(ops.mul(index, step), start),
    ops.sub(end, ops.mul(ops.sub(count - 1, index), step)),
  );
  return finish(count === 1 ? ops.constant(start, [1], 'f32') : value, options, engine());
}

/** Ones on the diagonal of [rows, columns]. */
export function eye(rows: number, columns?: number | TensorOptions, options?: TensorOptions): Tensor {
  const width = typeof columns === 'number' ? columns : rows;
  const given = options ?? (typeof columns === 'object' ? columns : {});
  checkShape([rows, width], 'eye');
  const row = ops.expand(ops.reshape(ops.iota([rows]), [rows, 1]), [rows, width]);
  const column = ops.expand(ops.iota([width]), [rows, width]);
  return finish(ops.cast(ops.eq(row, column), given.dtype ?? 'f32'), given, engine());
}

type Draw = (shape: Shape, stream: Stream) => Value;
function random(draw: Draw, where: string, args: SizeArgs<RandomOptions>): Tensor {
  const { shape, options } = sizesAndOptions<RandomOptions>(args, where);
  const on = engine();
  return finish(draw(shape, options.generator?.next() ?? on.nextStream()), options, on);
}
/** Uniform in [0, 1). */
export const rand = (...args: SizeArgs<RandomOptions>): Tensor => random(ops.rand, 'rand', args);
/** Normal, mean 0 and variance 1. */
export const randn = (...args: SizeArgs<RandomOptions>): Tensor => random(ops.randn, 'randn', args);
/** Whole numbers from `low` to `high` − 1; i32. `randint(high, shape)` starts at 0. */
export function randint(
  low: number,
  high: number | Shape,
  shape?: Shape | RandomOptions,
  options?: RandomOptions,
): Tensor {
  const [from, to, size, given] = (
    typeof high === 'number' ? [low, high, shape, options] : [0, low, high, shape]
  ) as [number, number, Shape, RandomOptions | undefined];
  return random((s, stream) => ops.randint(from, to, s, stream), 'randint', [size, given ?? {}]);
}
/** 1 with the probability that each element of `p` gives, else 0. */
export function bernoulli(p: Tensor, options: RandomOptions = {}): Tensor {
  const stream = options.generator?.next() ?? p.engine.nextStream();
  return finish(ops.bernoulli(p.value, stream), options, p.engine);
}
export const randLike = (t: Tensor, options: RandomOptions = {}): Tensor => rand(t.shape, options);
export const randnLike = (t: Tensor, options: RandomOptions = {}): Tensor => randn(t.shape, options);

/** Weights of red, green and blue in the luma of Rec. ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * The picture as [channels, height, width], f32 from 0 to 1. `channels`: 1 is grey (luma), 3 colour, 4 with opacity.
 */
export function fromImageData(
  image: { readonly data: ArrayLike<number>; readonly width: number; readonly height: number },
  options: TensorOptions & { readonly channels?: 1 | 3 | 4 } = {},
): Tensor {
  const { channels = 3 } = options;
  const { width, height, data } = image;
  const pixels = width * height;
  if (data.length !== pixels * 4) {
    throw new ShapeError('fromImageData: not four bytes a pixel', {
      expected: `${pixels * 4} for ${formatShape([height, width])}`,
      got: String(data.length),
    });
  }
  const out = new Float32Array(channels * pixels);
  for (let i = 0; i < pixels; i++) {
    if (channels === 1) {
      out[i] = (LUMA[0] * data[4 * i] + LUMA[1] * data[4 * i + 1] + LUMA[2] * data[4 * i + 2]) / 255;
    } else {
      for (let c = 0; c < channels; c++) out[c * pixels + i] = data[4 * i + c] / 255;
    }
  }
  return finish(hostValue(out, { shape: [channels, height, width] }), options, engine());
}
