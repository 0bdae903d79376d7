// Arithmetic on two operands, and choice between them. Operands broadcast and promote as in PyTorch.
import { DtypeError, ValueError } from '../core/errors.ts';
import type { GradRule } from '../core/op.ts';
import type { Value } from '../core/value.ts';
import { applyElementwise } from '../core/value.ts';
import { cast } from './cast.ts';
import { eq, gt, isnan, lt, ne, logicalAnd, logicalOr, le, ge } from './comparison.ts';
import { type Operand, align, elementwise, spread } from './family.ts';
import { abs, log, neg, zerosLike } from './math.ts';

const isInt = (dtype: string): boolean => dtype === 'i32' || dtype === 'u32';

export const addOp = elementwise('add', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => (dtype === 'bool' ? `(${a} || ${b})` : `(${a} + ${b})`),
  cpu: ([a, b], dtype) => (dtype === 'bool' ? a | b : a + b),
  grad: (g) => [g, g],
  linear: true,
});
/** a + alpha·b. */
export function add(a: Operand, b: Operand, { alpha = 1 }: { alpha?: number } = {}): Value {
  return applyElementwise(addOp, align('add', [a, alpha === 1 ? b : mul(b, alpha)]));
}

export const subOp = elementwise('sub', {
  dtype: 'same',
  wgsl: ([a, b]) => `(${a} - ${b})`,
  cpu: ([a, b]) => a - b,
  grad: (g, _, needs) => [g, needs[1] ? neg(g) : null],
  linear: true,
});
/** a − alpha·b. */
export function sub(a: Operand, b: Operand, { alpha = 1 }: { alpha?: number } = {}): Value {
  const operands = align('sub', [a, alpha === 1 ? b : mul(b, alpha)]);
  if (operands[0].dtype === 'bool') {
    throw new DtypeError('sub: bools have no difference', {
      fix: 'use logicalXor, or convert with .to("i32")',
    });
  }
  return applyElementwise(subOp, operands);
}

export const mulOp = elementwise('mul', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => (dtype === 'bool' ? `(${a} && ${b})` : `(${a} * ${b})`),
  cpu: ([a, b], dtype) => (isInt(dtype) ? Math.imul(a, b) : a * b),
  grad: (g, { inputs: [a, b] }, needs) => [needs[0] ? mul(g, b) : null, needs[1] ? mul(g, a) : null],
});
/** a·b. */
export const mul = (a: Operand, b: Operand): Value => applyElementwise(mulOp, align('mul', [a, b]));

export const divOp = elementwise('div', {
  dtype: 'same',
  wgsl: ([a, b]) => `(${a} / ${b})`,
  cpu: ([a, b]) => a / b,
  grad: (g, y, needs) => {
    const b = y.inputs[1];
    return [needs[0] ? div(g, b) : null, needs[1] ? neg(mul(g, div(y, b))) : null];
  },
});
/** The gradients of a step function: zeros. */
const flat: GradRule<object> = (_, { inputs }, needs) =>
  inputs.map((x, i) => (needs[i] ? zerosLike(x) : null));

