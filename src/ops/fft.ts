// Discrete Fourier transforms. A complex tensor is a real one whose last dimension holds real and imaginary parts.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CoreOp } from '../core/op.ts';
import { formatShape, normalizeDim, normalizeDims, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, lt } from './comparison.ts';
import { constant, disconnected, iota } from './create.ts';
import { cat, embed, stack } from './joining.ts';
import { neg } from './math.ts';
import { expand, flip, movedim, select, slice, unsqueeze } from './movement.ts';

/** The factors of n, in the order of the passes: eights, fours and twos, then odd primes. */
function radices(n: number): number[] {
  const found: number[] = [];
  let rest = n;
  for (const radix of [8, 4, 2]) for (; rest % radix === 0; rest /= radix) found.push(radix);
  for (let prime = 3; prime * prime <= rest; prime += 2) {
    for (; rest % prime === 0; rest /= prime) found.push(prime);
  }
  return rest > 1 ? [...found, rest] : found;
}

/** Real and imaginary parts. */
type Pair = readonly [Float64Array, Float64Array];

/** The transform of elements start, start + step, … of x, n of them, by its smallest factor. */
function transform(x: Pair, n: number, start: number, step: number, turn: number): Pair {
  if (n === 1) return [x[0].slice(start, start + 1), x[1].slice(start, start + 1)];
  let radix = 2;
  while (n % radix !== 0) radix = radix * radix > n ? n : radix + 1;
  const m = n / radix;
  const parts = Array.from({ length: radix }, (_, j) =>
    transform(x, m, start + j * step, radix * step, turn),
  );
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < radix; j++) {
      const angle = (turn * 2 * Math.PI * ((j * k) % n)) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [parts[j][0][k % m], parts[j][1][k % m]];
      re[k] += a * c - b * s;
      im[k] += a * s + b * c;
    }
  }
  return [re, im];
}

interface TransformAttrs {
  readonly inverse: boolean;
}
/** Along the last dimension but one, without scaling. [.., n, 2] → [.., n, 2] */
export const fftOp: CoreOp<TransformAttrs> = {
  name: 'fft',
  kind: 'core',
  infer: ([x]) => x,
  access: () => ({ kind: 'indexed' }),
  passes: ({ output, attrs: { inverse } }) => {
    const n = output.shape[output.shape.length - 2];
    const size = sizeOf(output.shape) / 2;
    const factors = radices(n);
    let done = 1;
    return factors.map((radix, pass) => {
      const params = { size, n, radix, done };
      done *= radix;
      return {
        shader: 'fft',
        constants: { INVERSE: inverse },
        params,
        workgroups: Math.ceil(size / 64),
        reads: { a: pass === 0 ? 0 : 'scratch' } as const,
        ...(pass === factors.length - 1 ? {} : { scratchElements: 2 * size }),
      };
    });
  },
  cpu: ([x], output, { inverse }) => {
    const n = x.shape[x.shape.length - 2];
    for (let at = 0; at < x.data.length; at += 2 * n) {
      const [re, im] = [0, 1].map((part) =>
        Float64Array.from({ length: n }, (_, i) => x.data[at + 2 * i + part]),
      );
      const [real, imaginary] = transform([re, im], n, 0, 1, inverse ? 1 : -1);
      for (let i = 0; i < n; i++) {
        output.data[at + 2 * i] = real[i];
        output.data[at + 2 * i + 1] = imaginary[i];
      }
    }
  },
  // The adjoint of a transform is the transform the other way round.
  grad: (g, { attrs: { inverse } }) => [applyCore(fftOp, [g], { inverse: !inverse })],
  linear: true,
};

/** Where the factor 1/n goes: to the inverse ('backward'), to the other ('forward'), or its root to both ('ortho'). */
export type FFTNorm = 'backward' | 'ortho' | 'forward';

export interface FFTOptions {
  /** The length to which the dimension is cut, or filled with zeros, first. */
  readonly n?: number | undefined;
  /** Counted without the dimension of real and imaginary parts. */
  readonly dim?: number | undefined;
  readonly norm?: FFTNorm | undefined;
}
export interface FFTNOptions {
  /** Lengths of the dimensions transformed. */
  readonly s?: readonly number[] | undefined;
  /** All of them by default, or as many of the last ones as `s` has lengths. */
  readonly dim?: number | readonly number[] | undefined;
  readonly norm?: FFTNorm | undefined;
}

function scaleOf(where_: string, n: number, inverse: boolean, norm: FFTNorm = 'backward'): number {
  if (norm !== 'backward' && norm !== 'ortho' && norm !== 'forward') {
    throw new ValueError(`${where_}: unknown norm`, {
      expected: "'backward', 'ortho' or 'forward'",
      got: String(norm),
    });
  }
  if (norm === 'ortho') return 1 / Math.sqrt(n);
  return (norm === 'backward') === inverse ? 1 / n : 1;
}

