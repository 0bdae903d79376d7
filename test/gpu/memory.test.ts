/**
 * GPU memory of plain loops: without one call that disposes of anything, bytes and buffers after many steps are those
 * after few. `pooled` bytes wait for reuse and are counted apart.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type Tensor,
  binaryCrossEntropy,
  crossEntropy,
  init,
  manualSeed,
  memory,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  synchronize,
  tensor,
  zeros,
} from '../../src/index.ts';

/** Chrome shares its GPU process with the page: fewer steps there. */
const LONG = inject('lane') === 'chrome' ? 1_000 : 10_000;

/** Numbers that are the same in every run. */
function generator(seed = 1): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** A batch of fresh host data: inputs [size, 4], answers [size, 1]. */
function makeBatch(next: () => number, size = 8): { x: Tensor; y: Tensor } {
  const x = Float32Array.from({ length: size * 4 }, () => 2 * next() - 1);
  const y = Float32Array.from({ length: size }, () => Math.round(next()));
  return { x: tensor(x).reshape(size, 4), y: tensor(y).reshape(size, 1) };
}

interface Held {
  readonly bytes: number;
  readonly buffers: number;
  readonly pooled: number;
}

const held = (): Held => {
  const { bytes, buffers, pooled } = memory();
  return { bytes, buffers, pooled };
};

/** Trains the small network of the lecture's shape; `observe` sees the memory at the steps it asks for. */
async function train(
  steps: number,
  makeOptimiser: (p: Tensor[]) => optim.Optimizer<object>,
  look: readonly number[],
  readEvery = 100,
): Promise<Held[]> {
  manualSeed(5);
  const next = generator();
  const model = new nn.Sequential(
    new nn.Linear(4, 3),
    new nn.Sigmoid(),
    new nn.Linear(3, 1),
    new nn.Sigmoid(),
  );
  const optimiser = makeOptimiser(model.parameters());
  const seen: Held[] = [];
  for (let step = 1; step <= steps; step++) {
    const { x, y } = makeBatch(next);
    const loss = binaryCrossEntropy(model.forward(x), y);
    optimiser.zeroGrad();
    loss.backward();
    optimiser.step();
    if (step % readEvery === 0) expect(await loss.item()).toBeGreaterThan(0);
    if (look.includes(step)) seen.push(held());
  }
  await synchronize();
  return seen;
}

/** What earlier tests left behind may be collected meanwhile, so less is as good as the same. */
function expectNoMore(late: Held, early: Held): void {
  expect(late.bytes).toBeLessThanOrEqual(early.bytes);
  expect(late.buffers).toBeLessThanOrEqual(early.buffers);
}

const sgd = (p: Tensor[]) => new optim.SGD(p, { lr: 0.1 }) as optim.Optimizer<object>;
const momentum = (p: Tensor[]) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }) as optim.Optimizer<object>;
const adam = (p: Tensor[]) => new optim.Adam(p, { lr: 0.01 }) as optim.Optimizer<object>;

beforeAll(() => init({ device: 'webgpu' }));

describe('a plain training loop holds a flat number of bytes', () => {
  test(`${LONG} steps of gradient descent: step ${LONG} holds what step 100 held`, async () => {
    const [early, late] = await train(LONG, sgd, [100, LONG]);
    console.log(`gradient descent: ${JSON.stringify({ early, late })}`);
    expectNoMore(late, early);
  }, 120_000);

  test.each([
    ['momentum', momentum],
    ['Adam', adam],
  ] as const)('with %s', async (name, make) => {
    const [early, late] = await train(1000, make, [100, 1000]);
    console.log(`${name}: ${JSON.stringify({ early, late })}`);
    expectNoMore(late, early);
  });

  test('also when the loss is read at every step, or at none', async () => {
    const [early, late] = await train(600, sgd, [100, 600], 1);
    expectNoMore(late, early);
    // Without any read, losses wait on the device until somebody waits for it: fewer than the 600 steps, however
    // many models of earlier tests (10 buffers each) the collector has left there.
    await train(600, sgd, [], Infinity);
    const working = early.buffers + 64;
    expect(held().buffers).toBeLessThanOrEqual(working);
  });

  test('with metrics read after the step, and sums that run on', async () => {
    const next = generator();
    const model = new nn.Sequential(new nn.Linear(4, 5), new nn.Tanh(), new nn.Linear(5, 3));
    const optimiser = new optim.SGD(model.parameters(), { lr: 0.1 });
    const seen: Held[] = [];
    for (let step = 1; step <= 900; step++) {
      const { x } = makeBatch(next);
      const y = tensor(Int32Array.from({ length: 8 }, () => Math.floor(3 * next())));
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      const hits = logits.argmax(1).eq(y).sum();
      if (step % 3 === 0) await hits.item();
      if (step === 300 || step === 900) seen.push(held());
    }
    const [early, late] = seen;
    // Hits that nobody reads are small results: at most 256 of them wait on the device for their move to the host.
    expect(late.buffers - early.buffers).toBeLessThanOrEqual(256);
    expect(late.bytes - early.bytes).toBeLessThanOrEqual(256 * 256);
  });
});

