// What looks at a number as it is stored: signs, fractions, neighbours, infinities; and small arithmetic by other names.
import { DtypeError } from '../core/errors.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { add, clamp, div, mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, ge, gt, isfinite, isnan, logicalOr } from './comparison.ts';
import { type Operand, align, callUnary, elementwise, unary } from './family.ts';
import { zerosLike } from './math.ts';

export const fracOp = /* @__PURE__ */ unary('frac', {
  wgsl: (x) => `frac_(${x})`,
  libraries: ['number'],
  cpu: (x) => x - Math.trunc(x),
  grad: (g) => g,
});
/** What is behind the point, with the sign of x. */
export const frac = (x: Value): Value => callUnary(fracOp, x);

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

export const signbitOp = /* @__PURE__ */ elementwise('signbit', {
  dtype: 'bool',
  wgsl: ([x], dtype) =>
    dtype === 'f32' ? `(bitcast<u32>(${x}) >> 31u == 1u)` : dtype === 'i32' ? `(${x} < 0)` : 'false',
  cpu: ([x]) => Number(isNegative(x)),
  grad: null,
});
/** Whether the sign is minus; it is of −0. */
export const signbit = (x: Value): Value => applyElementwise(signbitOp, [x]);

export const copysignOp = /* @__PURE__ */ elementwise('copysign', {
  dtype: 'same',
  wgsl: ([a, b]) => `copysign_(${a}, ${b})`,
  libraries: ['number'],
  cpu: ([a, b]) => (isNegative(b) ? -Math.abs(a) : Math.abs(a)),
  // y / a is 1 or −1, and taken for 0 at 0.
  grad: (g, y, needs) => {
    const [a, b] = y.inputs;
    return [needs[0] ? mul(g, where(eq(a, 0), 0, div(y, a))) : null, needs[1] ? zerosLike(b) : null];
  },
});
/** |a| with the sign of b. */
export const copysign = (a: Operand, b: Operand): Value =>
  applyElementwise(copysignOp, align('copysign', [a, b], 'f32'));

/** The f32 next to a in the direction of b. */
function neighbour(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  if (a === b) return b;
  const asFloat = Float32Array.of(a);
  const bits = new Int32Array(asFloat.buffer);
  if (a === 0) bits[0] = isNegative(b) ? -0x7fffffff : 1;
  else bits[0] += b > a === a > 0 ? 1 : -1;
  return asFloat[0];
}

export const nextafterOp = /* @__PURE__ */ elementwise('nextafter', {
  dtype: 'same',
  wgsl: ([a, b]) => `nextafter_(${a}, ${b})`,
  libraries: ['number'],
  cpu: ([a, b]) => neighbour(a, b),
  grad: null,
});
/** The f32 next to a on the way to b. It has no gradient. */
export const nextafter = (a: Operand, b: Operand): Value =>
  applyElementwise(nextafterOp, align('nextafter', [a, b], 'f32'));

const infinite = (
  name: 'isposinf' | 'isneginf',
  word: string,
  value: number,
): ReturnType<typeof elementwise> =>
  elementwise(name, {
    dtype: 'bool',
    wgsl: ([x], dtype) => (dtype === 'f32' ? `(bitcast<u32>(${x}) == ${word})` : 'false'),
    cpu: ([x]) => Number(x === value),
    grad: null,
  });
export const isposinfOp = /* @__PURE__ */ infinite('isposinf', '0x7f800000u', Infinity);
export const isneginfOp = /* @__PURE__ */ infinite('isneginf', '0xff800000u', -Infinity);
/** Whether x is +∞. */
export const isposinf = (x: Value): Value => applyElementwise(isposinfOp, [x]);
/** Whether x is −∞. */
export const isneginf = (x: Value): Value => applyElementwise(isneginfOp, [x]);

