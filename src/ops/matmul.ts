// Matrix products.
import { DtypeError, ShapeError } from '../core/errors.ts';
import type { CoreOp, HostTensor } from '../core/op.ts';
import { broadcastShapes, formatShape, sizeOf } from '../core/shape.ts';
import { type Value, applyCore, none } from '../core/value.ts';
import { type View, collapse } from '../core/view.ts';
import { add, mul } from './arithmetic.ts';
import { cast } from './cast.ts';
import { constant, disconnected } from './create.ts';
import { type MatmulOperand, matmulPasses } from './matmul-kernels.ts';
import { expand, permuteOp, reshape, transpose } from './movement.ts';
import { sum } from './reduce.ts';

/** The strides of an operand with its batch dimensions walked as one. */
function operandOf(view: View): MatmulOperand {
  const rank = view.shape.length;
  const [row, col] = view.strides.slice(-2);
  const batch = collapse(view.shape.slice(0, rank - 2), [
    { ...view, strides: view.strides.slice(0, rank - 2) },
  ]);
  return { offset: view.offset, batch: batch.strides[0][0] ?? 0, row, col };
}

/** Swaps the last two dimensions. */
const swap = (x: Value): Value => transpose(x, -2, -1);
const isSwapped = (x: Value): boolean => {
  if (x.op !== (permuteOp as unknown)) return false;
  const { dims } = x.attrs as { dims: readonly number[] };
  return dims.length >= 2 && dims[dims.length - 1] === dims.length - 2;
};

function productReference(a: HostTensor, b: HostTensor, output: HostTensor): void {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.shape.length - 1];
  for (let batch = 0; batch < sizeOf(output.shape.slice(0, -2)); batch++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let l = 0; l < k; l++)
          total += a.data[(batch * m + i) * k + l] * b.data[(batch * k + l) * n + j];
        output.data[(batch * m + i) * n + j] = total;
      }
    }
  }
}

/** [.., m, k] × [.., k, n] → [.., m, n] with equal batch dimensions. */
export const matmulOp: CoreOp = {
  name: 'matmul',
  kind: 'core',
  infer: ([a, b]) => ({ shape: [...a.shape.slice(0, -1), b.shape[b.shape.length - 1]], dtype: 'f32' }),
  access: () => ({ kind: 'strided' }),
  passes: ({ inputs: [a, b], output, adapter }) => {
    const [m, n] = output.shape.slice(-2);
    const batch = sizeOf(output.shape.slice(0, -2));
    const k = a.shape[a.shape.length - 1];
    return matmulPasses({ batch, m, n, k, a: operandOf(a), b: operandOf(b) }, adapter);
  },
  cpu: ([a, b], output) => productReference(a, b, output),
  // An operand that is read transposed gets its gradient in the order in which it lies, so that what follows
  // (the optimiser's update, as a rule) reads it in order.
  grad: (g, { inputs: [a, b] }, needs) => [
    needs[0] ? (isSwapped(a) ? swap(product(b, swap(g))) : product(g, swap(b))) : null,
    needs[1] ? (isSwapped(b) ? swap(product(swap(g), a)) : product(swap(a), g)) : null,
  ],
  batch: ([a, b]) => matmul(a, b),
};
const product = (a: Value, b: Value): Value => applyCore(matmulOp, [a, b], none);

/**
 * Matrix product as in PyTorch: vectors are rows on the left and columns on the right; leading dimensions are
 * batches and broadcast. [.., m, k] × [.., k, n] → [.., m, n]; f32.
 */
