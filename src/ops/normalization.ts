// Normalisation to mean 0 and variance 1 over some dimensions, and its kin; one formula for the gradient of all.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CompositeOp } from '../core/op.ts';
import { type Shape, formatShape, sameShape, sizeOf } from '../core/shape.ts';
import { type Value, applyComposite } from '../core/value.ts';
import { add, mul, sub } from './arithmetic.ts';
import type { Operand } from './family.ts';
import { rsqrt, square } from './math.ts';
import { expand, reshape } from './movement.ts';
import { composite, mean } from './statistics.ts';
import { checkFloat } from './window.ts';

interface Dims {
  readonly dims: readonly number[];
}

/** The mean over dims, spread over x's shape again. */
const level = (x: Value, { dims }: Dims): Value => expand(mean(x, { dim: dims, keepdim: true }), x.shape);

/**
 * (x − mean) · r, given x and r = 1 / √(variance + eps). Its rule holds for x with what r owes to x; r itself gets none,
 * but stands in the rule as the function of x that it is, so that the rule can be differentiated.
 */
export const standardizeOp: CompositeOp<Dims> = /* @__PURE__ */ composite<Dims>('standardize', (g, y) => {
  const r = y.inputs[1];
  const centred = sub(g, level(g, y.attrs));
  return [mul(r, sub(centred, mul(y, level(mul(g, y), y.attrs)))), null];
});

interface Standardized {
  readonly y: Value;
  /** With the dimensions kept, of length 1. */
  readonly mean: Value;
  /** The mean square deviation, likewise. */
  readonly variance: Value;
}
/** x with mean 0 and variance 1 over dims. */
function standardize(x: Value, dims: readonly number[], eps: number): Standardized {
  const centre = mean(x, { dim: dims, keepdim: true });
  const deviation = sub(x, expand(centre, x.shape));
  const variance = mean(square(deviation), { dim: dims, keepdim: true });
  const r = expand(rsqrt(add(variance, eps)), x.shape);
  return { y: applyComposite(standardizeOp, [x, r], { dims }, mul(deviation, r)), mean: centre, variance };
}

/** x / √(mean square + eps), given x and that root's inverse. */
export const rmsStandardizeOp: CompositeOp<Dims> = /* @__PURE__ */ composite<Dims>(
  'rmsStandardize',
  (g, y) => [mul(y.inputs[1], sub(g, mul(y, level(mul(g, y), y.attrs)))), null],
);

export interface AffineOptions {
  /** Factor of each normalised element or channel. */
  readonly weight?: Value | null | undefined;
  /** Added to each. */
  readonly bias?: Value | null | undefined;
  /** Added to the variance. */
  readonly eps?: number | undefined;
}

/** y·weight + bias, both of `shape`, seen as `as` beside y. */
function affine(
  where: string,
  y: Value,
  { weight, bias }: AffineOptions,
  { shape, as }: { shape: Shape; as: Shape },
): Value {
  const fitted = (v: Value): Value => {
    if (!sameShape(v.shape, shape)) {
      throw new ShapeError(`${where}: weight or bias does not fit`, {
        expected: formatShape(shape),
        got: formatShape(v.shape),
      });
    }
    return expand(reshape(v, as), y.shape);
  };
  const scaled = weight ? mul(y, fitted(weight)) : y;
  return bias ? add(scaled, fitted(bias)) : scaled;
}

/** The last dimensions of x, which must be `shape`. */
function trailing(where: string, x: Value, shape: Shape): number[] {
  const lead = x.shape.length - shape.length;
  if (shape.length === 0 || lead < 0 || !sameShape(x.shape.slice(lead), shape)) {
    throw new ShapeError(`${where}: the normalised shape must be that of the last dimensions`, {
      expected: `the end of ${formatShape(x.shape)}`,
      got: formatShape(shape),
    });
  }
  return shape.map((_, i) => lead + i);
}
const shapeOf = (shape: number | Shape): Shape => (typeof shape === 'number' ? [shape] : shape);

/** (x − mean) / √(variance + eps)·weight + bias over the last dimensions, whose shape is `normalizedShape`. */
export function layerNorm(x: Value, normalizedShape: number | Shape, options: AffineOptions = {}): Value {
  checkFloat('layerNorm', x);
  const shape = shapeOf(normalizedShape);
  const dims = trailing('layerNorm', x, shape);
  const { y } = standardize(x, dims, options.eps ?? 1e-5);
  return affine('layerNorm', y, options, { shape, as: shape });
}

/** x / √(mean of x² + eps)·weight over the last dimensions (Zhang and Sennrich, 2019). eps is f32's, 2⁻²³, by default. */
export function rmsNorm(
  x: Value,
  normalizedShape: number | Shape,
  options: Omit<AffineOptions, 'bias'> = {},
): Value {
  checkFloat('rmsNorm', x);
  const shape = shapeOf(normalizedShape);
  const dims = trailing('rmsNorm', x, shape);
  const power = mean(square(x), { dim: dims, keepdim: true });
  const r = expand(rsqrt(add(power, options.eps ?? 2 ** -23)), x.shape);
  const y = applyComposite(rmsStandardizeOp, [x, r], { dims }, mul(x, r));
  return affine('rmsNorm', y, options, { shape, as: shape });
}

