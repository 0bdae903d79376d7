// Linear algebra, exported as the namespace `linalg`: decompositions, systems, norms. All take batches of f32 matrices.
import * as factors from '../../ops/linalg/cholesky.ts';
import * as eigen from '../../ops/linalg/eigh.ts';
import * as exponential from '../../ops/linalg/exponential.ts';
import * as lowerUpper from '../../ops/linalg/lu.ts';
import * as norms from '../../ops/linalg/norms.ts';
import * as orthogonal from '../../ops/linalg/qr.ts';
import * as systems from '../../ops/linalg/solve.ts';
import * as singular from '../../ops/linalg/svd.ts';
import * as triangular from '../../ops/linalg/triangular.ts';
import { type TensorLike, call } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { binary, unary } from './lift.ts';

export const cholesky = /* @__PURE__ */ unary(factors.cholesky);
export const choleskyEx = /* @__PURE__ */ unary(factors.choleskyEx);
export const choleskySolve = /* @__PURE__ */ binary(factors.choleskySolve);
export const choleskyInverse = /* @__PURE__ */ unary(factors.choleskyInverse);
export const solveTriangular = /* @__PURE__ */ binary(triangular.solveTriangular);
export const lu = /* @__PURE__ */ unary(lowerUpper.lu);
export const luFactor = /* @__PURE__ */ unary(lowerUpper.luFactor);
export const solve = /* @__PURE__ */ binary(systems.solve);
export const inv = /* @__PURE__ */ unary(systems.inv);
export const det = /* @__PURE__ */ unary(systems.det);
export const slogdet = /* @__PURE__ */ unary(systems.slogdet);
export const logdet = /* @__PURE__ */ unary(systems.logdet);
export const qr = /* @__PURE__ */ unary(orthogonal.qr);
export const lstsq = /* @__PURE__ */ binary(orthogonal.lstsq);
export const householderProduct = /* @__PURE__ */ binary(orthogonal.householderProduct);
export const eigh = /* @__PURE__ */ unary(eigen.eigh);
export const eigvalsh = /* @__PURE__ */ unary(eigen.eigvalsh);
export const svd = /* @__PURE__ */ unary(singular.svd);
export const svdvals = /* @__PURE__ */ unary(singular.svdvals);
export const norm = /* @__PURE__ */ unary(norms.norm);
export const matrixNorm = /* @__PURE__ */ unary(norms.matrixNorm);
export const cond = /* @__PURE__ */ unary(norms.cond);
export const matrixRank = /* @__PURE__ */ unary(norms.matrixRank);
export const pinv = /* @__PURE__ */ unary(norms.pinv);
export const matrixExp = /* @__PURE__ */ unary(exponential.matrixExp);

/** X with A·X = B from luFactor's LU and pivots: B [.., n, k] → [.., n, k]. */
export const luSolve = (
  LU: Tensor,
  pivots: Tensor,
  b: TensorLike,
  options?: { left?: boolean; adjoint?: boolean },
): Tensor => call(Tensor.of, systems.luSolve, [LU, pivots, b, ...(options ? [options] : [])]);
