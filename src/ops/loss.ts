// Losses, with PyTorch's reductions.
import { DtypeError, IndexError, ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import { type Value, applyComposite } from '../core/value.ts';
import { add, clamp, div, maximum, mul, sub, where } from './arithmetic.ts';
import { logsigmoid } from './activation.ts';
import { cast } from './cast.ts';
import { ne } from './comparison.ts';
import { spread } from './family.ts';
import { gather, hostData, indexSelect } from './indexing.ts';
import { log, log1p, neg, square } from './math.ts';
import { expand, reshape, unsqueeze } from './movement.ts';
import { sum } from './reduce.ts';
import { composite, logSoftmax, mean } from './statistics.ts';

export type Reduction = 'mean' | 'sum' | 'none';

/** The losses of the elements as one, or as they are. */
export function reduced(where_: string, losses: Value, reduction: Reduction): Value {
  if (reduction === 'mean') return mean(losses);
  if (reduction === 'sum') return sum(losses);
  if (reduction === 'none') return losses;
  throw new ValueError(`${where_}: unknown reduction`, {
    expected: "'mean', 'sum' or 'none'",
    got: String(reduction),
  });
}

/** Throws unless both have one shape. */
export function sameSize(where_: string, x: Value, y: Value): void {
  if (!sameShape(x.shape, y.shape)) {
    throw new ShapeError(`${where_}: prediction and target differ in shape`, {
      expected: formatShape(x.shape),
      got: formatShape(y.shape),
      fix: 'reshape the target, for example y.reshape(-1, 1)',
    });
  }
}

interface BinaryOptions {
  /** Factor of each element's loss; broadcasts. */
  readonly weight?: Value | undefined;
  readonly reduction?: Reduction | undefined;
}
/** log x, no lower than −100, as PyTorch bounds it so that a sure mistake has a finite loss. */
const boundedLog = (x: Value): Value => clamp(log(x), { min: -100 });

export const binaryCrossEntropyOp = composite<object>(
  'binaryCrossEntropy',
  (g, { inputs: [p, y] }, needs) => [
    // The derivative of the unbounded loss, with PyTorch's floor of 1e-12 below p(1 − p).
    needs[0] ? mul(g, div(sub(p, y), maximum(mul(sub(1, p), p), 1e-12))) : null,
    needs[1] ? mul(g, sub(boundedLog(sub(1, p)), boundedLog(p))) : null,
  ],
);
/** −[y log p + (1 − y) log(1 − p)] of probabilities p; logarithms are bounded at −100. */
export function binaryCrossEntropy(
  p: Value,
  target: Value,
  { weight, reduction = 'mean' }: BinaryOptions = {},
): Value {
  sameSize('binaryCrossEntropy', p, target);
  const y = cast(target, 'f32');
  const body = neg(add(mul(y, boundedLog(p)), mul(sub(1, y), clamp(log1p(neg(p)), { min: -100 }))));
  const losses = applyComposite(binaryCrossEntropyOp, [p, y], {}, body);
  return reduced('binaryCrossEntropy', weight === undefined ? losses : mul(losses, weight), reduction);
}

/** Binary cross-entropy of logits x: max(x, 0) − xy + log(1 + e^−|x|), stable everywhere. */
export function binaryCrossEntropyWithLogits(
  x: Value,
  target: Value,
  { weight, posWeight, reduction = 'mean' }: BinaryOptions & { readonly posWeight?: Value | undefined } = {},
): Value {
  sameSize('binaryCrossEntropyWithLogits', x, target);
  const y = cast(target, 'f32');
  // −log σ(x) = softplus(−x): what a positive costs; a negative costs x more.
  const miss = neg(logsigmoid(x));
  const cost = posWeight === undefined ? miss : mul(add(mul(sub(posWeight, 1), y), 1), miss);
  const plain = add(mul(sub(1, y), x), cost);
  return reduced(
    'binaryCrossEntropyWithLogits',
    weight === undefined ? plain : mul(plain, weight),
    reduction,
  );
}

/** Mean squared difference. */
export function mseLoss(
  x: Value,
  target: Value,
  { reduction = 'mean' }: { reduction?: Reduction | undefined } = {},
): Value {
  const [a, b] = spread('mseLoss', [x, cast(target, 'f32')]);
  return reduced('mseLoss', square(sub(a, b)), reduction);
}

interface ClassOptions {
  /** Factor of each class; [classes]. */
  readonly weight?: Value | undefined;
  /** Targets of this class count for nothing. */
  readonly ignoreIndex?: number | undefined;
  readonly reduction?: Reduction | undefined;
}
/** Classes are dimension 1, or dimension 0 of a single example. */
const classDim = (x: Value): number => (x.shape.length === 1 ? 0 : 1);

/** Classes that the host knows are checked here; on the GPU one out of range would read the nearest. */
function checkTarget(where_: string, x: Value, target: Value, ignoreIndex: number): void {
  const dim = classDim(x);
  const expected = x.shape.filter((_, d) => d !== dim);
  if (x.shape.length === 0 || !sameShape(expected, target.shape)) {
    throw new ShapeError(`${where_}: one class index an example is needed`, {
      where: `input ${formatShape(x.shape)}, classes in dimension ${dim}`,
      expected: `target ${formatShape(expected)}`,
      got: formatShape(target.shape),
    });
  }
  if (target.dtype !== 'i32' && target.dtype !== 'u32') {
    throw new DtypeError(`${where_}: class indices`, {
      expected: 'i32 or u32',
      got: target.dtype,
      fix: 'make the target with { dtype: "i32" }',
    });
  }
  const classes = x.shape[dim];
  for (const c of hostData(target)) {
    if (c === ignoreIndex || (c >= 0 && c < classes)) continue;
    throw new IndexError(`${where_}: there is no such class`, {
      where: `input ${formatShape(x.shape)}, classes in dimension ${dim}`,
      expected: `0 … ${classes - 1}`,
      got: String(c),
    });
  }
}

/** −log p of the target's class, given log-probabilities x: [N, C, ..] and classes [N, ..]. */
export function nllLoss(x: Value, target: Value, options: ClassOptions = {}): Value {
  const { weight, ignoreIndex = -100, reduction = 'mean' } = options;
  checkTarget('nllLoss', x, target, ignoreIndex);
  const dim = classDim(x);
  const counted = ne(target, ignoreIndex);
  const safe = where(counted, target, 0);
  const picked = reshape(gather(x, dim, unsqueeze(safe, dim)), target.shape);
  const perClass =
    weight === undefined ? null : reshape(indexSelect(weight, 0, reshape(safe, [target.size])), target.shape);
  const factor = perClass === null ? cast(counted, 'f32') : where(counted, perClass, 0);
  const losses = neg(where(counted, mul(picked, factor), 0));
  if (reduction !== 'mean') return reduced('nllLoss', losses, reduction);
  return div(sum(losses), sum(factor));
}

/**
 * −Σ target·log softmax(x) over the classes: target holds class indices [N, ..] or probabilities of x's shape.
 * `labelSmoothing` mixes the target with the uniform distribution.
 */
export function crossEntropy(
  x: Value,
  target: Value,
  options: ClassOptions & { readonly labelSmoothing?: number | undefined } = {},
): Value {
  const { weight, labelSmoothing = 0, ignoreIndex = -100, reduction = 'mean' } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ValueError('crossEntropy: label smoothing', { expected: '0 … 1', got: String(labelSmoothing) });
  }
  const dim = classDim(x);
  const logp = logSoftmax(x, dim);
  const classes = x.shape[dim];
  const weights =
    weight === undefined
      ? null
      : expand(
          reshape(
            weight,
            x.shape.map((_, d) => (d === dim ? classes : 1)),
          ),
          x.shape,
        );
  if (target.dtype === 'f32' && sameShape(target.shape, x.shape)) {
    const smooth =
      labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
    const losses = neg(sum(mul(weights === null ? logp : mul(logp, weights), smooth), { dim }));
    return reduction === 'mean'
      ? div(sum(losses), x.size / classes)
      : reduced('crossEntropy', losses, reduction);
  }
  const hard = nllLoss(logp, target, options);
  if (labelSmoothing === 0) return hard;
  const counted = ne(target, ignoreIndex);
  const spreadOut = where(counted, neg(sum(weights === null ? logp : mul(logp, weights), { dim })), 0);
  const soft =
    reduction === 'mean'
      ? div(sum(spreadOut), weightOf(target, weight, counted))
      : reduced('crossEntropy', spreadOut, reduction);
  return add(mul(hard, 1 - labelSmoothing), mul(soft, labelSmoothing / classes));
}

/** Σ of the weights of the counted targets: what the weighted mean divides by. */
function weightOf(target: Value, weight: Value | undefined, counted: Value): Value {
  if (weight === undefined) return sum(cast(counted, 'f32'));
  const safe = where(counted, target, 0);
  const picked = reshape(indexSelect(weight, 0, reshape(safe, [target.size])), target.shape);
  return sum(where(counted, picked, 0));
}