const LARGEST = 3.4028234663852886e38;
export const nanToNumOp = /* @__PURE__ */ elementwise('nanToNum', {
  dtype: 'same',
  wgsl: ([x, nan, high, low]) =>
    `select(select(select(${x}, ${low}, is_inf(${x})), ${high}, is_inf(${x}) && ${x} > 0.0), ${nan}, is_nan(${x}))`,
  cpu: ([x, nan, high, low]) => (Number.isNaN(x) ? nan : x === Infinity ? high : x === -Infinity ? low : x),
  grad: (g, { inputs: [x] }) => [where(isfinite(x), g, 0), null, null, null],
});
/** NaN and infinities replaced: by 0 and the largest numbers, or by what is given. */
export function nanToNum(
  x: Value,
  { nan = 0, posinf, neginf }: { nan?: number; posinf?: number | null; neginf?: number | null } = {},
): Value {
  if (x.dtype !== 'f32') return x;
  return applyElementwise(nanToNumOp, align('nanToNum', [x, nan, posinf ?? LARGEST, neginf ?? -LARGEST]));
}

const extreme = (name: 'fmax' | 'fmin'): ReturnType<typeof elementwise> =>
  elementwise(name, {
    dtype: 'same',
    wgsl: ([a, b], dtype) => {
      const better = `${a} ${name === 'fmax' ? '>=' : '<='} ${b}`;
      return dtype === 'f32'
        ? `select(${b}, ${a}, is_nan(${b}) || (!is_nan(${a}) && ${better}))`
        : `select(${b}, ${a}, ${better})`;
    },
    cpu: ([a, b]) => {
      if (Number.isNaN(a)) return b;
      if (Number.isNaN(b)) return a;
      return name === 'fmax' ? Math.max(a, b) : Math.min(a, b);
    },
    // Of equal operands the first has the gradient.
    grad: (g, { inputs: [a, b] }, needs) => {
      const first = logicalOr(name === 'fmax' ? ge(a, b) : ge(b, a), isnan(b));
      return [needs[0] ? where(first, g, 0) : null, needs[1] ? where(first, 0, g) : null];
    },
  });
const numbers = (name: string, a: Operand, b: Operand): [Value, ...Value[]] => {
  const operands = align(name, [a, b]);
  return operands[0].dtype === 'bool' ? (operands.map((x) => cast(x, 'i32')) as [Value, Value]) : operands;
};
export const fmaxOp = /* @__PURE__ */ extreme('fmax');
export const fminOp = /* @__PURE__ */ extreme('fmin');
/** The larger of the two; of a number and NaN the number. */
export const fmax = (a: Operand, b: Operand): Value => applyElementwise(fmaxOp, numbers('fmax', a, b));
/** The smaller of the two; of a number and NaN the number. */
export const fmin = (a: Operand, b: Operand): Value => applyElementwise(fminOp, numbers('fmin', a, b));

/** x + value·a·b. */
export const addcmul = (x: Operand, a: Operand, b: Operand, { value = 1 }: { value?: number } = {}): Value =>
  add(x, mul(mul(a, b), value));

/** x + value·a/b. */
export const addcdiv = (x: Operand, a: Operand, b: Operand, { value = 1 }: { value?: number } = {}): Value =>
  add(x, mul(div(a, b), value));

/** x, and `min` where x is below it. */
export const clampMin = (x: Value, min: Operand): Value => clamp(x, { min });
/** x, and `max` where x is above it. */
export const clampMax = (x: Value, max: Operand): Value => clamp(x, { max });
/** b − alpha·a: sub with its operands the other way round. */
export const rsub = (a: Operand, b: Operand, options: { alpha?: number } = {}): Value => sub(b, a, options);
/** The floor of a / b; integers stay integers. */
export const floorDivide = (a: Operand, b: Operand): Value => div(a, b, { roundingMode: 'floor' });
/** a / b. */
export const trueDivide = (a: Operand, b: Operand): Value => div(a, b);

/** x itself. @throws DtypeError for bools */
export function positive(x: Value): Value {
  if (x.dtype !== 'bool') return x;
  throw new DtypeError('positive: bools have no sign', { expected: 'f32, i32 or u32', got: 'bool' });
}

/** 0 below 0, 1 above, and the value of `zero` at 0. */
export const heaviside = (x: Value, zero: Operand): Value => where(eq(x, 0), zero, cast(gt(x, 0), x.dtype));
