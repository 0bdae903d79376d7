// Losses that ask for a margin: between pairs, triplets and classes.
import { DtypeError, ShapeError, ValueError } from '../../core/errors.ts';
import type { CompositeOp } from '../../core/op.ts';
import { formatShape } from '../../core/shape.ts';
import { type Value, applyComposite, none } from '../../core/value.ts';
import { logsigmoid } from '../activation.ts';
import { add, clamp, div, minimum, mul, sub, where } from '../arithmetic.ts';
import { cast } from '../cast.ts';
import { eq, lt, ne } from '../comparison.ts';
import { iota } from '../create.ts';
import { spread } from '../family.ts';
import { gather, hostData, indexSelect } from '../indexing.ts';
import { type Reduction, reduced, sameSize } from '../loss.ts';
import { neg, sqrt, square } from '../math.ts';
import { expand, reshape } from '../movement.ts';
import { pairwiseDistance } from '../norm.ts';
import { amax, sum } from '../reduce.ts';
import { cumsum } from '../scan.ts';
import { composite, mean } from '../statistics.ts';
import type { ReductionOptions } from './regression.ts';

export interface MarginOptions extends ReductionOptions {
  readonly margin?: number | undefined;
}
/** What is above zero. */
const hinge = (x: Value): Value => clamp(x, { min: 0 });

export const hingeEmbeddingLossOp: CompositeOp = /* @__PURE__ */ composite('hingeEmbeddingLoss');
/** x where the target is 1, max(0, margin − x) where it is −1. */
export function hingeEmbeddingLoss(
  x: Value,
  target: Value,
  { margin = 1, reduction = 'mean' }: MarginOptions = {},
): Value {
  const [a, t] = spread('hingeEmbeddingLoss', [cast(x, 'f32'), cast(target, 'f32')]);
  const losses = add(where(ne(t, 1), hinge(sub(margin, a)), 0), where(ne(t, -1), a, 0));
  const body = reduced('hingeEmbeddingLoss', losses, reduction);
  return applyComposite(hingeEmbeddingLossOp, [a, t], none, body);
}

export const marginRankingLossOp: CompositeOp = /* @__PURE__ */ composite('marginRankingLoss');
/** max(0, margin − target·(a − b)): a target of 1 wants a above b, −1 below. */
export function marginRankingLoss(
  a: Value,
  b: Value,
  target: Value,
  { margin = 0, reduction = 'mean' }: MarginOptions = {},
): Value {
  if (a.shape.length !== b.shape.length || a.shape.length !== target.shape.length) {
    throw new ShapeError('marginRankingLoss: the tensors differ in their number of dimensions', {
      expected: formatShape(a.shape),
      got: `${formatShape(b.shape)} and ${formatShape(target.shape)}`,
    });
  }
  const [x, y, t] = spread(
    'marginRankingLoss',
    [a, b, target].map((v) => cast(v, 'f32')),
  );
  const body = reduced('marginRankingLoss', hinge(sub(margin, mul(t, sub(x, y)))), reduction);
  return applyComposite(marginRankingLossOp, [x, y, t], none, body);
}

/** Keeps the length of a vector of zeros above zero. */
const SQUARES_MIN = 1e-12;

export const cosineEmbeddingLossOp: CompositeOp = /* @__PURE__ */ composite('cosineEmbeddingLoss');
/** 1 − cos(a, b) where the target is 1, max(0, cos(a, b) − margin) where it is −1. [N, D] (or [D]), target [N] (or []) */
export function cosineEmbeddingLoss(
  a: Value,
  b: Value,
  target: Value,
  { margin = 0, reduction = 'mean' }: MarginOptions = {},
): Value {
  if (target.shape.length > 1 || a.shape.length !== target.shape.length + 1) {
    throw new ShapeError('cosineEmbeddingLoss: one target a pair of vectors is needed', {
      expected: '[N, D] with a target of [N], or [D] with one of []',
      got: `${formatShape(a.shape)} and ${formatShape(target.shape)}`,
    });
  }
  const [x, y] = spread('cosineEmbeddingLoss', [cast(a, 'f32'), cast(b, 'f32')]);
  const dim = target.shape.length;
  const product = sum(mul(x, y), { dim });
  const squares = mul(add(sum(square(x), { dim }), SQUARES_MIN), add(sum(square(y), { dim }), SQUARES_MIN));
  const [cosine, t] = spread('cosineEmbeddingLoss', [div(product, sqrt(squares)), cast(target, 'f32')]);
  const losses = add(where(eq(t, 1), sub(1, cosine), 0), where(eq(t, -1), hinge(sub(cosine, margin)), 0));
  const body = reduced('cosineEmbeddingLoss', losses, reduction);
  return applyComposite(cosineEmbeddingLossOp, [a, b, target], none, body);
}

