// How products, covariances and distances are called.
import type * as W from '../../../src/index.ts';
import { type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT } from './adapter.ts';
import { typed } from './arrangement.ts';

const tensor = (c: Call, position: number, name?: string): W.Tensor =>
  c.tensor(position, name) as unknown as W.Tensor;
const maybe = (c: Call, position: number, name: string): W.Tensor | undefined =>
  c.maybeTensor(position, name) as unknown as W.Tensor | undefined;

const pairs = (name: 'inner' | 'vdot' | 'kron'): Adapter => typed((w, c, x) => w[name](x, tensor(c, 1)));
const added = (name: 'addmv' | 'addr' | 'addbmm' | 'baddbmm'): Adapter =>
  typed((w, c, x) =>
    w[name](
      x,
      tensor(c, 1),
      tensor(c, 2),
      given({ alpha: c.maybeNumber(NOT_AN_ARGUMENT, 'alpha'), beta: c.maybeNumber(NOT_AN_ARGUMENT, 'beta') }),
    ),
  );
/** The dims of tensordot: a number, or two lists. */
function dimsOf(c: Call): W.TensordotOptions {
  const dims = c.raw(2, 'dims');
  return given({
    dims: Array.isArray(dims) ? (dims as unknown as [number[], number[]]) : c.maybeNumber(2, 'dims'),
  });
}

export const products: Readonly<Record<string, Adapter>> = {
  einsum: typed((w, c) => {
    const equation = c.text(1, 'equation') ?? '';
    return w.einsum(equation, ...(c.allTensors() as unknown as W.Tensor[]));
  }),
  tensordot: typed((w, c, x) => w.tensordot(x, tensor(c, 1), dimsOf(c))),
  inner: pairs('inner'),
  vdot: pairs('vdot'),
  kron: pairs('kron'),
  addmv: added('addmv'),
  addr: added('addr'),
  addbmm: added('addbmm'),
  baddbmm: added('baddbmm'),
  cross: typed((w, c, x) => w.cross(x, tensor(c, 1), given({ dim: c.maybeNumber(2, 'dim') }))),
  'linalg.cross': typed((w, c, x) => w.cross(x, tensor(c, 1), { dim: c.maybeNumber(2, 'dim') ?? -1 })),
  cdist: typed((w, c, x) => w.cdist(x, tensor(c, 1), given({ p: c.maybeNumber(2, 'p') }))),
  cov: typed((w, c, x) =>
    w.cov(
      x,
      given({
        correction: c.maybeNumber(NOT_AN_ARGUMENT, 'correction'),
        fweights: maybe(c, NOT_AN_ARGUMENT, 'fweights'),
        aweights: maybe(c, NOT_AN_ARGUMENT, 'aweights'),
      }),
    ),
  ),
  corrcoef: typed((w, _, x) => w.corrcoef(x)),
  'linalg.matrix_power': typed((w, c, x) => w.matrixPower(x, c.number(1, 'n'))),
  'linalg.multi_dot': typed((w, c) => w.multiDot(c.allTensors() as unknown as W.Tensor[])),
};
