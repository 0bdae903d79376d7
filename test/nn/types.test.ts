// What TypeScript knows of modules: checked by the compiler; the test only runs the code.
import { beforeAll, expect, test } from 'vitest';
import { data, init, nn, ones, optim, zeros } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu' });
});

test('modules of other inputs and outputs say so, and can be parts of modules', async () => {
  class Gate extends nn.Module<[Tensor, boolean], [Tensor, number]> {
    linear = new nn.Linear(2, 2);

    forward(x: Tensor, open: boolean): [Tensor, number] {
      return [open ? this.linear.call(x) : x, open ? 1 : 0];
    }
  }
  class Net extends nn.Module {
    gate = new Gate();
    gates = [new Gate(), new Gate()];

    forward(x: Tensor): Tensor {
      const [y, n] = this.gate.call(x, true);
      return y.mul(n);
    }
  }
  const net = new Net();
  const output: Tensor = net.call(ones([1, 2]));
  expect(output.shape).toEqual([1, 2]);
  expect(net.parameters()).toHaveLength(6);
  // @ts-expect-error: one input, not two
  net.call(ones([1, 2]), ones([1, 2]));
  // @ts-expect-error: a truth value is needed
  net.gate.call(ones([1, 2]));

  const layers: nn.Module[] = [new nn.Linear(2, 2), new nn.Tanh(), net];
  const chain: Tensor = new nn.Sequential(...layers).call(ones([1, 2]));
  expect(chain.shape).toEqual([1, 2]);

  const optimizer = new optim.Adam([
    { params: net.gate.parameters(), lr: 0.1 },
    { params: net.gates[0].parameters() },
  ]);
  const rate: number = optimizer.paramGroups[0].lr;
  expect(rate).toBe(0.1);
  // @ts-expect-error: Adam has no momentum
  new optim.Adam(net.parameters(), { momentum: 0.9 });
  expect(() => new optim.SGD(net.parameters(), {} as { lr: number })).toThrow('lr');

  const fields = new data.TensorDataset(zeros([4, 2]), Int32Array.of(0, 1, 0, 1));
  for await (const [x, y] of new data.DataLoader(fields, { batchSize: 2 })) {
    const both: [Tensor, Tensor] = [x, y];
    expect(both.map((t) => t.shape[0])).toEqual([2, 2]);
  }
  for (const batch of new data.DataLoader([{ a: 1, b: Float32Array.of(1) }])) {
    const { a, b }: { a: Tensor; b: Tensor } = batch;
    expect([a.shape, b.shape]).toEqual([[1], [1, 1]]);
  }
  for (const text of new data.DataLoader(['x', 'y'], {
    batchSize: 2,
    collateFn: (items) => items.join('+'),
  })) {
    expect(text.toUpperCase()).toBe('X+Y');
  }
});
