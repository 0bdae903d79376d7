// How the losses beside the basic ones are called.
import { type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT } from './adapter.ts';
import { type Real, all, maybe, real, result } from './whole.ts';

const number = (c: Call, name: string): number | undefined => c.maybeNumber(NOT_AN_ARGUMENT, name);
const flag = (c: Call, name: string): boolean | undefined => c.flag(NOT_AN_ARGUMENT, name);

/** The options that many losses have; a reduction that is none goes through, to be refused. */
const options = (
  c: Call,
): {
  reduction?: 'none' | 'mean' | 'sum' | undefined;
  margin?: number | undefined;
  weight?: Real | undefined;
} =>
  given({
    reduction: c.text(NOT_AN_ARGUMENT, 'reduction') as 'none' | 'mean' | 'sum' | undefined,
    margin: number(c, 'margin'),
    weight: maybe(c.maybeTensor(NOT_AN_ARGUMENT, 'weight')),
  });

/** The distances of triplet_margin_with_distance_loss, by their names in the samples. */
const distances: Readonly<Record<string, (a: Real, b: Real) => Real>> = {
  l1: (a, b) => a.sub(b).abs().sum(-1),
  squared: (a, b) => a.sub(b).square().sum(-1),
};

const two = (c: Call): [Real, Real] => [real(c.x), real(c.tensor(1))];
const three = (c: Call): [Real, Real, Real] => [real(c.x), real(c.tensor(1)), real(c.tensor(2))];

const regression: Readonly<Record<string, Adapter>> = {
  l1_loss: (w, c) => result(all(w).l1Loss(...two(c), options(c))),
  smooth_l1_loss: (w, c) =>
    result(all(w).smoothL1Loss(...two(c), given({ ...options(c), beta: number(c, 'beta') }))),
  huber_loss: (w, c) =>
    result(all(w).huberLoss(...two(c), given({ ...options(c), delta: number(c, 'delta') }))),
  kl_div: (w, c) =>
    result(all(w).klDiv(...two(c), given({ ...options(c), logTarget: flag(c, 'log_target') }))),
  poisson_nll_loss: (w, c) =>
    result(
      all(w).poissonNllLoss(
        ...two(c),
        given({
          ...options(c),
          logInput: flag(c, 'log_input'),
          full: flag(c, 'full'),
          eps: number(c, 'eps'),
        }),
      ),
    ),
  gaussian_nll_loss: (w, c) =>
    result(
      all(w).gaussianNllLoss(
        ...three(c),
        given({ ...options(c), full: flag(c, 'full'), eps: number(c, 'eps') }),
      ),
    ),
};

const margins: Readonly<Record<string, Adapter>> = {
  hinge_embedding_loss: (w, c) => result(all(w).hingeEmbeddingLoss(...two(c), options(c))),
  margin_ranking_loss: (w, c) => result(all(w).marginRankingLoss(...three(c), options(c))),
  cosine_embedding_loss: (w, c) => result(all(w).cosineEmbeddingLoss(...three(c), options(c))),
  soft_margin_loss: (w, c) => result(all(w).softMarginLoss(...two(c), options(c))),
  multi_margin_loss: (w, c) =>
    result(all(w).multiMarginLoss(...two(c), given({ ...options(c), p: number(c, 'p') }))),
  multilabel_margin_loss: (w, c) => result(all(w).multilabelMarginLoss(...two(c), options(c))),
  multilabel_soft_margin_loss: (w, c) => result(all(w).multilabelSoftMarginLoss(...two(c), options(c))),
  triplet_margin_loss: (w, c) =>
    result(
      all(w).tripletMarginLoss(
        ...three(c),
        given({ ...options(c), p: number(c, 'p'), eps: number(c, 'eps'), swap: flag(c, 'swap') }),
      ),
    ),
  triplet_margin_with_distance_loss: (w, c) => {
    const distanceFunction = distances[c.text(NOT_AN_ARGUMENT, 'distance') ?? ''];
    return result(
      all(w).tripletMarginWithDistanceLoss(
        ...three(c),
        given({ ...options(c), distanceFunction, swap: flag(c, 'swap') }),
      ),
    );
  },
};

/** PyTorch's name (with its variant) → the call in wgrad. */
export const losses: Readonly<Record<string, Adapter>> = Object.fromEntries(
  Object.entries({ ...regression, ...margins }).map(([name, adapter]) => [`nn.functional.${name}`, adapter]),
);
