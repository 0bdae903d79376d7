// Products of vectors and matrices: with something added, of three dimensions, of blocks, of chains; covariances.
import { ShapeError, ValueError } from '../core/errors.ts';
import { broadcastShapes, formatShape, normalizeDim } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { add, clamp, div, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq } from './comparison.ts';
import { constant, disconnected, iota } from './create.ts';
import { diagonal } from './diagonal.ts';
import { hostData } from './indexing.ts';
import { cat } from './joining.ts';
import { inv } from './linalg/solve.ts';
import { bmm, dot, matmul, mm, mv, outer } from './matmul.ts';
import { expand, narrow, reshape, transpose } from './movement.ts';
import { sqrt } from './math.ts';
import { sum } from './reduce.ts';

export interface AddedOptions {
  /** Factor of the product. */
  readonly alpha?: number | undefined;
  /** Factor of what is added; 0 ignores it, NaN included. */
  readonly beta?: number | undefined;
}
function added(name: string, input: Value, product: Value, { alpha = 1, beta = 1 }: AddedOptions): Value {
  broadcastShapes(input.shape, product.shape, name);
  const fits = input.shape.every((n, i) => {
    const own = product.shape[product.shape.length - input.shape.length + i];
    return n === 1 || n === own;
  });
  if (!fits) {
    throw new ShapeError(`${name}: what is added is larger than the product`, {
      expected: `a shape that broadcasts to ${formatShape(product.shape)}`,
      got: formatShape(input.shape),
    });
  }
  const scaled = alpha === 1 ? product : mul(product, alpha);
  if (beta === 0) return disconnected(scaled, [input]);
  return add(beta === 1 ? input : mul(input, beta), scaled);
}
/** beta·input + alpha·(matrix × vector). [m, k] × [k] → [m] */
export const addmv = (input: Value, mat: Value, vec: Value, options: AddedOptions = {}): Value =>
  added('addmv', input, mv(mat, vec), options);
/** beta·input + alpha·(vec1 ⊗ vec2). [m] × [n] → [m, n] */
export const addr = (input: Value, vec1: Value, vec2: Value, options: AddedOptions = {}): Value =>
  added('addr', input, outer(vec1, vec2), options);
/** beta·input + alpha·(batch1 × batch2), matrix by matrix. [b, m, k] × [b, k, n] → [b, m, n] */
export const baddbmm = (input: Value, batch1: Value, batch2: Value, options: AddedOptions = {}): Value =>
  added('baddbmm', input, bmm(batch1, batch2), options);
/** beta·input + alpha·Σ (batch1 × batch2) over the batch, as one product. [b, m, k] × [b, k, n] → [m, n] */
export function addbmm(input: Value, batch1: Value, batch2: Value, options: AddedOptions = {}): Value {
  if (batch1.shape.length !== 3 || batch2.shape.length !== 3 || batch1.shape[0] !== batch2.shape[0]) {
    throw new ShapeError('addbmm: not as many matrices on both sides', {
      expected: '[b, m, k] and [b, k, n]',
      got: `${formatShape(batch1.shape)} and ${formatShape(batch2.shape)}`,
    });
  }
  const [b, m, k] = batch1.shape;
  const [, own, n] = batch2.shape;
  if (k !== own) return added('addbmm', input, sum(bmm(batch1, batch2), { dim: 0 }), options);
  const left = reshape(transpose(batch1, 0, 1), [m, b * k]);
  return added('addbmm', input, mm(left, reshape(batch2, [b * k, n])), options);
}
/** Inner product of two vectors. [n] × [n] → [] */
export const vdot = (a: Value, b: Value): Value => dot(a, b);

/** The vector product along a dimension of length 3: the first such where none is named. Operands broadcast. */
export function cross(a: Value, b: Value, { dim }: { dim?: number | undefined } = {}): Value {
  const shape = broadcastShapes(a.shape, b.shape, 'cross');
  const axis = dim === undefined ? shape.indexOf(3) : normalizeDim(dim, shape.length, 'cross');
  if (a.shape.length !== b.shape.length || axis < 0 || a.shape[axis] !== 3 || b.shape[axis] !== 3) {
    throw new ShapeError('cross: no dimension of length 3', {
      expected: 'as many dimensions, and a length of 3 along one',
      got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    });
  }
  const [p, q] = [expand(a, shape), expand(b, shape)];
  const part = (x: Value, i: number): Value => narrow(x, axis, i % 3, 1);
  const parts = [0, 1, 2].map((i) =>
    sub(mul(part(p, i + 1), part(q, i + 2)), mul(part(p, i + 2), part(q, i + 1))),
  );
  return cat(parts, axis);
}