/** A shape of `rank` dimensions with the channels in dimension 1. */
const perChannel = (channels: number, rank: number): number[] =>
  Array.from({ length: rank }, (_, d) => (d === 1 ? channels : 1));

function checkChannels(where: string, x: Value, least: number): void {
  checkFloat(where, x);
  if (x.shape.length < least) {
    throw new ShapeError(`${where}: the input has too few dimensions`, {
      expected: `at least ${least}: [batch, channels, ..]`,
      got: formatShape(x.shape),
    });
  }
}

/** Normalised over each of `numGroups` groups of channels of each example (Wu and He, 2018). x: [N, C, ..] */
export function groupNorm(x: Value, numGroups: number, options: AffineOptions = {}): Value {
  checkChannels('groupNorm', x, 2);
  const [n, channels, ...rest] = x.shape;
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ValueError('groupNorm: the groups must divide the channels', {
      expected: `a divisor of ${channels}`,
      got: String(numGroups),
    });
  }
  const grouped = reshape(x, [n, numGroups, (channels / numGroups) * sizeOf(rest)]);
  const y = reshape(standardize(grouped, [2], options.eps ?? 1e-5).y, x.shape);
  return affine('groupNorm', y, options, { shape: [channels], as: perChannel(channels, x.shape.length) });
}

/** What a layer that keeps running statistics computes. */
export interface BatchStatistics {
  readonly output: Value;
  /** Mean of each channel of this batch; [C]. */
  readonly mean: Value;
  /** Unbiased variance of each channel; [C]. */
  readonly variance: Value;
}

/** Normalised over all dimensions but `kept`; mean and variance as PyTorch records them, averaged over the examples. */
function normalizedBatch(
  where: string,
  x: Value,
  kept: readonly number[],
  options: AffineOptions,
): BatchStatistics {
  const channels = x.shape[1];
  const dims = x.shape.map((_, d) => d).filter((d) => !kept.includes(d));
  const count = sizeOf(dims.map((d) => x.shape[d]));
  if (count === 1) {
    throw new ValueError(`${where}: one value a channel has no variance`, {
      expected: 'more than one',
      got: formatShape(x.shape),
    });
  }
  const { y, mean: centre, variance } = standardize(x, dims, options.eps ?? 1e-5);
  const overBatch = (v: Value): Value => reshape(kept.includes(0) ? mean(v, { dim: 0 }) : v, [channels]);
  return {
    output: affine(where, y, options, { shape: [channels], as: perChannel(channels, x.shape.length) }),
    mean: overBatch(centre),
    variance: overBatch(mul(variance, count / Math.max(1, count - 1))),
  };
}

/** x normalised with a mean and a variance that are given, [C] each. */
function normalizedWith(
  where: string,
  x: Value,
  given: readonly [Value, Value],
  options: AffineOptions,
): Value {
  const channels = x.shape[1];
  const as = perChannel(channels, x.shape.length);
  for (const v of given) {
    if (!sameShape(v.shape, [channels])) {
      throw new ShapeError(`${where}: the running statistics do not fit`, {
        expected: `[${channels}]`,
        got: formatShape(v.shape),
      });
    }
  }
  const [centre, variance] = given;
  const factor = expand(reshape(rsqrt(add(variance, options.eps ?? 1e-5)), as), x.shape);
  const y = mul(sub(x, expand(reshape(centre, as), x.shape)), factor);
  return affine(where, y, options, { shape: [channels], as });
}

/** Batch normalisation with the statistics of this batch (Ioffe and Szegedy, 2015). x: [N, C, ..] */
export function batchNormTraining(x: Value, options: AffineOptions = {}): BatchStatistics {
  checkChannels('batchNorm', x, 2);
  return normalizedBatch('batchNorm', x, [1], options);
}
/** The same with statistics that are given. */
export function batchNormWith(x: Value, mean_: Value, variance: Value, options: AffineOptions = {}): Value {
  checkChannels('batchNorm', x, 2);
  return normalizedWith('batchNorm', x, [mean_, variance], options);
}
/** Normalised over each channel of each example (Ulyanov and others, 2016). x: [N, C, ..] */
export function instanceNormTraining(x: Value, options: AffineOptions = {}): BatchStatistics {
  checkChannels('instanceNorm', x, 3);
  return normalizedBatch('instanceNorm', x, [0, 1], options);
}
/** The same with statistics that are given. */
export function instanceNormWith(
  x: Value,
  mean_: Value,
  variance: Value,
  options: AffineOptions = {},
): Value {
  checkChannels('instanceNorm', x, 3);
  return normalizedWith('instanceNorm', x, [mean_, variance], options);
}

/** The new running statistic: (1 − momentum)·running + momentum·seen. */
export const averaged = (running: Value, seen: Value, momentum: Operand): Value =>
  add(mul(running, sub(1, momentum)), mul(seen, momentum));
