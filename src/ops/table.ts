// Every entry, by its name: what tests, documents and reports go through. Nothing of the engine reads it.
import type { Op } from '../core/op.ts';
import * as activation from './activation.ts';
import * as arithmetic from './arithmetic.ts';
import * as bessel from './bessel.ts';
import * as bitwise from './bitwise.ts';
import { casts } from './cast.ts';
import * as attention from './attention.ts';
import * as comparison from './comparison.ts';
import * as dropout from './dropout.ts';
import * as embedding from './embedding.ts';
import * as conv from './conv.ts';
import * as create from './create.ts';
import * as diagonals from './diagonal.ts';
import * as cumulative from './cumulative.ts';
import * as distance from './distance.ts';
import * as exponential from './exponential.ts';
import * as gamma from './gamma.ts';
import * as fft from './fft.ts';
import * as gates from './gates.ts';
import * as indexing from './indexing.ts';
import * as joining from './joining.ts';
import * as marginLosses from './losses/margin.ts';
import * as regressionLosses from './losses/regression.ts';
import * as cholesky from './linalg/cholesky.ts';
import * as eigh from './linalg/eigh.ts';
import * as matrixExponential from './linalg/exponential.ts';
import * as lu from './linalg/lu.ts';
import * as matrixNorms from './linalg/norms.ts';
import * as qr from './linalg/qr.ts';
import * as solve from './linalg/solve.ts';
import * as svd from './linalg/svd.ts';
import * as triangular from './linalg/triangular.ts';
import * as loss from './loss.ts';
import * as math from './math.ts';
import * as matmul from './matmul.ts';
import * as movement from './movement.ts';
import * as norm from './norm.ts';
import * as normal from './normal.ts';
import * as numbers from './numbers.ts';
import * as order from './order.ts';
import * as quantile from './quantile.ts';
import * as normalization from './normalization.ts';
import * as interpolate from './interpolate.ts';
import * as pool from './pool.ts';
import * as poolKernels from './pool-kernels.ts';
import * as random from './random.ts';
import * as recurrence from './recurrence.ts';
import * as reduce from './reduce.ts';
import * as scan from './scan.ts';
import * as search from './search.ts';
import * as scatter from './scatter.ts';
import * as selection from './selection.ts';
import * as statistics from './statistics.ts';
import * as summary from './summary.ts';
import * as unfold from './unfold.ts';
import * as trigonometric from './trigonometric.ts';

const families = {
  activation,
  arithmetic,
  bessel,
  bitwise,
  attention,
  comparison,
  conv,
  dropout,
  embedding,
  create,
  diagonals,
  cumulative,
  distance,
  exponential,
  gamma,
  gates,
  indexing,
  joining,
  loss,
  marginLosses,
  math,
  matmul,
  movement,
  norm,
  normal,
  numbers,
  order,
  quantile,
  normalization,
  interpolate,
  pool,
  poolKernels,
  random,
  recurrence,
  reduce,
  regressionLosses,
  scan,
  search,
  scatter,
  selection,
  statistics,
  summary,
  unfold,
  trigonometric,
  cholesky,
  eigh,
  matrixExponential,
  lu,
  matrixNorms,
  qr,
  solve,
  svd,
  triangular,
  fft,
} as const;

const isOp = (x: unknown): x is Op => typeof x === 'object' && x !== null && 'kind' in x && 'name' in x;

/** The entries of all families, by name. */
export function operations(): ReadonlyMap<string, Op> {
  const entries = Object.values(families).flatMap((family): unknown[] => Object.values(family));
  return new Map([...entries, ...Object.values(casts)].filter(isOp).map((op) => [op.name, op]));
}
