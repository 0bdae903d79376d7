// Integers by their bits, and their common divisors and multiples.
import type { DType } from '../core/dtype.ts';
import { DtypeError } from '../core/errors.ts';
import type { ElementwiseOp } from '../core/op.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { type Operand, align, elementwise } from './family.ts';

/** Operands of one integer type. */
function integers(name: string, operands: readonly Operand[], bools: boolean): [Value, ...Value[]] {
  const aligned = align(name, operands);
  const { dtype } = aligned[0];
  if (dtype !== 'f32' && (bools || dtype !== 'bool')) return aligned;
  throw new DtypeError(`${name}: only integers have bits to work on`, {
    expected: bools ? 'i32, u32 or bool' : 'i32 or u32',
    got: dtype,
    fix: 'convert with .to("i32")',
  });
}

/** A result as its type holds it: bits above 31 fall off. */
const wrapped = (x: number, dtype: DType): number => (dtype === 'u32' ? x >>> 0 : x | 0);

function bitwise(name: string, sign: '&' | '|' | '^', cpu: (a: number, b: number) => number): ElementwiseOp {
  return elementwise(name, {
    dtype: 'same',
    wgsl: ([a, b], dtype) => `(${a} ${dtype === 'bool' && sign === '^' ? '!=' : sign} ${b})`,
    cpu: ([a, b], dtype) => wrapped(cpu(a, b), dtype),
    grad: null,
  });
}
export const bitwiseAndOp = /* @__PURE__ */ bitwise('bitwiseAnd', '&', (a, b) => a & b);
export const bitwiseOrOp = /* @__PURE__ */ bitwise('bitwiseOr', '|', (a, b) => a | b);
export const bitwiseXorOp = /* @__PURE__ */ bitwise('bitwiseXor', '^', (a, b) => a ^ b);
export const bitwiseNotOp = /* @__PURE__ */ elementwise('bitwiseNot', {
  dtype: 'same',
  wgsl: ([x], dtype) => `(${dtype === 'bool' ? '!' : '~'}${x})`,
  cpu: ([x], dtype) => (dtype === 'bool' ? Number(x === 0) : wrapped(~x, dtype)),
  grad: null,
});

/** The bits that both have; of bools, whether both hold. @throws DtypeError for f32 */
export const bitwiseAnd = (a: Operand, b: Operand): Value =>
  applyElementwise(bitwiseAndOp, integers('bitwiseAnd', [a, b], true));
/** The bits that either has. @throws DtypeError for f32 */
export const bitwiseOr = (a: Operand, b: Operand): Value =>
  applyElementwise(bitwiseOrOp, integers('bitwiseOr', [a, b], true));
/** The bits that one has and the other has not. @throws DtypeError for f32 */
export const bitwiseXor = (a: Operand, b: Operand): Value =>
  applyElementwise(bitwiseXorOp, integers('bitwiseXor', [a, b], true));
/** Every bit turned over. @throws DtypeError for f32 */
export const bitwiseNot = (x: Value): Value =>
  applyElementwise(bitwiseNotOp, integers('bitwiseNot', [x], true));

// A distance outside 0 … 31 shifts everything out; what comes in from the left is the sign.
export const bitwiseLeftShiftOp = /* @__PURE__ */ elementwise('bitwiseLeftShift', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => `select(${dtype}(0), ${a} << (u32(${b}) & 31u), u32(${b}) < 32u)`,
  cpu: ([a, b], dtype) => (b >= 0 && b < 32 ? wrapped(a << b, dtype) : 0),
  grad: null,
});
export const bitwiseRightShiftOp = /* @__PURE__ */ elementwise('bitwiseRightShift', {
  dtype: 'same',
  wgsl: ([a, b], dtype) =>
    dtype === 'u32' ? `select(0u, ${a} >> (${b} & 31u), ${b} < 32u)` : `(${a} >> min(u32(${b}), 31u))`,
  cpu: ([a, b], dtype) => {
    const outside = b < 0 || b > 31;
    if (dtype === 'u32') return outside ? 0 : a >>> b;
    return a >> (outside ? 31 : b);
  },
  grad: null,
});
/** a·2ᵇ in integers: the bits moved up by b. @throws DtypeError for f32 and bool */
export const bitwiseLeftShift = (a: Operand, b: Operand): Value =>
  applyElementwise(bitwiseLeftShiftOp, integers('bitwiseLeftShift', [a, b], false));
/** The floor of a / 2ᵇ: the bits moved down by b. @throws DtypeError for f32 and bool */
export const bitwiseRightShift = (a: Operand, b: Operand): Value =>
  applyElementwise(bitwiseRightShiftOp, integers('bitwiseRightShift', [a, b], false));

/** Euclid's algorithm. */
function divisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
export const gcdOp = /* @__PURE__ */ elementwise('gcd', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => `gcd_${dtype}(${a}, ${b})`,
  libraries: ['number'],
  cpu: ([a, b], dtype) => wrapped(divisor(a, b), dtype),
  grad: null,
});
export const lcmOp = /* @__PURE__ */ elementwise('lcm', {
  dtype: 'same',
  wgsl: ([a, b], dtype) => `lcm_${dtype}(${a}, ${b})`,
  libraries: ['number'],
  cpu: ([a, b], dtype) => {
    const product = a === 0 || b === 0 ? 0 : Math.imul(a / divisor(a, b), b);
    return wrapped(dtype === 'u32' ? product : Math.abs(product), dtype);
  },
  grad: null,
});
/** Greatest common divisor, never negative. @throws DtypeError for f32 and bool */
export const gcd = (a: Operand, b: Operand): Value => applyElementwise(gcdOp, integers('gcd', [a, b], false));
/** Least common multiple, never negative. @throws DtypeError for f32 and bool */
export const lcm = (a: Operand, b: Operand): Value => applyElementwise(lcmOp, integers('lcm', [a, b], false));
