// How what puts elements in order, and finds them, is called.
import { type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT, named } from './adapter.ts';

const BOTH = ['values', 'indices'];
const sorted = (c: Call): object =>
  given({
    dim: c.maybeNumber(1, 'dim'),
    descending: c.flag(2, 'descending'),
    stable: c.flag(NOT_AN_ARGUMENT, 'stable'),
  });

const median =
  (name: string): Adapter =>
  (w, c) => {
    const dim = c.maybeNumber(1, 'dim');
    if (dim === undefined) return named(w, name)(c.x);
    return named(w, name, BOTH)(c.x, given({ dim, keepdim: c.flag(2, 'keepdim') }));
  };
const quantile =
  (name: string): Adapter =>
  (w, c) =>
    named(w, name)(
      c.x,
      c.operand(1, 'q'),
      given({
        dim: c.maybeNumber(2, 'dim'),
        keepdim: c.flag(3, 'keepdim'),
        interpolation: c.text(NOT_AN_ARGUMENT, 'interpolation'),
      }),
    );

/** PyTorch's name (with its variant) → the call in wgrad. */
export const order: Readonly<Record<string, Adapter>> = {
  argsort: (w, c) => named(w, 'argsort')(c.x, sorted(c)),
  sort: (w, c) => named(w, 'sort', BOTH)(c.x, sorted(c)),
  msort: (w, c) => named(w, 'msort')(c.x),
  topk: (w, c) =>
    named(w, 'topk', BOTH)(
      c.x,
      c.number(1, 'k'),
      given({ dim: c.maybeNumber(2, 'dim'), largest: c.flag(3, 'largest'), sorted: c.flag(4, 'sorted') }),
    ),
  kthvalue: (w, c) =>
    named(w, 'kthvalue', BOTH)(
      c.x,
      c.number(1, 'k'),
      given({ dim: c.maybeNumber(2, 'dim'), keepdim: c.flag(3, 'keepdim') }),
    ),
  median: median('median'),
  nanmedian: median('nanmedian'),
  mode: (w, c) =>
    named(w, 'mode', BOTH)(c.x, given({ dim: c.maybeNumber(1, 'dim'), keepdim: c.flag(2, 'keepdim') })),
  quantile: quantile('quantile'),
  nanquantile: quantile('nanquantile'),
  searchsorted: (w, c) =>
    named(w, 'searchsorted')(
      c.x,
      c.operand(1),
      given({
        right: c.flag(NOT_AN_ARGUMENT, 'right'),
        side: c.text(NOT_AN_ARGUMENT, 'side'),
        sorter: c.maybeTensor(NOT_AN_ARGUMENT, 'sorter'),
      }),
    ),
  bucketize: (w, c) =>
    named(w, 'bucketize')(c.operand(0), c.tensor(1), given({ right: c.flag(NOT_AN_ARGUMENT, 'right') })),
  isin: (w, c) =>
    named(w, 'isin')(c.operand(0), c.operand(1), given({ invert: c.flag(NOT_AN_ARGUMENT, 'invert') })),
  histc: (w, c) =>
    named(w, 'histc')(
      c.x,
      given({ bins: c.maybeNumber(1, 'bins'), min: c.maybeNumber(2, 'min'), max: c.maybeNumber(3, 'max') }),
    ),
};
