// Sums of products, products of vectors and matrices, covariances and distances, as functions of tensors.
import * as distances from '../../ops/distance.ts';
import * as sums from '../../ops/einsum.ts';
import * as products from '../../ops/products.ts';
import { type TensorLike, call, engineOf } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { first, many, three, two, unary } from './lift.ts';

export type { AddedOptions } from '../../ops/products.ts';
export type { TensordotOptions } from '../../ops/einsum.ts';

/**
 * The sum of products that the equation names, as in `einsum('bij,bjk->bik', a, b)`: repeated letters take a diagonal,
 * '...' stands for all other dimensions, letters that the result does not have are summed.
 */
export function einsum(equation: string, ...operands: readonly TensorLike[]): Tensor {
  const on = engineOf(operands);
  return Tensor.of(
    sums.einsum(
      equation,
      operands.map((x) => first(x, on)),
    ),
    on,
  );
}

export const tensordot = /* @__PURE__ */ two(sums.tensordot);
export const inner = /* @__PURE__ */ two(sums.inner);
export const vdot = /* @__PURE__ */ two(products.vdot);
export const cross = /* @__PURE__ */ two(products.cross);
export const kron = /* @__PURE__ */ two(products.kron);
export const cdist = /* @__PURE__ */ two(distances.cdist);
export const addmv = /* @__PURE__ */ three(products.addmv);
export const addr = /* @__PURE__ */ three(products.addr);
export const addbmm = /* @__PURE__ */ three(products.addbmm);
export const baddbmm = /* @__PURE__ */ three(products.baddbmm);
export const matrixPower = /* @__PURE__ */ unary(products.matrixPower);
export const multiDot = /* @__PURE__ */ many(products.multiDot);
export const corrcoef = /* @__PURE__ */ unary(products.corrcoef);

/** Covariances of variables (rows) over observations (columns). [k, n] → [k, k]; one variable gives [] */
export function cov(
  x: TensorLike,
  options: { correction?: number; fweights?: Tensor; aweights?: Tensor } = {},
): Tensor {
  return call(Tensor.of, products.cov, [first(x, engineOf([x])), options]);
}