describe('loops of other shapes', () => {
  test('losses kept on a list move to the host', async () => {
    const next = generator();
    const model = new nn.Linear(4, 1);
    const optimiser = new optim.SGD(model.parameters(), { lr: 0.1 });
    const losses: Tensor[] = [];
    const start = memory();
    for (let step = 1; step <= 1500; step++) {
      const { x, y } = makeBatch(next);
      const loss = model.forward(x).sub(y).square().mean();
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      losses.push(loss);
      if (step % 250 === 0) await synchronize();
    }
    const end = memory();
    expect(end.buffers - start.buffers).toBeLessThan(400);
    const numbers = await Promise.all(losses.map((loss) => loss.item()));
    expect(numbers.every((x) => x > 0 && x < 100)).toBe(true);
  });

  test('inference on fresh data, read every time', async () => {
    const next = generator();
    const model = new nn.Linear(4, 2);
    const seen: Held[] = [];
    for (let step = 1; step <= 1500; step++) {
      const { x } = makeBatch(next, 16);
      const { probabilities, unread } = noGrad(() => {
        const logits = model.forward(x);
        return { probabilities: logits.sigmoid(), unread: logits.argmax(1) };
      });
      expect(unread.shape).toEqual([16]);
      await probabilities.data();
      if (step === 100 || step === 1500) seen.push(held());
    }
    expect(seen[1].bytes).toBeLessThanOrEqual(seen[0].bytes);
  });
});

describe('without one await', () => {
  test('450 steps, then synchronize(): bytes are flat, and the weights are right', async () => {
    const w = tensor([1], { requiresGrad: true });
    const optimiser = new optim.SGD([w], { lr: 0.001 });
    const seen: Held[] = [];
    for (let step = 1; step <= 500; step++) {
      optimiser.zeroGrad();
      w.mul(w).sum().backward();
      optimiser.step();
      if (step === 50 || step === 500) {
        // Losses that nobody has awaited wait on the device for a moment to move.
        await synchronize();
        seen.push(held());
      }
    }
    expect(seen[1].bytes).toBe(seen[0].bytes);
    expect(await w.item()).toBeCloseTo(0.998 ** 500, 4);
  });
});

describe('tensors of no element, and of one', () => {
  test('zero-size tensors take no buffer and run nothing', async () => {
    const before = memory();
    const empty = zeros([0, 3], { requiresGrad: true });
    const y = empty
      .mul(2)
      .add(1)
      .matmul(ones([3, 2]));
    expect([y.shape, await y.tolist()]).toEqual([[0, 2], []]);
    expect(await y.sum().item()).toBe(0);
    y.sum().backward();
    expect(empty.grad?.shape).toEqual([0, 3]);
    expect(await empty.grad?.tolist()).toEqual([]);
    expect(await tensor([]).data()).toHaveLength(0);
    expect(memory().buffers - before.buffers).toBeLessThanOrEqual(1);
  });

  test('0-d tensors', async () => {
    const x = tensor(3, { requiresGrad: true });
    const y = x.mul(x);
    y.backward();
    expect([y.shape, await y.item(), await y.tolist(), await x.grad?.item()]).toEqual([[], 9, 9, 6]);
  });
});

describe('the pool', () => {
  test('a reused buffer never shows what was in it', async () => {
    for (const size of [1, 3, 63, 64, 65, 127, 257, 1000, 4095]) {
      const old = await Promise.all(
        Array.from({ length: 4 }, () =>
          tensor(new Float32Array(size + 13).fill(7))
            .mul(11)
            .data(),
        ),
      );
      expect(old[0][size + 12]).toBe(77);
      const fresh = zeros([size]).add(randn([size]).mul(0));
      const [total, all] = await Promise.all([fresh.sum().item(), fresh.data()]);
      expect(total).toBe(0);
      expect(all.every((x) => x === 0)).toBe(true);
      const padded = tensor(new Float32Array(size).fill(1));
      expect(await padded.add(0).sum().item()).toBe(size);
      expect(await padded.amax().item()).toBe(1);
    }
  });

  test('dispose() gives a buffer back at once, and it is used again', async () => {
    const x = randn([5000]);
    const kept = x.exp();
    await synchronize();
    const sum = kept.sum();
    await sum.data();
    const copy = x.clone();
    await copy.data();
    const before = memory();
    copy.dispose();
    const after = memory();
    expect(after.bytes).toBeLessThan(before.bytes);
    expect(after.pooled).toBeGreaterThan(before.pooled);
    await expect(copy.data()).rejects.toThrow(/disposed of/);
  });

  test('a read that is under way is not disturbed by dispose()', async () => {
    const x = tensor([1, 2, 3]).mul(2);
    const asked = x.data();
    x.dispose();
    expect([...(await asked)]).toEqual([2, 4, 6]);
  });
});

describe('host data', () => {
  test('leaves the device when it idles, and comes back when it is used', async () => {
    const data = Float32Array.from({ length: 100_000 }, (_, i) => i % 17);
    const x = tensor(data);
    await x.sum().item();
    const resident = memory().bytes;
    const other = tensor([1]);
    for (let i = 0; i < 40; i++) await other.add(i).item();
    expect(memory().bytes).toBeLessThanOrEqual(resident - 400_000);
    expect([...(await x.mul(2).data())]).toEqual([...data].map((v) => 2 * v));
  });

  test('is a copy: what the caller does to the array afterwards does not matter', async () => {
    const data = new Float32Array([1, 2, 3]);
    const x = tensor(data);
    const y = x.mul(2);
    data.fill(9);
    expect(await y.tolist()).toEqual([2, 4, 6]);
    const read = await x.data();
    read.fill(5);
    expect(await x.tolist()).toEqual([1, 2, 3]);
  });
});

afterAll(async () => {
  await synchronize();
});