/** Kronecker's product: b times each element of a, laid out like a. [m, n] × [p, q] → [m·p, n·q]; up to 4 dimensions */
export function kron(a: Value, b: Value): Value {
  const rank = Math.max(a.shape.length, b.shape.length);
  const full = (x: Value): number[] => [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const [p, q] = [full(a), full(b)];
  const left = reshape(
    a,
    p.flatMap((n) => [n, 1]),
  );
  const right = reshape(
    b,
    q.flatMap((n) => [1, n]),
  );
  return reshape(
    mul(left, right),
    p.map((n, i) => n * q[i]),
  );
}

/** x, or for negative n its inverse, multiplied |n| times with itself, by squaring; n = 0 gives the identity. [.., m, m] → the same */
export function matrixPower(x: Value, n: number): Value {
  const [rows, columns] = x.shape.slice(-2);
  if (x.shape.length < 2 || rows !== columns) {
    throw new ShapeError('matrixPower: not square matrices', { got: formatShape(x.shape) });
  }
  if (!Number.isInteger(n)) {
    throw new ValueError('matrixPower: the power is not a whole number', { got: String(n) });
  }
  if (n < 0) return matrixPower(inv(x), -n);
  if (n === 0) {
    const index = iota([rows]);
    const one = cast(eq(reshape(index, [rows, 1]), reshape(index, [1, rows])), x.dtype);
    return disconnected(expand(one, x.shape), [x]);
  }
  let power: Value | null = null;
  for (let square = x, rest = n; ; square = matmul(square, square)) {
    if (rest % 2 === 1) power = power === null ? square : matmul(power, square);
    rest = Math.floor(rest / 2);
    if (rest === 0) return power ?? square;
  }
}

/** The product of matrices in the order that takes the fewest multiplications; the first and the last may be vectors. */
export function multiDot(tensors: readonly Value[]): Value {
  const last = tensors.length - 1;
  const wrong = tensors.findIndex(
    (t, i) => t.shape.length !== 2 && !(t.shape.length === 1 && (i === 0 || i === last)),
  );
  if (tensors.length < 2 || wrong >= 0) {
    throw new ShapeError('multiDot: at least two matrices, of which the first and the last may be vectors', {
      got: tensors.map((t) => formatShape(t.shape)).join(', '),
    });
  }
  const chain = tensors.map((t, i) => {
    if (t.shape.length === 2) return t;
    return i === 0 ? reshape(t, [1, t.size]) : reshape(t, [t.size, 1]);
  });
  const product = inBestOrder(chain);
  const ends = [
    ...(tensors[0].shape.length === 1 ? [0] : []),
    ...(tensors[last].shape.length === 1 ? [1] : []),
  ];
  return reshape(
    product,
    product.shape.filter((_, d) => !ends.includes(d)),
  );
}
/** Dynamic programming over where the last product of a stretch of the chain is. */
function inBestOrder(chain: readonly Value[]): Value {
  const sizes = [...chain.map((t) => t.shape[0]), chain[chain.length - 1].shape[1]];
  const cost = chain.map(() => new Array<number>(chain.length).fill(0));
  const cut = chain.map(() => new Array<number>(chain.length).fill(0));
  for (let length = 2; length <= chain.length; length++) {
    for (let i = 0; i + length <= chain.length; i++) {
      const j = i + length - 1;
      cost[i][j] = Infinity;
      for (let k = i; k < j; k++) {
        const total = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
        if (total >= cost[i][j]) continue;
        cost[i][j] = total;
        cut[i][j] = k;
      }
    }
  }
  const product = (i: number, j: number): Value =>
    i === j ? chain[i] : mm(product(i, cut[i][j]), product(cut[i][j] + 1, j));
  return product(0, chain.length - 1);
}

export interface CovOptions {
  /** Divides by n − correction: 1 is the unbiased estimate. */
  readonly correction?: number | undefined;
  /** How often each observation was made: whole numbers. [n] */
  readonly fweights?: Value | undefined;
  /** How much each observation counts. [n] */
  readonly aweights?: Value | undefined;
}
/** Covariances of variables (rows) over observations (columns). [k, n] → [k, k]; one variable gives [] */
export function cov(x: Value, { correction = 1, fweights, aweights }: CovOptions = {}): Value {
  if (x.shape.length > 2)
    throw new ShapeError('cov: more than two dimensions', { got: formatShape(x.shape) });
  const rows = cast(x.shape.length < 2 ? reshape(x, [1, x.size]) : x, 'f32');
  const n = rows.shape[1];
  for (const w of [fweights, aweights]) {
    if (w !== undefined && (w.shape.length !== 1 || w.size !== n)) {
      throw new ShapeError('cov: one weight for each observation', {
        expected: `[${n}]`,
        got: formatShape(w.shape),
      });
    }
    if (w !== undefined && hostData(w).some((one) => one < 0)) {
      throw new ValueError('cov: a weight below 0');
    }
  }
  if (fweights?.dtype === 'f32') {
    throw new ValueError('cov: how often something was observed is a whole number', {
      got: 'fweights of f32',
    });
  }
  const often = fweights === undefined ? constant(1, [n], 'f32') : cast(fweights, 'f32');
  const weights = aweights === undefined ? often : mul(often, aweights);
  const total = sum(weights);
  const center = div(sum(mul(rows, weights), { dim: 1, keepdim: true }), total);
  const deviation = sub(rows, center);
  const lost = aweights === undefined ? correction : div(mul(sum(mul(weights, aweights)), correction), total);
  const products = mm(mul(deviation, weights), transpose(deviation, 0, 1));
  const matrix = div(products, clamp(sub(total, lost), { min: 0 }));
  return rows.shape[0] === 1 ? reshape(matrix, []) : matrix;
}

/** Pearson's correlations of variables (rows) over observations (columns). [k, n] → [k, k]; one variable gives [] */
export function corrcoef(x: Value): Value {
  const matrix = cov(x);
  if (matrix.shape.length === 0) return div(matrix, matrix);
  const k = matrix.shape[0];
  const spread = sqrt(diagonal(matrix));
  const scaled = div(div(matrix, reshape(spread, [k, 1])), reshape(spread, [1, k]));
  return clamp(scaled, { min: -1, max: 1 });
}
