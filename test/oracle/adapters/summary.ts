// How summaries, norms and scans are called.
import { type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT, named } from './adapter.ts';

const reduced = (c: Call): object => given({ dim: c.maybeDims(1, 'dim'), keepdim: c.flag(2, 'keepdim') });

/** The options of var_mean and std_mean, whose second argument may be `unbiased`. */
function spreadOptions(c: Call): object {
  const unbiased = c.flag(1) ?? c.flag(NOT_AN_ARGUMENT, 'unbiased');
  return given({
    dim: c.flag(1) === undefined ? c.maybeDims(1, 'dim') : undefined,
    correction: unbiased === undefined ? c.maybeNumber(NOT_AN_ARGUMENT, 'correction') : Number(unbiased),
    keepdim: c.flag(NOT_AN_ARGUMENT, 'keepdim'),
  });
}

const norm: Adapter = (w, c) =>
  named(w, 'norm')(
    c.x,
    given({
      p: c.word(1, 'p', 'fro') ?? c.maybeNumber(1, 'p'),
      dim: c.maybeDims(2, 'dim'),
      keepdim: c.flag(3, 'keepdim'),
    }),
  );

const along =
  (name: string, parts?: readonly string[]): Adapter =>
  (w, c) =>
    named(w, name, parts)(c.x, c.number(1, 'dim'));

const area =
  (name: string): Adapter =>
  (w, c) =>
    named(w, name)(
      c.x,
      given({
        x: c.maybeTensor(1, 'x'),
        dx: c.maybeNumber(NOT_AN_ARGUMENT, 'dx'),
        dim: c.maybeNumber(NOT_AN_ARGUMENT, 'dim'),
      }),
    );

/** PyTorch's name (with its variant) → the call in wgrad. */
export const summary: Readonly<Record<string, Adapter>> = {
  nansum: (w, c) => named(w, 'nansum')(c.x, reduced(c)),
  count_nonzero: (w, c) => named(w, 'countNonzero')(c.x, given({ dim: c.maybeDims(1, 'dim') })),
  aminmax: (w, c) => named(w, 'aminmax', ['min', 'max'])(c.x, reduced(c)),
  var_mean: (w, c) => named(w, 'varMean', ['variance', 'mean'])(c.x, spreadOptions(c)),
  std_mean: (w, c) => named(w, 'stdMean', ['std', 'mean'])(c.x, spreadOptions(c)),
  norm,
  'norm.fro': norm,
  'norm.inf': norm,
  'linalg.vector_norm': (w, c) =>
    named(w, 'vectorNorm')(
      c.x,
      given({ ord: c.maybeNumber(1, 'ord'), dim: c.maybeDims(2, 'dim'), keepdim: c.flag(3, 'keepdim') }),
    ),
  dist: (w, c) => named(w, 'dist')(c.x, c.tensor(1), given({ p: c.maybeNumber(2, 'p') })),
  'nn.functional.pairwise_distance': (w, c) =>
    named(w, 'pairwiseDistance')(
      c.x,
      c.tensor(1),
      given({ p: c.maybeNumber(2, 'p'), eps: c.maybeNumber(3, 'eps'), keepdim: c.flag(4, 'keepdim') }),
    ),
  'nn.functional.normalize': (w, c) =>
    named(w, 'normalize')(
      c.x,
      given({ p: c.maybeNumber(1, 'p'), dim: c.maybeDims(2, 'dim'), eps: c.maybeNumber(3, 'eps') }),
    ),
  'nn.functional.cosine_similarity': (w, c) =>
    named(w, 'cosineSimilarity')(
      c.x,
      c.tensor(1),
      given({ dim: c.maybeNumber(2, 'dim'), eps: c.maybeNumber(3, 'eps') }),
    ),
  cumprod: along('cumprod'),
  cummax: along('cummax', ['values', 'indices']),
  cummin: along('cummin', ['values', 'indices']),
  logcumsumexp: along('logcumsumexp'),
  diff: (w, c) =>
    named(w, 'diff')(
      c.x,
      given({
        n: c.maybeNumber(1, 'n'),
        dim: c.maybeNumber(2, 'dim'),
        prepend: c.maybeTensor(3, 'prepend'),
        append: c.maybeTensor(4, 'append'),
      }),
    ),
  trapezoid: area('trapezoid'),
  cumulative_trapezoid: area('cumulativeTrapezoid'),
};
