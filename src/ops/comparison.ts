// Comparisons and logic: bool out, no gradient. NaN compares false, but for `ne`.
import type { ElementwiseOp } from '../core/op.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { cast } from './cast.ts';
import { type Operand, align, elementwise } from './family.ts';

type Compare = (a: number, b: number) => boolean;

function comparison(name: string, sign: string, cpu: Compare): ElementwiseOp {
  return elementwise(name, {
    dtype: 'bool',
    wgsl: ([a, b], dtype) => {
      const [x, y] = dtype === 'bool' ? [`u32(${a})`, `u32(${b})`] : [a, b];
      // Drivers that assume no NaN answer a comparison with one as they like: ask for it by its bits.
      if (dtype !== 'f32') return `(${x} ${sign} ${y})`;
      return sign === '!='
        ? `(${x} != ${y} || is_nan(${x}) || is_nan(${y}))`
        : `(${x} ${sign} ${y} && !is_nan(${x}) && !is_nan(${y}))`;
    },
    cpu: ([a, b]) => Number(cpu(a, b)),
    grad: null,
  });
}

export const eqOp = comparison('eq', '==', (a, b) => a === b);
export const neOp = comparison('ne', '!=', (a, b) => a !== b);
export const ltOp = comparison('lt', '<', (a, b) => a < b);
export const leOp = comparison('le', '<=', (a, b) => a <= b);
export const gtOp = comparison('gt', '>', (a, b) => a > b);
export const geOp = comparison('ge', '>=', (a, b) => a >= b);

const compare = (op: ElementwiseOp, a: Operand, b: Operand): Value =>
  applyElementwise(op, align(op.name, [a, b]));

/** a = b. */
export const eq = (a: Operand, b: Operand): Value => compare(eqOp, a, b);
/** a ≠ b. */
export const ne = (a: Operand, b: Operand): Value => compare(neOp, a, b);
/** a < b. */
export const lt = (a: Operand, b: Operand): Value => compare(ltOp, a, b);
/** a ≤ b. */
export const le = (a: Operand, b: Operand): Value => compare(leOp, a, b);
/** a > b. */
export const gt = (a: Operand, b: Operand): Value => compare(gtOp, a, b);
/** a ≥ b. */
export const ge = (a: Operand, b: Operand): Value => compare(geOp, a, b);

function logic(name: string, wgsl: (a: string, b: string) => string, cpu: Compare): ElementwiseOp {
  return elementwise(name, {
    dtype: 'bool',
    wgsl: ([a, b]) => wgsl(a, b),
    cpu: ([a, b]) => Number(cpu(a, b)),
    grad: null,
  });
}

export const logicalAndOp = logic(
  'logicalAnd',
  (a, b) => `(${a} && ${b})`,
  (a, b) => a !== 0 && b !== 0,
);
export const logicalOrOp = logic(
  'logicalOr',
  (a, b) => `(${a} || ${b})`,
  (a, b) => a !== 0 || b !== 0,
);
export const logicalXorOp = logic(
  'logicalXor',
  (a, b) => `(${a} != ${b})`,
  (a, b) => (a !== 0) !== (b !== 0),
);
export const logicalNotOp = logic(
  'logicalNot',
  (a) => `(!${a})`,
  (a) => a === 0,
);

const truths = (name: string, operands: readonly Operand[]): [Value, ...Value[]] =>
  align(
    name,
    operands.map((x) => (typeof x === 'number' ? Number(x !== 0) : cast(x, 'bool'))),
  ).map((x) => cast(x, 'bool')) as [Value, ...Value[]];

/** Both are non-zero. */
export const logicalAnd = (a: Operand, b: Operand): Value =>
  applyElementwise(logicalAndOp, truths('logicalAnd', [a, b]));
/** Either is non-zero. */
export const logicalOr = (a: Operand, b: Operand): Value =>
  applyElementwise(logicalOrOp, truths('logicalOr', [a, b]));
/** Exactly one is non-zero. */
export const logicalXor = (a: Operand, b: Operand): Value =>
  applyElementwise(logicalXorOp, truths('logicalXor', [a, b]));
/** Is zero. */
export const logicalNot = (a: Value): Value => applyElementwise(logicalNotOp, truths('logicalNot', [a]));

function classify(name: string, wgsl: (x: string) => string, cpu: (x: number) => boolean): ElementwiseOp {
  return elementwise(name, {
    dtype: 'bool',
    wgsl: ([x]) => wgsl(x),
    cpu: ([x]) => Number(cpu(x)),
    grad: null,
  });
}
export const isnanOp = classify('isnan', (x) => `is_nan(${x})`, Number.isNaN);
export const isinfOp = classify(
  'isinf',
  (x) => `is_inf(${x})`,
  (x) => Math.abs(x) === Infinity,
);
export const isfiniteOp = classify('isfinite', (x) => `is_finite(${x})`, Number.isFinite);

/** Is not a number. */
export const isnan = (x: Value): Value => applyElementwise(isnanOp, [cast(x, 'f32')]);
/** Is +∞ or −∞. */
export const isinf = (x: Value): Value => applyElementwise(isinfOp, [cast(x, 'f32')]);
/** Is neither NaN nor infinite. */
export const isfinite = (x: Value): Value => applyElementwise(isfiniteOp, [cast(x, 'f32')]);
