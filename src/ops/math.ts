// Elementary functions of one operand.
import type { DType } from '../core/dtype.ts';
import { DtypeError } from '../core/errors.ts';
import type { ElementwiseOp } from '../core/op.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { add, div, mul, pow, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { gt, logicalOr, lt } from './comparison.ts';
import { constant } from './create.ts';
import { callUnary, elementwise, unary } from './family.ts';

export const zerosLike = (x: Value): Value => constant(0, x.shape, x.dtype);
export const onesLike = (x: Value): Value => constant(1, x.shape, x.dtype);

/** Functions that keep integers: the formula of the type at hand. */
function kept(
  name: string,
  wgsl: (x: string, dtype: DType) => string,
  cpu: (x: number) => number,
  grad: ((g: Value, x: Value) => Value) | null,
): ElementwiseOp {
  return elementwise(name, {
    dtype: 'same',
    wgsl: ([x], dtype) => wgsl(x, dtype),
    cpu: ([x]) => cpu(x),
    grad: grad && ((g, y) => [grad(g, y.inputs[0])]),
  });
}
const callKept = (op: ElementwiseOp, x: Value): Value =>
  applyElementwise(op, [x.dtype === 'bool' ? cast(x, 'i32') : x]);
/** Rounding: integers are whole already. */
const callRounding = (op: ElementwiseOp, x: Value): Value =>
  x.dtype === 'f32' ? applyElementwise(op, [x]) : x;
const flat = (g: Value): Value => zerosLike(g);

export const negOp = kept(
  'neg',
  (x, dtype) => (dtype === 'u32' ? `(0u - ${x})` : `(-${x})`),
  (x) => -x,
  (g) => neg(g),
);
/** −x. */
export function neg(x: Value): Value {
  if (x.dtype !== 'bool') return applyElementwise(negOp, [x]);
  throw new DtypeError('neg: bools have no negative', {
    expected: 'f32, i32 or u32',
    got: 'bool',
    fix: 'use logicalNot, or convert with .to("i32")',
  });
}

export const absOp = kept(
  'abs',
  (x) => `abs(${x})`,
  Math.abs,
  (g, x) => mul(g, sign(x)),
);
/** |x|; the derivative at 0 is 0. */
export const abs = (x: Value): Value => callKept(absOp, x);

export const signOp = kept(
  'sign',
  (x, dtype) => (dtype === 'f32' ? `sign_(${x})` : dtype === 'u32' ? `min(${x}, 1u)` : `sign(${x})`),
  (x) => (Number.isNaN(x) ? 0 : Math.sign(x)),
  flat,
);
/** −1, 0 or 1. */
export const sign = (x: Value): Value => callKept(signOp, x);

export const squareOp = kept(
  'square',
  (x) => `(${x} * ${x})`,
  (x) => x * x,
  (g, x) => mul(g, mul(x, 2)),
);
/** x². */
export const square = (x: Value): Value => callKept(squareOp, x);

export const floorOp = kept('floor', (x) => `floor(${x})`, Math.floor, flat);
export const floor = (x: Value): Value => callRounding(floorOp, x);
export const ceilOp = kept('ceil', (x) => `ceil(${x})`, Math.ceil, flat);
export const ceil = (x: Value): Value => callRounding(ceilOp, x);
export const truncOp = kept('trunc', (x) => `trunc(${x})`, Math.trunc, flat);
/** x without its fraction. */
export const trunc = (x: Value): Value => callRounding(truncOp, x);
function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
export const roundOp = kept('round', (x) => `round(${x})`, roundHalfEven, flat);
/** The nearest whole number; halves go to the even one. */
export const round = (x: Value): Value => callRounding(roundOp, x);

export const expOp = unary('exp', { wgsl: (x) => `exp_(${x})`, cpu: Math.exp, grad: (g, _, y) => mul(g, y) });
export const exp = (x: Value): Value => callUnary(expOp, x);

export const expm1Op = unary('expm1', {
  wgsl: (x) => `expm1_(${x})`,
  cpu: Math.expm1,
  grad: (g, _, y) => mul(g, add(y, 1)),
});
/** eˣ − 1, exact near 0. */
export const expm1 = (x: Value): Value => callUnary(expm1Op, x);

export const logOp = unary('log', { wgsl: (x) => `log_(${x})`, cpu: Math.log, grad: (g, x) => div(g, x) });
/** Natural logarithm; −∞ at 0, NaN below. */
export const log = (x: Value): Value => callUnary(logOp, x);