function checkComplex(where_: string, x: Value): Value {
  if (x.shape.length < 2 || x.shape[x.shape.length - 1] !== 2) {
    throw new ShapeError(`${where_}: the last dimension holds real and imaginary parts`, {
      expected: '[.., n, 2]',
      got: formatShape(x.shape),
      fix: 'make one of real tensors with fft.complex(real, imaginary)',
    });
  }
  return cast(x, 'f32');
}

function checkLength(where_: string, n: number): number {
  if (!Number.isInteger(n) || n < 1) {
    throw new ValueError(`${where_}: a length must be a whole number ≥ 1`, { got: String(n) });
  }
  return n;
}

/** x cut or filled with zeros to n along dim. */
function resized(x: Value, dim: number, n: number): Value {
  return n <= x.shape[dim] ? slice(x, dim, 0, n) : embed(x, dim, 0, 1, n);
}

/** For each pair of parts its first, the other where it is the second. */
const byPart = (x: Value, first: Value | number, second: Value | number): Value =>
  where(expand(eq(iota([2]), 0), x.shape), first, second);
const conj = (x: Value): Value => byPart(x, x, neg(x));

/** A complex tensor. [..], [..] → [.., 2] */
export const complex = (real: Value, imaginary: Value): Value => stack([real, imaginary], -1);
function ofReal(x: Value): Value {
  const wide = expand(unsqueeze(cast(x, 'f32'), -1), [...x.shape, 2]);
  return byPart(wide, wide, 0);
}

/** Along a dimension of a complex tensor that is counted from the left. */
function along(where_: string, x: Value, dim: number, inverse: boolean, options: FFTOptions): Value {
  const n = checkLength(where_, options.n ?? x.shape[dim]);
  const scale = scaleOf(where_, n, inverse, options.norm);
  const cut = resized(x, dim, n);
  if (cut.size === 0) return disconnected(constant(0, cut.shape, 'f32'), [x]);
  if (n === 1) return cut;
  const y = movedim(applyCore(fftOp, [movedim(cut, dim, -2)], { inverse }), -2, dim);
  return scale === 1 ? y : mul(y, scale);
}

const oneDim = (where_: string, x: Value, options: FFTOptions): number =>
  normalizeDim(options.dim ?? -1, x.shape.length - 1, where_);

/**
 * Σⱼ xⱼ·exp(−2πi·jk/n) along `dim`. [.., n, 2] → [.., n, 2]. Cost: the elements times the sum of n's factors (8, 4, 2 and
 * odd primes), so n² for a prime length.
 */
export function fft(x: Value, options: FFTOptions = {}): Value {
  const input = checkComplex('fft', x);
  return along('fft', input, oneDim('fft', input, options), false, options);
}
/** The inverse of fft. [.., n, 2] → [.., n, 2] */
export function ifft(x: Value, options: FFTOptions = {}): Value {
  const input = checkComplex('ifft', x);
  return along('ifft', input, oneDim('ifft', input, options), true, options);
}

/** The first ⌊n/2⌋ + 1 terms of the transform of a real tensor, of which the others are conjugates. [.., n] → [.., n/2 + 1, 2] */
export function rfft(x: Value, options: FFTOptions = {}): Value {
  if (x.shape.length === 0) throw new ShapeError('rfft: a scalar has no dimension to transform');
  const dim = normalizeDim(options.dim ?? -1, x.shape.length, 'rfft');
  const n = checkLength('rfft', options.n ?? x.shape[dim]);
  return slice(along('rfft', ofReal(x), dim, false, { ...options, n }), dim, 0, Math.floor(n / 2) + 1);
}

/**
 * The real tensor whose rfft is x: n elements, 2·(its length − 1) by default. [.., m, 2] → [.., n]. The imaginary part of
 * the first term, and of the one at n/2, counts for nothing.
 */
export function irfft(x: Value, options: FFTOptions = {}): Value {
  const input = checkComplex('irfft', x);
  const dim = oneDim('irfft', input, options);
  const n = checkLength('irfft', options.n ?? 2 * (input.shape[dim] - 1));
  const half = resized(input, dim, Math.floor(n / 2) + 1);
  const others = n - half.shape[dim];
  const rest = others > 0 ? [conj(flip(slice(half, dim, 1, others + 1), dim))] : [];
  return select(along('irfft', cat([half, ...rest], dim), dim, true, { ...options, n }), -1, 0);
}

const opposite = (norm: FFTNorm = 'backward'): FFTNorm =>
  norm === 'ortho' ? norm : norm === 'backward' ? 'forward' : 'backward';
/** The real transform of half of a Hermitian signal: irfft of the conjugate, scaled as fft. [.., m, 2] → [.., n] */
export const hfft = (x: Value, options: FFTOptions = {}): Value =>
  irfft(conj(checkComplex('hfft', x)), { ...options, norm: opposite(options.norm) });
/** The inverse of hfft. [.., n] → [.., n/2 + 1, 2] */
export const ihfft = (x: Value, options: FFTOptions = {}): Value =>
  conj(rfft(x, { ...options, norm: opposite(options.norm) }));

