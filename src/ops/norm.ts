// Lengths of vectors, and what is measured by them: distances, directions, angles.
import type { CompositeOp } from '../core/op.ts';
import { normalizeDims } from '../core/shape.ts';
import { type Value, applyComposite } from '../core/value.ts';
import { add, clamp, div, mul, pow, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, isnan, logicalOr, ne } from './comparison.ts';
import { constant } from './create.ts';
import { type Operand, align } from './family.ts';
import { abs, sign, sqrt } from './math.ts';
import { expand, reshape } from './movement.ts';
import { type ReduceOptions, amax, amin, spreadOver, sum } from './reduce.ts';
import { composite, floats } from './statistics.ts';

interface NormAttrs {
  readonly dims: readonly number[];
  readonly ord: number;
}
export interface NormOptions extends ReduceOptions {
  /** The order p of (Σ|x|ᵖ)^(1/p); 0 counts what is not zero, ±Infinity takes the largest or smallest |x|. */
  readonly ord?: number | undefined;
}

/** a / b, and 0 where b is 0: with derivatives of 0 there, too. */
function quotientOrZero(a: Value, b: Value): Value {
  const none = eq(b, 0);
  return where(none, 0, div(a, where(none, 1, b)));
}

export const vectorNormOp: CompositeOp<NormAttrs> = composite<NormAttrs>('vectorNorm', (g, y) => {
  const [x] = y.inputs;
  const { dims, ord } = y.attrs;
  const slope = spreadOver(g, x, dims);
  const length = spreadOver(y, x, dims);
  if (ord === 0) return [constant(0, x.shape, 'f32')];
  if (ord === 1) return [mul(slope, sign(x))];
  if (ord === 2) return [mul(slope, quotientOrZero(x, length))];
  if (Math.abs(ord) === Infinity) {
    const hit = cast(logicalOr(eq(abs(x), length), isnan(x)), 'f32');
    const count = expand(sum(hit, { dim: dims, keepdim: true }), x.shape);
    return [mul(sign(x), mul(div(slope, count), hit))];
  }
  if (ord < 1) {
    const zero = eq(x, 0);
    const power = where(zero, 0, pow(where(zero, 1, abs(x)), ord - 1));
    return [mul(mul(sign(x), power), mul(slope, pow(length, 1 - ord)))];
  }
  const power = ord < 2 ? mul(sign(x), pow(abs(x), ord - 1)) : mul(x, pow(abs(x), ord - 2));
  return [mul(power, quotientOrZero(slope, pow(length, ord - 1)))];
});

/** What is computed; its derivative is the rule above. */
function lengthOf(x: Value, ord: number, options: ReduceOptions): Value {
  if (ord === 0) return sum(cast(ne(x, 0), 'f32'), options);
  if (ord === 1) return sum(abs(x), options);
  if (ord === 2) return sqrt(sum(mul(x, x), options));
  if (ord === Infinity) return amax(abs(x), options);
  if (ord === -Infinity) return amin(abs(x), options);
  return pow(sum(pow(abs(x), ord), options), 1 / ord);
}

/** (Σ|x|ᵒʳᵈ)^(1/ord) along `dim`, of all elements where none is named. Where it is 0 its derivative is 0. */
export function vectorNorm(x: Value, { ord = 2, dim, keepdim }: NormOptions = {}): Value {
  const dims = normalizeDims(dim, floats('vectorNorm', x).shape.length, 'vectorNorm');
  const shape = x.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  // A norm of nothing is 0, but the extremes of nothing are none.
  const isZero = x.size === 0 && ord >= 0 && ord < Infinity;
  const body = isZero ? constant(0, shape, 'f32') : lengthOf(x, ord, { dim: dims, keepdim: true });
  const y = applyComposite(
    vectorNormOp,
    [x],
    { dims, ord },
    reshape(
      body,
      shape.filter((_, d) => !dims.includes(d)),
    ),
  );
  return keepdim === true ? reshape(y, shape) : y;
}

/** The p-norm along `dim`, 'fro' being 2: `vectorNorm` under the name and with the options of torch.norm. */
export function norm(
  x: Value,
  { p = 'fro', ...options }: ReduceOptions & { p?: number | 'fro' } = {},
): Value {
  return vectorNorm(x, { ...options, ord: p === 'fro' ? 2 : p });
}

/** The p-norm of a − b, broadcast. */
export function dist(a: Operand, b: Operand, { p = 2 }: { p?: number } = {}): Value {
  const [x, y] = align('dist', [a, b], 'f32');
  return vectorNorm(sub(x, y), { ord: p });
}

/** The p-norm of a − b + eps along the last dimension: [.., n], [.., n] → [..]. */
export function pairwiseDistance(
  a: Operand,
  b: Operand,
  { p = 2, eps = 1e-6, keepdim = false }: { p?: number; eps?: number; keepdim?: boolean } = {},
): Value {
  const [x, y] = align('pairwiseDistance', [a, b], 'f32');
  return vectorNorm(add(sub(x, y), eps), { ord: p, dim: -1, keepdim });
}

/** x / max(‖x‖ₚ, eps), the norm taken along `dim`. */
export function normalize(
  x: Value,
  { p = 2, dim = 1, eps = 1e-12 }: { p?: number; dim?: number | readonly number[]; eps?: number } = {},
): Value {
  const length = clamp(vectorNorm(x, { ord: p, dim, keepdim: true }), { min: eps });
  return div(x, expand(length, x.shape));
}

/** Cosine of the angle between a and b along `dim`: Σ (a/max(‖a‖, eps))·(b/max(‖b‖, eps)), broadcast. */
export function cosineSimilarity(
  a: Operand,
  b: Operand,
  { dim = 1, eps = 1e-8 }: { dim?: number; eps?: number } = {},
): Value {
  const [x, y] = align('cosineSimilarity', [a, b], 'f32');
  return sum(mul(normalize(x, { dim, eps }), normalize(y, { dim, eps })), { dim });
}
