// How linear algebra is called, with what is arbitrary in a result taken out as in linalg.py.
import type { Api, Tensor } from '../api.ts';
import { type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT, named } from './adapter.ts';

type Many = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** A function of the namespace `linalg`. */
function of(w: Api, name: string): (...args: readonly unknown[]) => Tensor {
  const { linalg } = w as unknown as { linalg: Api };
  return named(linalg, name) as (...args: readonly unknown[]) => Tensor;
}
function parts(w: Api, name: string, words: string, ...args: readonly unknown[]): readonly Tensor[] {
  const { linalg } = w as unknown as { linalg: Many };
  const result = linalg[name](...args) as Record<string, Tensor>;
  return words.split(' ').map((word) => result[word]);
}

const symmetric = (x: Tensor): Tensor => x.add(x.transpose(-2, -1)).mul(0.5);
const upper = (c: Call): object => given({ upper: c.flag(1, 'upper') });
const uplo = (c: Call): object => given({ UPLO: c.word(1, 'UPLO', 'L', 'U') });
const order = (c: Call, position: number, name: string): unknown =>
  c.word(position, name, 'fro', 'nuc') ?? c.maybeNumber(position, name);
const ranks = (c: Call): object =>
  given({ atol: c.maybeNumber(NOT_AN_ARGUMENT, 'atol'), rtol: c.maybeNumber(NOT_AN_ARGUMENT, 'rtol') });

const norm: Adapter = (w, c) =>
  of(w, 'norm')(
    c.x,
    given({ ord: order(c, 1, 'ord'), dim: c.maybeDims(2, 'dim'), keepdim: c.flag(3, 'keepdim') }),
  );

function svd(w: Api, c: Call): readonly Tensor[] {
  const fullMatrices = c.flag(1, 'full_matrices') ?? true;
  const [u, s, vh] = parts(w, 'svd', 'U S Vh', c.x, { fullMatrices });
  const k = s.shape[s.shape.length - 1];
  return [u.narrow(-1, 0, k).abs(), s, vh.narrow(-2, 0, k).abs()];
}

/** PyTorch's name (with its variant) → the call in wgrad. */
export const linalg: Readonly<Record<string, Adapter>> = {
  'linalg.cholesky': (w, c) => of(w, 'cholesky')(symmetric(c.x), upper(c)),
  'linalg.cholesky_ex': (w, c) => parts(w, 'choleskyEx', 'L info', symmetric(c.x), upper(c)),
  cholesky_solve: (w, c) => of(w, 'choleskySolve')(c.x, c.tensor(1), given({ upper: c.flag(2, 'upper') })),
  cholesky_inverse: (w, c) => of(w, 'choleskyInverse')(c.x, upper(c)),
  'linalg.solve_triangular': (w, c) =>
    of(w, 'solveTriangular')(
      c.x,
      c.tensor(1),
      given({
        upper: c.flag(NOT_AN_ARGUMENT, 'upper'),
        left: c.flag(NOT_AN_ARGUMENT, 'left'),
        unitriangular: c.flag(NOT_AN_ARGUMENT, 'unitriangular'),
      }),
    ),
  'linalg.lu': (w, c) => parts(w, 'lu', 'P L U', c.x),
  'linalg.lu_factor': (w, c) => parts(w, 'luFactor', 'LU pivots', c.x),
  'linalg.lu_solve': (w, c) =>
    of(w, 'luSolve')(
      c.x,
      c.tensor(1),
      c.tensor(2),
      given({ left: c.flag(NOT_AN_ARGUMENT, 'left'), adjoint: c.flag(NOT_AN_ARGUMENT, 'adjoint') }),
    ),
  'linalg.solve': (w, c) =>
    of(w, 'solve')(c.x, c.tensor(1), given({ left: c.flag(NOT_AN_ARGUMENT, 'left') })),
  'linalg.inv': (w, c) => of(w, 'inv')(c.x),
  'linalg.det': (w, c) => of(w, 'det')(c.x),
  'linalg.det.singular': (w, c) => of(w, 'det')(c.x),
  'linalg.slogdet': (w, c) => parts(w, 'slogdet', 'sign logabsdet', c.x),
  logdet: (w, c) => of(w, 'logdet')(c.x),
  'linalg.qr': (w, c) => {
    const mode = c.word(1, 'mode', 'reduced', 'complete');
    const [m, n] = c.x.shape.slice(-2);
    return parts(w, 'qr', 'Q R', mode === 'complete' && m > n ? c.x.detach() : c.x, given({ mode }));
  },
  'linalg.eigh': (w, c) => {
    const [values, vectors] = parts(w, 'eigh', 'eigenvalues eigenvectors', symmetric(c.x), uplo(c));
    return [values, vectors.abs()];
  },
  'linalg.eigvalsh': (w, c) => of(w, 'eigvalsh')(symmetric(c.x), uplo(c)),
  'linalg.svd': svd,
  'linalg.svdvals': (w, c) => of(w, 'svdvals')(c.x),
  'linalg.lstsq.grad_oriented': (w, c) => parts(w, 'lstsq', 'solution', c.x, c.tensor(1))[0],
  'linalg.pinv': (w, c) => of(w, 'pinv')(c.x, ranks(c)),
  'linalg.pinv.singular': (w, c) => of(w, 'pinv')(c.x.matmul(c.tensor(1).transpose(-2, -1))),
  'linalg.pinv.hermitian': (w, c) => of(w, 'pinv')(symmetric(c.x), { hermitian: true }),
  'linalg.norm': norm,
  'linalg.norm.subgradients_at_zero': norm,
  'linalg.matrix_norm': (w, c) =>
    of(w, 'matrixNorm')(
      c.x,
      given({ ord: order(c, 1, 'ord'), dim: c.maybeDims(2, 'dim'), keepdim: c.flag(3, 'keepdim') }),
    ),
  'linalg.cond': (w, c) => of(w, 'cond')(c.x, ...[order(c, 1, 'p')].filter((p) => p !== undefined)),
  'linalg.matrix_rank': (w, c) => of(w, 'matrixRank')(c.x, ranks(c)),
  'linalg.matrix_rank.hermitian': (w, c) => of(w, 'matrixRank')(symmetric(c.x), { hermitian: true }),
  matrix_exp: (w, c) => of(w, 'matrixExp')(c.x),
  'linalg.householder_product': (w, c) => of(w, 'householderProduct')(c.x, c.tensor(1)),
};