export const softMarginLossOp: CompositeOp = /* @__PURE__ */ composite('softMarginLoss');
/** log(1 + e^(−target·x)) of targets 1 and −1, stable everywhere. */
export function softMarginLoss(
  x: Value,
  target: Value,
  { reduction = 'mean' }: ReductionOptions = {},
): Value {
  const [a, t] = spread('softMarginLoss', [cast(x, 'f32'), cast(target, 'f32')]);
  const body = reduced('softMarginLoss', neg(logsigmoid(mul(a, t))), reduction);
  return applyComposite(softMarginLossOp, [a, t], none, body);
}

/** x as [N, C] and the classes as whole numbers; whether there was no batch. */
function classified(
  where_: string,
  x: Value,
  target: Value,
  wanted: readonly number[],
): { input: Value; single: boolean } {
  if (x.shape.length > 2 || !(target.size === wanted.reduce((a, b) => a * b, 1))) {
    throw new ShapeError(`${where_}: the target does not fit`, {
      where: `input ${formatShape(x.shape)}`,
      expected: formatShape(wanted),
      got: formatShape(target.shape),
    });
  }
  if (target.dtype !== 'i32' && target.dtype !== 'u32') {
    throw new DtypeError(`${where_}: the classes are not whole numbers`, {
      expected: 'i32 or u32',
      got: target.dtype,
    });
  }
  const single = x.shape.length < 2;
  return { input: single ? reshape(x, [1, x.size]) : x, single };
}

export interface MultiMarginOptions extends MarginOptions {
  /** The power of each margin, 1 or 2. */
  readonly p?: number | undefined;
  /** Factor of each class; [C]. */
  readonly weight?: Value | undefined;
}
export const multiMarginLossOp: CompositeOp = /* @__PURE__ */ composite('multiMarginLoss');
/** Σ over the classes c other than the target's of max(0, margin − x[target] + x[c])ᵖ / C. [N, C] and [N], or [C] and []. */
export function multiMarginLoss(x: Value, target: Value, options: MultiMarginOptions = {}): Value {
  const { p = 1, margin = 1, weight, reduction = 'mean' } = options;
  const name = 'multiMarginLoss';
  if (p !== 1 && p !== 2) throw new ValueError(`${name}: p`, { expected: '1 or 2', got: String(p) });
  const { input, single } = classified(name, x, target, x.shape.length === 2 ? x.shape.slice(0, 1) : []);
  const [n, classes] = input.shape;
  const places = reshape(target, [n, 1]);
  const own = gather(input, 1, places);
  const gaps = hinge(sub(add(input, margin), own));
  const powers = p === 1 ? gaps : square(gaps);
  const isOwn = eq(expand(reshape(iota([classes]), [1, classes]), input.shape), cast(places, 'u32'));
  let losses = div(sum(where(isOwn, 0, powers), { dim: 1 }), classes);
  if (weight !== undefined) losses = mul(losses, indexSelect(weight, 0, reshape(target, [n])));
  const shaped = single && target.shape.length === 0 ? reshape(losses, []) : losses;
  return applyComposite(
    multiMarginLossOp,
    [x, target, ...(weight === undefined ? [] : [weight])],
    none,
    reduced(name, shaped, reduction),
  );
}

export const multilabelMarginLossOp: CompositeOp = /* @__PURE__ */ composite('multilabelMarginLoss');
/**
 * Σ over the target's classes j and all others i of max(0, 1 − x[j] + x[i]) / C. The target lists classes, up to the
 * first −1. [N, C] and [N, C], or [C] and [C].
 */