/** The dimensions of a transform over several, counted from the left, and their lengths; `rank` counts them all. */
function several(where_: string, rank: number, { s, dim }: FFTNOptions): [number, number | undefined][] {
  const list =
    dim === undefined
      ? Array.from({ length: s?.length ?? rank }, (_, k) => rank - (s?.length ?? rank) + k)
      : [dim].flat().map((d) => normalizeDim(d, rank, where_));
  if (new Set(list).size !== list.length || (s !== undefined && s.length !== list.length) || list[0] < 0) {
    throw new ValueError(`${where_}: a length for each of different dimensions`, {
      got: `dimensions ${formatShape(list)}${s ? `, lengths ${formatShape(s)}` : ''} of ${rank}`,
    });
  }
  return list.map((d, k) => [d, s?.[k]]);
}
const overAll = (where_: string, x: Value, inverse: boolean, { norm, ...rest }: FFTNOptions): Value =>
  several(where_, x.shape.length - 1, rest).reduce(
    (y, [dim, n]) => along(where_, y, dim, inverse, { n, norm }),
    x,
  );

/** fft over several dimensions. */
export const fftn = (x: Value, options: FFTNOptions = {}): Value =>
  overAll('fftn', checkComplex('fftn', x), false, options);
/** ifft over several dimensions. */
export const ifftn = (x: Value, options: FFTNOptions = {}): Value =>
  overAll('ifftn', checkComplex('ifftn', x), true, options);
/** fft over the last two dimensions, or those named. */
export const fft2 = (x: Value, options: FFTNOptions = {}): Value => fftn(x, { dim: [-2, -1], ...options });
/** ifft over the last two dimensions, or those named. */
export const ifft2 = (x: Value, options: FFTNOptions = {}): Value => ifftn(x, { dim: [-2, -1], ...options });

/** rfft over the last of several dimensions, fft over the others. [.., n] → [.., n/2 + 1, 2] */
export function rfftn(x: Value, { norm, ...options }: FFTNOptions = {}): Value {
  const all = several('rfftn', x.shape.length, options);
  const [dim, n] = all[all.length - 1] ?? [-1, undefined];
  const first = rfft(x, { n, dim, norm });
  return all.slice(0, -1).reduce((y, [d, length]) => along('rfftn', y, d, false, { n: length, norm }), first);
}
/** The inverse of rfftn. [.., m, 2] → [.., n] */
export function irfftn(x: Value, { norm, ...options }: FFTNOptions = {}): Value {
  const input = checkComplex('irfftn', x);
  const all = several('irfftn', input.shape.length - 1, options);
  const [dim, n] = all[all.length - 1] ?? [-1, undefined];
  const others = all
    .slice(0, -1)
    .reduce((y, [d, length]) => along('irfftn', y, d, true, { n: length, norm }), input);
  return irfft(others, { n, dim, norm });
}
/** rfftn over the last two dimensions, or those named. */
export const rfft2 = (x: Value, options: FFTNOptions = {}): Value => rfftn(x, { dim: [-2, -1], ...options });
/** irfftn over the last two dimensions, or those named. */
export const irfft2 = (x: Value, options: FFTNOptions = {}): Value =>
  irfftn(x, { dim: [-2, -1], ...options });

/** x turned round along the dimensions so that element `from` of each comes first. */
function turned(x: Value, dims: readonly number[], from: (n: number) => number): Value {
  return dims.reduce((y, dim) => {
    const k = from(y.shape[dim]);
    return k === 0 || y.size === 0 ? y : cat([slice(y, dim, k), slice(y, dim, 0, k)], dim);
  }, x);
}
interface ShiftOptions {
  /** All dimensions by default: of a complex tensor name those that are not its parts. */
  readonly dim?: number | readonly number[] | undefined;
}
/** The zero frequency moved from the start to the middle. */
export const fftshift = (x: Value, { dim }: ShiftOptions = {}): Value =>
  turned(x, normalizeDims(dim, x.shape.length, 'fftshift'), (n) => Math.ceil(n / 2));
/** The inverse of fftshift. */
export const ifftshift = (x: Value, { dim }: ShiftOptions = {}): Value =>
  turned(x, normalizeDims(dim, x.shape.length, 'ifftshift'), (n) => Math.floor(n / 2));

interface FrequencyOptions {
  /** The time between samples. */
  readonly d?: number | undefined;
}
/** The frequencies of the first ⌊n/2⌋ + 1 terms: k / (n·d). */
export function rfftfreq(n: number, { d = 1 }: FrequencyOptions = {}): Value {
  return mul(cast(iota([Math.floor(checkLength('rfftfreq', n) / 2) + 1]), 'f32'), 1 / (n * d));
}
/** The frequencies of the n terms: 0, 1, …, then the negative ones, over n·d. */
export function fftfreq(n: number, { d = 1 }: FrequencyOptions = {}): Value {
  const positive = Math.ceil(checkLength('fftfreq', n) / 2);
  const k = cast(iota([n]), 'i32');
  return mul(cast(where(lt(k, positive), k, sub(k, n)), 'f32'), 1 / (n * d));
}
