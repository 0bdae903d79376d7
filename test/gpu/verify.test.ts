/** Verification finds what is wrong with a kernel, and says nothing where nothing is. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebGPUBackend } from '../../src/backend/webgpu/execute.ts';
import { engine } from '../../src/engine.ts';
import {
  type Tensor,
  binaryCrossEntropy,
  crossEntropy,
  dispose,
  init,
  io,
  manualSeed,
  nn,
  optim,
  rand,
  randn,
  tensor,
  verify,
} from '../../src/index.ts';

/** Every kernel compiled from now on has the text changed; the device is a fresh one. */
function seedFault(from: string | RegExp, to: string): void {
  const { backend } = engine();
  if (!(backend instanceof WebGPUBackend)) throw new Error('not on WebGPU');
  const { device } = backend;
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create({ ...descriptor, code: descriptor.code.replace(from, to) });
}

beforeAll(() => init({ device: 'webgpu' }));
beforeEach(async () => {
  dispose();
  await init({ device: 'webgpu' });
  manualSeed(1);
});
afterEach(() => {
  verify.stop();
});

function makeStep(): () => Promise<number> {
  const model = new nn.Sequential(
    new nn.Linear(70, 4),
    new nn.Sigmoid(),
    new nn.Linear(4, 1),
    new nn.Sigmoid(),
  );
  const adam = new optim.Adam(model.parameters(), { lr: 0.01 });
  const x = rand(9, 70);
  const y = rand(9, 1).gt(0.5).to('f32');
  return () => {
    const loss = binaryCrossEntropy(model.call(x), y);
    adam.zeroGrad();
    loss.backward();
    adam.step();
    return loss.item();
  };
}

describe('where nothing is wrong', () => {
  test('a training step, forward, backward and update', async () => {
    const step = makeStep();
    const found = await verify.run(async () => {
      for (let i = 0; i < 2; i++) await step();
    });
    expect(found).toEqual([]);
  });

  test('reductions, softmax, a class loss, indices, comparisons', async () => {
    const x = randn(40, 33).requiresGrad_();
    const target = tensor(Int32Array.from({ length: 40 }, (_, i) => i % 33));
    const found = await verify.run(async () => {
      crossEntropy(x, target).backward();
      await Promise.all([
        x.grad?.data(),
        x.softmax(1).sum(0).data(),
        x.std(1).data(),
        x.argmax(1).data(),
        x.gt(x.mean()).to('f32').mean().item(),
        x.indexSelect(0, [3, 1, 3]).exp().cumsum(1).data(),
      ]);
    });
    expect(found).toEqual([]);
  });
});

describe('a fault in a kernel', () => {
  test('is found where it is, with numbers, the line, the inputs and the text', async () => {
    seedFault(/fn tanh_\(x: f32\) -> f32 \{/, 'fn tanh_(x: f32) -> f32 { if (x > 2.0) { return 0.75; }');
    const data = Float32Array.from([0.5, -1, 1.5, 2.5, 3, 0]);
    const x = tensor(data).reshape(2, 3);
    const found = await verify.run(() => x.mul(2).tanh().add(1).mul(3).data());
    expect(found).toHaveLength(1);
    const [first] = found;
    expect(first).toMatchObject({
      dtype: 'f32',
      shape: [2, 3],
      index: [0, 2],
      count: 3,
      size: 6,
      got: 1.75 * 3,
    });
    expect(first.kernel).toContain('tanh');
    expect(first.expected).toBeCloseTo((Math.tanh(3) + 1) * 3, 6);
    expect(first.line).toContain('verify.test');
    expect(first.wgsl.join('\n')).toContain('tanh_(');
    expect(first.inputs.map(({ shape }) => shape)).toEqual([[6]]);
    expect([...first.inputs[0].data]).toEqual([...data]);
    const file = io.safetensors.parse(verify.reproduction(first));
    expect([...file.tensors.values()].map((t) => [...t.data])).toEqual([[...data]]);
  });

  test('in a sum: the first kernel that is wrong is named, and not what follows from it', async () => {
    seedFault(
      /fn combine\(([^)]*)\) -> T \{\s*return a \+ b;/,
      'fn combine($1) -> T {\nreturn a + b * 1.01;',
    );
    const x: Tensor = rand(50, 20);
    const found = await verify.run(() => x.exp().sum(1).sqrt().matmul(rand(50, 3)).data());
    expect(found).toHaveLength(1);
    expect(found[0].kernel).toContain('SUM');
    expect(found[0].count).toBe(50);
  });

  test('in a product of the backward pass', async () => {
    seedFault(/fn sigmoid_\(x: f32\) -> f32 \{/, 'fn sigmoid_(y: f32) -> f32 { let x = y * 1.001;');
    const found = await verify.run(makeStep());
    expect(found.length).toBeGreaterThan(0);
    expect(found[0].kernel).toContain('sigmoid');
  });

  test('is thrown by the next read while verification is on, and not after', async () => {
    seedFault(/fn exp_\(x: f32\) -> f32 \{/, 'fn exp_(x: f32) -> f32 { if (x == 1.0) { return 2.0; }');
    await verify.start();
    const x = tensor([0, 1, 2]);
    expect(await x.mul(2).tolist()).toEqual([0, 2, 4]);
    await expect(x.exp().tolist()).rejects.toThrow(verify.VerifyError);
    await expect(x.exp().tolist()).rejects.toThrow(
      /exp.*element \[1\]; 1 of 3 elements differ.*expected\s+2\.718.*got\s+2/s,
    );
    verify.stop();
    expect((await x.exp().data())[1]).toBe(2);
  });
});

test('on the CPU there is nothing to verify', async () => {
  dispose();
  await init({ device: 'cpu' });
  await expect(verify.start()).rejects.toThrow(/nothing to verify/);
});