/** Quotient cut off towards zero; of integers, 0 where the divisor is 0. */
export const divTruncOp = elementwise('divTrunc', {
  dtype: 'same',
  wgsl: ([a, b], dtype) =>
    dtype === 'f32' ? `trunc(${a} / ${b})` : `select(${a} / ${b}, ${dtype}(0), ${b} == ${dtype}(0))`,
  cpu: ([a, b], dtype) => (dtype !== 'f32' && b === 0 ? 0 : Math.trunc(a / b)),
  grad: flat,
});
/** The floor of the exact quotient of floats, as in Python: 1 // 0.1 is 9, and 1 // −∞ is −1. */
export const floorDivideOp = elementwise('floorDivide', {
  dtype: 'same',
  wgsl: ([a, b]) => `floor_divide_(${a}, ${b})`,
  libraries: ['remainder'],
  cpu: ([a, b]) => {
    if (b === 0) return a / b;
    const rest = a % b;
    return Math.round((a - rest) / b) - Number(rest !== 0 && rest < 0 !== b < 0);
  },
  grad: flat,
});
/** a / b: exact for floats and, as in PyTorch, f32 for integers; `roundingMode` 'trunc' or 'floor' keeps integers. */
export function div(
  a: Operand,
  b: Operand,
  { roundingMode }: { roundingMode?: 'trunc' | 'floor' | null } = {},
): Value {
  if (roundingMode === undefined || roundingMode === null) {
    return applyElementwise(divOp, align('div', [a, b], 'f32'));
  }
  const operands = align('div', [a, b]);
  if (roundingMode !== 'trunc' && roundingMode !== 'floor') {
    throw new ValueError('div: unknown rounding mode', {
      expected: "'trunc' or 'floor'",
      got: String(roundingMode),
    });
  }
  const [x, y] = operands;
  if (x.dtype === 'f32' && roundingMode === 'floor') return applyElementwise(floorDivideOp, operands);
  const quotient = applyElementwise(divTruncOp, operands);
  if (roundingMode === 'trunc' || x.dtype === 'u32') return quotient;
  const inexact = ne(sub(x, mul(quotient, y)), 0);
  return sub(quotient, cast(logicalAnd(inexact, ne(lt(x, 0), lt(y, 0))), x.dtype));
}

export const powOp = elementwise('pow', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => (dtype === 'f32' ? `pow_(${a}, ${b})` : `pow_${dtype}(${a}, ${b})`),
  libraries: ['power'],
  cpu: ([a, b], dtype) => {
    if (dtype !== 'f32') return integerPower(a, b);
    // JavaScript leaves out that any power of 1, and (−1)^±∞, is 1.
    return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);
  },
  grad: (g, y, needs) => {
    const [a, b] = y.inputs;
    // What is chosen is the factor of g, so that no infinity of the other branch gets into the rule's own derivative.
    const toBase = (): Value => mul(g, where(eq(b, 0), 0, mul(b, pow(a, sub(b, 1)))));
    const toExponent = (): Value => mul(g, where(logicalAnd(eq(a, 0), ge(b, 0)), 0, mul(y, log(a))));
    return [needs[0] ? toBase() : null, needs[1] ? toExponent() : null];
  },
});
function integerPower(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let square = base, e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}
/** a to the power b. Whole exponents take negative bases; 0⁰ = 1. */
export const pow = (a: Operand, b: Operand): Value => applyElementwise(powOp, align('pow', [a, b]));

const extreme = (name: 'maximum' | 'minimum'): ReturnType<typeof elementwise> =>
  elementwise(name, {
    dtype: 'same',
    wgsl: ([a, b], dtype) => {
      if (dtype === 'bool') return name === 'maximum' ? `(${a} || ${b})` : `(${a} && ${b})`;
      return `${name.slice(0, 3)}${dtype === 'f32' ? '_' : ''}(${a}, ${b})`;
    },
    cpu: ([a, b]) => (name === 'maximum' ? Math.max(a, b) : Math.min(a, b)),
    // Equal operands share the gradient.
    grad: (g, { inputs: [a, b] }, needs) => {
      const loses = name === 'maximum' ? lt : gt;
      const share = where(eq(a, b), mul(g, 0.5), g);
      return [needs[0] ? where(loses(a, b), 0, share) : null, needs[1] ? where(loses(b, a), 0, share) : null];
    },
  });
export const maximumOp = extreme('maximum');
export const minimumOp = extreme('minimum');
/** The larger of the two; NaN where either is NaN. */
export const maximum = (a: Operand, b: Operand): Value =>
  applyElementwise(maximumOp, align('maximum', [a, b]));
/** The smaller of the two; NaN where either is NaN. */
export const minimum = (a: Operand, b: Operand): Value =>
  applyElementwise(minimumOp, align('minimum', [a, b]));