export const log1pOp = unary('log1p', {
  wgsl: (x) => `log1p_(${x})`,
  cpu: Math.log1p,
  grad: (g, x) => div(g, add(x, 1)),
});
/** log(1 + x), exact near 0. */
export const log1p = (x: Value): Value => callUnary(log1pOp, x);

export const log2Op = unary('log2', {
  wgsl: (x) => `log2_(${x})`,
  cpu: Math.log2,
  grad: (g, x) => div(g, mul(x, Math.LN2)),
});
export const log2 = (x: Value): Value => callUnary(log2Op, x);

export const sqrtOp = unary('sqrt', {
  wgsl: (x) => `sqrt(${x})`,
  cpu: Math.sqrt,
  grad: (g, _, y) => div(g, mul(y, 2)),
});
export const sqrt = (x: Value): Value => callUnary(sqrtOp, x);

export const rsqrtOp = unary('rsqrt', {
  wgsl: (x) => `(1.0 / sqrt(${x}))`,
  cpu: (x) => 1 / Math.sqrt(x),
  grad: (g, _, y) => mul(g, mul(pow(y, 3), -0.5)),
});
/** 1 / √x. */
export const rsqrt = (x: Value): Value => callUnary(rsqrtOp, x);

export const reciprocalOp = unary('reciprocal', {
  wgsl: (x) => `(1.0 / ${x})`,
  cpu: (x) => 1 / x,
  grad: (g, _, y) => neg(mul(g, mul(y, y))),
});
/** 1 / x. */
export const reciprocal = (x: Value): Value => callUnary(reciprocalOp, x);

export const sinOp = unary('sin', {
  wgsl: (x) => `sin_(${x})`,
  libraries: ['trigonometry'],
  cpu: Math.sin,
  grad: (g, x) => mul(g, cos(x)),
});
export const sin = (x: Value): Value => callUnary(sinOp, x);
export const cosOp = unary('cos', {
  wgsl: (x) => `cos_(${x})`,
  libraries: ['trigonometry'],
  cpu: Math.cos,
  grad: (g, x) => neg(mul(g, sin(x))),
});
export const cos = (x: Value): Value => callUnary(cosOp, x);
export const tanOp = unary('tan', {
  wgsl: (x) => `(sin_(${x}) / cos_(${x}))`,
  libraries: ['trigonometry'],
  cpu: Math.tan,
  grad: (g, _, y) => mul(g, add(mul(y, y), 1)),
});
export const tan = (x: Value): Value => callUnary(tanOp, x);

export const tanhOp = unary('tanh', {
  wgsl: (x) => `tanh_(${x})`,
  cpu: Math.tanh,
  grad: (g, _, y) => mul(g, sub(1, mul(y, y))),
});
export const tanh = (x: Value): Value => callUnary(tanhOp, x);

/** Error function. CPU: series below 2.5, continued fraction above (Abramowitz & Stegun 7.1.6 and 7.1.14). */
export function erfReference(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let total = a;
    for (let n = 1; n < 100 && Math.abs(term) > 1e-18 * total; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      total += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * total;
  }
  let fraction = a;
  for (let n = 120; n > 0; n--) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction);
}
export const erfOp = unary('erf', {
  wgsl: (x) => `erf_(${x})`,
  libraries: ['erf'],
  cpu: erfReference,
  grad: (g, x) => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
});
export const erf = (x: Value): Value => callUnary(erfOp, x);

/**
 * Log-odds, log(x / (1 − x)): the inverse of sigmoid. With `eps`, x is first limited to [eps, 1 − eps];
 * without, values outside [0, 1] give NaN.
 */
export function logit(x: Value, { eps }: { eps?: number | null } = {}): Value {
  if (eps === undefined || eps === null) return callUnary(logitOp, x);
  const p = cast(x, 'f32');
  const low = where(gt(eps, p), eps, p);
  return callUnary(logitOp, where(gt(p, 1 - eps), 1 - eps, low));
}
export const logitOp = unary('logit', {
  wgsl: (x) => `logit_(${x})`,
  cpu: (x) => Math.log(x / (1 - x)),
  grad: (g, x) => where(logicalOr(lt(x, 0), gt(x, 1)), NaN, div(g, mul(x, sub(1, x)))),
});