export function multilabelMarginLoss(
  x: Value,
  target: Value,
  { reduction = 'mean' }: { readonly reduction?: Reduction | undefined } = {},
): Value {
  const name = 'multilabelMarginLoss';
  const { input, single } = classified(name, x, target, x.shape);
  const [n, classes] = input.shape;
  for (const c of hostData(target)) {
    if (c < -1 || c >= classes) {
      throw new ValueError(`${name}: there is no such class`, {
        expected: `-1 … ${classes - 1}`,
        got: String(c),
      });
    }
  }
  const labels = cast(reshape(target, input.shape), 'i32');
  const ended = cumsum(cast(lt(labels, 0), 'i32'), 1);
  const valid = eq(ended, 0);
  const cube = [n, classes, classes];
  // Dimension 1 runs over the list, dimension 2 over all classes.
  const alongList = (v: Value): Value => expand(reshape(v, [n, classes, 1]), cube);
  const index = expand(reshape(cast(iota([classes]), 'i32'), [1, 1, classes]), cube);
  const hit = where(alongList(valid), eq(alongList(labels), index), 0);
  const isTarget = expand(amax(cast(hit, 'f32'), { dim: 1, keepdim: true }), cube);
  const own = gather(input, 1, clamp(labels, { min: 0 }));
  const gaps = hinge(add(sub(1, alongList(own)), expand(reshape(input, [n, 1, classes]), cube)));
  const counted = where(alongList(valid), sub(1, isTarget), 0);
  const losses = div(sum(mul(gaps, counted), { dim: [1, 2] }), classes);
  const body = reduced(name, single ? reshape(losses, []) : losses, reduction);
  return applyComposite(multilabelMarginLossOp, [x, target], none, body);
}

export const multilabelSoftMarginLossOp: CompositeOp = /* @__PURE__ */ composite('multilabelSoftMarginLoss');
/** Mean over the classes of −[y log σ(x) + (1 − y) log σ(−x)]. [.., C] and the same. */
export function multilabelSoftMarginLoss(
  x: Value,
  target: Value,
  options: ReductionOptions & { readonly weight?: Value | undefined } = {},
): Value {
  const { weight, reduction = 'mean' } = options;
  sameSize('multilabelSoftMarginLoss', x, target);
  const y = cast(target, 'f32');
  const plain = neg(add(mul(y, logsigmoid(x)), mul(sub(1, y), logsigmoid(neg(x)))));
  const losses = mean(weight === undefined ? plain : mul(plain, weight), { dim: -1 });
  const body = reduced('multilabelSoftMarginLoss', losses, reduction);
  const inputs = [x, target, ...(weight === undefined ? [] : [weight])];
  return applyComposite(multilabelSoftMarginLossOp, inputs, none, body);
}

export interface TripletOptions extends MarginOptions {
  /** Whether the negative may be measured from the positive, where that is nearer. */
  readonly swap?: boolean | undefined;
}
/** max(0, margin + d(anchor, positive) − d(anchor, negative)), given the three distances. */
export function tripletLoss(
  where_: string,
  near: Value,
  far: Value,
  { margin = 1, reduction = 'mean' }: MarginOptions,
): Value {
  return reduced(where_, hinge(add(sub(near, far), margin)), reduction);
}

export const tripletMarginLossOp: CompositeOp = /* @__PURE__ */ composite('tripletMarginLoss');
/** max(0, margin + ‖anchor − positive‖ₚ − ‖anchor − negative‖ₚ). [N, D] or [D] each. */
export function tripletMarginLoss(
  anchor: Value,
  positive: Value,
  negative: Value,
  options: TripletOptions & { readonly p?: number | undefined; readonly eps?: number | undefined } = {},
): Value {
  const { p = 2, eps = 1e-6, swap = false } = options;
  const inputs = [anchor, positive, negative];
  if (inputs.some((v) => v.shape.length !== anchor.shape.length)) {
    throw new ShapeError('tripletMarginLoss: the tensors differ in their number of dimensions', {
      expected: formatShape(anchor.shape),
      got: `${formatShape(positive.shape)} and ${formatShape(negative.shape)}`,
    });
  }
  const near = pairwiseDistance(anchor, positive, { p, eps });
  const direct = pairwiseDistance(anchor, negative, { p, eps });
  const far = swap ? minimum(direct, pairwiseDistance(positive, negative, { p, eps })) : direct;
  return applyComposite(
    tripletMarginLossOp,
    inputs,
    none,
    tripletLoss('tripletMarginLoss', near, far, options),
  );
}