export const whereOp = elementwise('where', {
  dtype: 'same',
  wgsl: ([c, a, b]) => `select(${b}, ${a}, ${c})`,
  cpu: ([c, a, b]) => (c !== 0 ? a : b),
  grad: (g, { inputs: [c] }, needs) => [
    null,
    needs[1] ? where(c, g, 0) : null,
    needs[2] ? where(c, 0, g) : null,
  ],
});
/** a where the condition holds, else b. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  if (condition.dtype === 'f32') {
    throw new DtypeError('where: the condition is not a truth value', {
      expected: 'bool',
      got: condition.dtype,
      fix: 'compare first, for example x.gt(0)',
    });
  }
  const [x, y] = align('where', [a, b]);
  return applyElementwise(whereOp, spread('where', [cast(condition, 'bool'), x, y]));
}

/** x limited to [min, max]; NaN stays NaN. Gradients stop outside. */
export function clamp(x: Value, { min, max }: { min?: Operand; max?: Operand } = {}): Value {
  if (min === undefined && max === undefined) throw new ValueError('clamp: neither min nor max is given');
  const low = min === undefined ? null : min;
  const high = max === undefined ? null : max;
  const operands = [x, ...(low === null ? [] : [low]), ...(high === null ? [] : [high])];
  const [value, ...bounds] = align('clamp', operands);
  const lower = low === null ? null : bounds[0];
  const upper = high === null ? null : bounds[bounds.length - 1];
  const raised = lower === null ? value : applyElementwise(clampMinOp, [value, lower]);
  return upper === null ? raised : applyElementwise(clampMaxOp, [raised, upper]);
}
const bound = (name: 'clampMin' | 'clampMax'): ReturnType<typeof elementwise> =>
  elementwise(name, {
    dtype: 'same',
    wgsl: ([x, b], dtype) =>
      `${name === 'clampMin' ? 'max' : 'min'}${dtype === 'f32' ? '_' : ''}(${x}, ${b})`,
    cpu: ([x, b]) => (name === 'clampMin' ? Math.max(x, b) : Math.min(x, b)),
    grad: (g, { inputs: [x, b] }, needs) => {
      const [inside, outside] = name === 'clampMin' ? [ge, lt] : [le, gt];
      return [needs[0] ? where(inside(x, b), g, 0) : null, needs[1] ? where(outside(x, b), g, 0) : null];
    },
  });
export const clampMinOp = bound('clampMin');
export const clampMaxOp = bound('clampMax');

export const fmodOp = elementwise('fmod', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => (dtype === 'f32' ? `fmod_(${a}, ${b})` : `fmod_${dtype}(${a}, ${b})`),
  libraries: ['remainder'],
  cpu: ([a, b], dtype) => (dtype !== 'f32' && b === 0 ? 0 : a % b),
  grad: (g, { inputs: [a, b] }, needs) => [
    g,
    needs[1] ? neg(mul(g, div(a, b, { roundingMode: 'trunc' }))) : null,
  ],
});
/** Remainder of the division cut off towards zero: the sign of a. */
export const fmod = (a: Operand, b: Operand): Value => applyElementwise(fmodOp, align('fmod', [a, b]));

export const remainderOp = elementwise('remainder', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => `remainder_${dtype}(${a}, ${b})`,
  libraries: ['remainder'],
  cpu: ([a, b], dtype) => {
    if (dtype !== 'f32' && b === 0) return 0;
    const r = a % b;
    return r !== 0 && r < 0 !== b < 0 ? r + b : r;
  },
  grad: (g, { inputs: [a, b] }, needs) => [
    g,
    needs[1] ? neg(mul(g, div(a, b, { roundingMode: 'floor' }))) : null,
  ],
});
/** Remainder of the division rounded down: the sign of b. */
export const remainder = (a: Operand, b: Operand): Value =>
  applyElementwise(remainderOp, align('remainder', [a, b]));

/** Whether a and b are within atol + rtol·|b|; equal infinities are close, NaN is close to NaN only with `equalNan`. */
export function isclose(
  a: Operand,
  b: Operand,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: { rtol?: number; atol?: number; equalNan?: boolean } = {},
): Value {
  const [x, y] = align('isclose', [a, b], 'f32');
  const finite = lt(abs(y), Infinity);
  const near = logicalAnd(finite, le(abs(sub(x, y)), add(mul(abs(y), rtol), atol)));
  const close = logicalOr(eq(x, y), near);
  return equalNan ? logicalOr(close, logicalAnd(isnan(x), isnan(y))) : close;
}

/** Linear interpolation: a + weight·(b − a). */
export const lerp = (a: Operand, b: Operand, weight: Operand): Value => add(a, mul(weight, sub(b, a)));
