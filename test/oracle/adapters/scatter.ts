// How indexing, scattering and masks are called.
import type * as W from '../../../src/index.ts';
import { type Arg, type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT } from './adapter.ts';
import { typed } from './arrangement.ts';

const tensor = (c: Call, position: number, name?: string): W.Tensor =>
  c.tensor(position, name) as unknown as W.Tensor;
const operand = (c: Call, position: number, name?: string): W.TensorLike =>
  c.operand(position, name) as unknown as W.TensorLike;
const includeSelf = (c: Call): W.ScatterReduceOptions =>
  given({ includeSelf: c.flag(NOT_AN_ARGUMENT, 'include_self') });

/** A function with a dimension, indices and a source. */
const placed = (
  name: 'scatter' | 'indexAdd' | 'indexCopy' | 'indexFill',
  more: (c: Call) => object = () => ({}),
): Adapter =>
  typed((w, c, x) => {
    const fn = w[name] as typeof w.scatter;
    return fn(x, c.number(1, 'dim'), tensor(c, 2, 'index'), operand(c, 3, 'src'), more(c));
  });

const reduced = (reduce: W.Reduce): Adapter =>
  typed((w, c, x) =>
    w.scatterReduce(x, c.number(1, 'dim'), tensor(c, 2), tensor(c, 3, 'src'), reduce, includeSelf(c)),
  );

/** An item of an index: a slice is the text that Python writes for it. */
function itemOf(w: typeof W, x: Arg): W.IndexItem {
  if (x === '...') return x;
  if (typeof x !== 'string') return x as unknown as W.IndexItem;
  const [start = null, end = null, step] = x.split(':').map((part) => (part === '' ? null : Number(part)));
  return w.slice(start, end, step ?? 1);
}

export const scatter: Readonly<Record<string, Adapter>> = {
  index_add: placed('indexAdd', (c) => given({ alpha: c.maybeNumber(NOT_AN_ARGUMENT, 'alpha') })),
  index_copy: placed('indexCopy'),
  index_fill: placed('indexFill'),
  index_reduce: typed((w, c, x) => {
    const reduce = c.word(4, 'reduce', 'prod', 'mean', 'amax', 'amin') ?? 'mean';
    return w.indexReduce(x, c.number(1), tensor(c, 2), tensor(c, 3), reduce, includeSelf(c));
  }),
  index_put: typed((w, c, x) =>
    w.indexPut(
      x,
      c.tensors(1) as unknown as W.Tensor[],
      tensor(c, 2),
      given({ accumulate: c.flag(3, 'accumulate') }),
    ),
  ),
  scatter: placed('scatter', (c) => given({ reduce: c.text(NOT_AN_ARGUMENT, 'reduce') })),
  'scatter_reduce.sum': reduced('sum'),
  'scatter_reduce.prod': reduced('prod'),
  'scatter_reduce.mean': reduced('mean'),
  'scatter_reduce.amax': reduced('amax'),
  'scatter_reduce.amin': reduced('amin'),
  take: typed((w, c, x) => w.take(x, tensor(c, 1))),
  put: typed((w, c, x) =>
    w.put(x, tensor(c, 1), tensor(c, 2), given({ accumulate: c.flag(3, 'accumulate') })),
  ),
  take_along_dim: typed((w, c, x) =>
    w.takeAlongDim(x, tensor(c, 1), given({ dim: c.maybeNumber(2, 'dim') })),
  ),
  masked_fill: typed((w, c, x) => w.maskedFill(x, tensor(c, 1), operand(c, 2))),
  masked_scatter: typed((w, c, x) => w.maskedScatter(x, tensor(c, 1), tensor(c, 2))),
  getitem: typed((w, c, x) => w.index(x, ...c.rest(1).map((item) => itemOf(w, item)))),
  setitem: typed((w, c, x) =>
    w.indexPut(
      x,
      c.rest(2).map((item) => itemOf(w, item)),
      operand(c, 1),
      given({ accumulate: c.flag(NOT_AN_ARGUMENT, 'accumulate') }),
    ),
  ),
};