export function matmul(a: Value, b: Value): Value {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError('matmul: scalars have no matrix product', {
      got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      fix: 'use mul',
    });
  }
  for (const x of [a, b]) {
    if (x.dtype === 'bool')
      throw new DtypeError('matmul: element type', { expected: 'a number type', got: 'bool' });
  }
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0], 1]) : b;
  const [m, k] = left.shape.slice(-2);
  const [inner, n] = right.shape.slice(-2);
  if (k !== inner) {
    throw new ShapeError('matmul: inner dimensions differ', {
      where: `left ${formatShape(a.shape)}, right ${formatShape(b.shape)}`,
      expected: `right operand [.., ${k}, n]`,
      got: `[.., ${inner}, n]`,
      ...(k === n ? { fix: 'transpose the right operand: a.matmul(b.transpose(-2, -1))' } : {}),
    });
  }
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2), 'matmul');
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])];
  const dtype = a.dtype === 'f32' || b.dtype === 'f32' ? 'f32' : a.dtype;
  if (sizeOf(shape) === 0 || k === 0) return disconnected(constant(0, shape, dtype), [a, b]);
  if (dtype !== 'f32') return reshape(integerProduct(left, right, batch), shape);
  return reshape(floatProduct(cast(left, 'f32'), cast(right, 'f32'), batch), shape);
}

/** A right operand without batches lets the left one's batches be rows: one product instead of many. */
function floatProduct(a: Value, b: Value, batch: readonly number[]): Value {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.shape.length - 1];
  if (b.shape.length === 2 && a.shape.length > 2) {
    return reshape(product(reshape(a, [sizeOf(batch) * m, k]), b), [...batch, m, n]);
  }
  const total = sizeOf(batch);
  const flat = batch.length === 0 ? [] : [total];
  return product(
    reshape(expand(a, [...batch, m, k]), [...flat, m, k]),
    reshape(expand(b, [...batch, k, n]), [...flat, k, n]),
  );
}

/** Integers are multiplied and summed exactly, without the float kernels. */
function integerProduct(a: Value, b: Value, batch: readonly number[]): Value {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.shape.length - 1];
  const left = expand(reshape(a, [...a.shape, 1]), [...batch, m, k, n]);
  const right = expand(reshape(b, [...b.shape.slice(0, -2), 1, k, n]), [...batch, m, k, n]);
  return sum(mul(left, right), { dim: -2 });
}

function ranks(where: string, a: Value, b: Value, left: number, right: number): void {
  if (a.shape.length !== left || b.shape.length !== right) {
    throw new ShapeError(`${where}: number of dimensions`, {
      expected: `${left} and ${right}`,
      got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    });
  }
}
/** Matrix times matrix. [m, k] × [k, n] → [m, n] */
export function mm(a: Value, b: Value): Value {
  ranks('mm', a, b, 2, 2);
  return matmul(a, b);
}
/** Products of matrices pair by pair. [b, m, k] × [b, k, n] → [b, m, n] */
export function bmm(a: Value, b: Value): Value {
  ranks('bmm', a, b, 3, 3);
  if (a.shape[0] !== b.shape[0]) {
    throw new ShapeError('bmm: different numbers of matrices', {
      got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    });
  }
  return matmul(a, b);
}
/** Inner product. [n] × [n] → [] */
export function dot(a: Value, b: Value): Value {
  ranks('dot', a, b, 1, 1);
  return matmul(a, b);
}
/** Matrix times vector. [m, k] × [k] → [m] */
export function mv(a: Value, b: Value): Value {
  ranks('mv', a, b, 2, 1);
  return matmul(a, b);
}
/** Every product of an element of a and one of b. [m] × [n] → [m, n] */
export function outer(a: Value, b: Value): Value {
  ranks('outer', a, b, 1, 1);
  return mul(reshape(a, [a.shape[0], 1]), reshape(b, [1, b.shape[0]]));
}
/** beta·input + alpha·(a × b). */
export function addmm(
  input: Value,
  a: Value,
  b: Value,
  { alpha = 1, beta = 1 }: { alpha?: number; beta?: number } = {},
): Value {
  const scaled = alpha === 1 ? mm(a, b) : mul(mm(a, b), alpha);
  if (beta === 0) return scaled;
  return add(beta === 1 ? input : mul(input, beta), scaled);
}
/** x·weightᵀ + bias. [.., in] × [out, in] → [.., out] */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  const product_ = matmul(x, transpose(weight, 0, -1));
  return bias === undefined ? product_ : add(product_, bias);
}
