// The losses beside the basic ones as modules: each calls its function with its options.
import { beforeAll, expect, test } from 'vitest';
import { init, manualSeed, nn, rand, randn, tensor } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

const F = nn.functional;
beforeAll(async () => {
  await init({ device: 'cpu' });
  manualSeed(3);
});

const [a, b, c] = [0, 1, 2].map(() => (): Tensor => {
  manualSeed(11);
  return randn([3, 4]);
});
const signs = (): Tensor => tensor([1, -1, 1]);
const classes = (): Tensor => tensor([0, 3, 1], { dtype: 'i32' });
const lists = (): Tensor => tensor([0, 3, -1, 1, 2, -1, 0, 0, 1, 2, 3, -1], { dtype: 'i32' }).reshape(3, 4);
const chances = (): Tensor => rand([3, 4]);
const l1 = (x: Tensor, y: Tensor): Tensor => x.sub(y).abs().sum(1);

const pairs: Readonly<Record<string, (p: Tensor) => readonly [Tensor, Tensor]>> = {
  L1Loss: (p) => [new nn.L1Loss({ reduction: 'sum' }).call(a(), p), F.l1Loss(a(), p, { reduction: 'sum' })],
  SmoothL1Loss: (p) => [
    new nn.SmoothL1Loss({ beta: 0.1 }).call(a(), p),
    F.smoothL1Loss(a(), p, { beta: 0.1 }),
  ],
  HuberLoss: (p) => [new nn.HuberLoss({ delta: 0.1 }).call(a(), p), F.huberLoss(a(), p, { delta: 0.1 })],
  KLDivLoss: (p) => [
    new nn.KLDivLoss({ reduction: 'batchmean' }).call(a(), p),
    F.klDiv(a(), p, { reduction: 'batchmean' }),
  ],
  PoissonNLLLoss: (p) => [
    new nn.PoissonNLLLoss({ full: true }).call(a(), p),
    F.poissonNllLoss(a(), p, { full: true }),
  ],
  GaussianNLLLoss: (p) => [
    new nn.GaussianNLLLoss({ eps: 0.1 }).call(a(), b(), p),
    F.gaussianNllLoss(a(), b(), p, { eps: 0.1 }),
  ],
  HingeEmbeddingLoss: (p) => [
    new nn.HingeEmbeddingLoss({ margin: 2 }).call(a(), p.sub(0.5).sign()),
    F.hingeEmbeddingLoss(a(), p.sub(0.5).sign(), { margin: 2 }),
  ],
  MarginRankingLoss: (p) => [
    new nn.MarginRankingLoss({ margin: 1 }).call(a(), b(), p),
    F.marginRankingLoss(a(), b(), p, { margin: 1 }),
  ],
  CosineEmbeddingLoss: (p) => [
    new nn.CosineEmbeddingLoss({ margin: 0.5 }).call(a(), p, signs()),
    F.cosineEmbeddingLoss(a(), p, signs(), { margin: 0.5 }),
  ],
  SoftMarginLoss: (p) => [
    new nn.SoftMarginLoss({ reduction: 'none' }).call(a(), p),
    F.softMarginLoss(a(), p, { reduction: 'none' }),
  ],
  MultiMarginLoss: () => [
    new nn.MultiMarginLoss({ p: 2 }).call(a(), classes()),
    F.multiMarginLoss(a(), classes(), { p: 2 }),
  ],
  MultiLabelMarginLoss: () => [
    new nn.MultiLabelMarginLoss({ reduction: 'sum' }).call(a(), lists()),
    F.multilabelMarginLoss(a(), lists(), { reduction: 'sum' }),
  ],
  MultiLabelSoftMarginLoss: (p) => [
    new nn.MultiLabelSoftMarginLoss({ weight: tensor([1, 2, 3, 4]) }).call(a(), p),
    F.multilabelSoftMarginLoss(a(), p, { weight: tensor([1, 2, 3, 4]) }),
  ],
  TripletMarginLoss: (p) => [
    new nn.TripletMarginLoss({ swap: true, p: 1 }).call(a(), p, c()),
    F.tripletMarginLoss(a(), p, c(), { swap: true, p: 1 }),
  ],
  TripletMarginWithDistanceLoss: (p) => [
    new nn.TripletMarginWithDistanceLoss({ distanceFunction: l1 }).call(a(), p, c()),
    F.tripletMarginWithDistanceLoss(a(), p, c(), { distanceFunction: l1 }),
  ],
};

test.each(Object.entries(pairs))('%s', (name, make) => {
  const [module, fn] = make(chances());
  expect(module.dataSync()).toEqual(fn.dataSync());
  expect(module.dataSync().every(Number.isFinite)).toBe(true);
  expect(name in nn).toBe(true);
});

test('a loss prints its reduction', () => {
  expect(String(new nn.HuberLoss({ reduction: 'sum' }))).toBe("HuberLoss(reduction='sum')");
});
