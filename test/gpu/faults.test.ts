/** What goes wrong on a GPU is an error of ours, never silence and never a wrong number; and the engine goes on. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ElementwiseOp } from '../../src/core/op.ts';
import { applyElementwise } from '../../src/core/value.ts';
import { WebGPUBackend } from '../../src/backend/webgpu/execute.ts';
import { engine } from '../../src/engine.ts';
import {
  DeviceDisposedError,
  DeviceLostError,
  DeviceMismatchError,
  GPUFaultError,
  NotInitializedError,
  OutOfMemoryError,
  Tensor,
  TensorTooLargeError,
  arange,
  dispose,
  init,
  memory,
  nn,
  onDeviceLost,
  ones,
  optim,
  rand,
  synchronize,
  tensor,
  zeros,
} from '../../src/index.ts';
import { tick } from '../autograd/support.ts';

/** The GPU's own device behind the engine. */
function gpuDevice(): GPUDevice {
  const { backend } = engine();
  if (!(backend instanceof WebGPUBackend)) throw new Error('not on WebGPU');
  return backend.device;
}

/** An operation whose kernel is not WGSL. */
const broken: ElementwiseOp = {
  name: 'broken',
  kind: 'elementwise',
  infer: () => 'f32',
  wgsl: ([x]) => `no_such_function(${x})`,
  cpu: ([x]) => x,
  grad: null,
};

const unhandled: unknown[] = [];
const listen = (event: { reason?: unknown }): void => void unhandled.push(event.reason ?? event);
const inPage = typeof window !== 'undefined';

beforeAll(() => {
  if (inPage) window.addEventListener('unhandledrejection', listen);
  else process.on('unhandledRejection', listen);
});
beforeEach(async () => {
  await init({ device: 'webgpu' });
});
afterEach(async () => {
  await tick(5);
  expect(unhandled.splice(0)).toEqual([]);
});
afterAll(() => {
  if (inPage) window.removeEventListener('unhandledrejection', listen);
  else process.off('unhandledRejection', listen);
  dispose();
});

describe('a kernel that does not compile', () => {
  test('names itself and the line, fails what it should have written, and nothing else', async () => {
    const x = tensor([1, 2]);
    const bad = Tensor.of(applyElementwise(broken, [x.value]), engine());
    await expect(bad.data()).rejects.toThrow(GPUFaultError);
    await expect(bad.data()).rejects.toThrow(/kernel broken.*did not compile.*no_such_function/s);
    await expect(bad.add(1).sum().item()).rejects.toThrow(/did not compile/);
    expect(await x.mul(2).tolist()).toEqual([2, 4]);
    await synchronize();
  });
});

describe('a command that the device refuses', () => {
  test('is thrown at the next await, once', async () => {
    gpuDevice().createBuffer({ size: 16, usage: 0 });
    await expect(synchronize().then(() => tensor([1]).add(1).item())).rejects.toThrow(GPUFaultError);
    await synchronize();
    expect(await tensor([1]).add(1).item()).toBe(2);
  });

  test('fails what it should have written, and what was computed from that', async () => {
    const device = gpuDevice();
    const submit = device.queue.submit.bind(device.queue);
    const x = tensor([1, 2, 3]);
    await x.add(1).data();
    // The run's own command buffer is spoilt before it is handed in.
    device.queue.submit = (list) => {
      device.queue.submit = submit;
      const foreign = device.createBuffer({ size: 16, usage: 8 });
      foreign.destroy();
      const encoder = device.createCommandEncoder();
      encoder.clearBuffer(foreign);
      submit([...list, encoder.finish()]);
    };
    const y = x.mul(5);
    const first = y.data();
    await expect(first).rejects.toThrow(/the GPU refused a command/);
    await expect(y.data()).rejects.toThrow(GPUFaultError);
    await expect(y.add(1).data()).rejects.toThrow(GPUFaultError);
    expect(await x.mul(5).tolist()).toEqual([5, 10, 15]);
  });
});

describe('tensors that do not fit', () => {
  test('are refused before anything is allocated, with bytes and limit', async () => {
    const { bytes, buffers } = memory();
    const limit = engine().backend.tensorBytesMax;
    const size = limit / 4 + 256;
    await expect(rand([size]).data()).rejects.toThrow(TensorTooLargeError);
    await expect(rand([size]).add(1).data()).rejects.toThrow(
      new RegExp(`${limit} bytes.*${size * 4} bytes`, 's'),
    );
    expect(memory()).toMatchObject({ bytes, buffers });
    expect(await ones([size]).sum().gt(0).tolist()).toBe(true);
  });

  test('out of memory: an error for what did not fit, and the engine goes on', async () => {
    const device = gpuDevice();
    const pop = device.popErrorScope.bind(device);
    const filters: string[] = [];
    const push = device.pushErrorScope.bind(device);
    let refusals = 2;
    device.pushErrorScope = (filter) => {
      filters.push(filter);
      push(filter);
    };
    device.popErrorScope = async () => {
      const error = await pop();
      if (filters.pop() !== 'out-of-memory' || refusals === 0) return error;
      refusals--;
      return { message: 'injected' };
    };
    const big = rand([2 ** 20]);
    const sum = big.add(1);
    await expect(sum.data()).rejects.toThrow(OutOfMemoryError);
    await expect(sum.mul(2).data()).rejects.toThrow(/bytes held by tensors.*smaller batch/s);
    device.pushErrorScope = push;
    device.popErrorScope = pop;
    expect((await big.add(1).data())[0]).toBeGreaterThanOrEqual(1);
    await synchronize();
  });
});

describe('sizes around the limit of 65,535 workgroups', () => {
  test.each([65_535 * 64, 65_536 * 64, 65_535 * 256 + 1, 16_777_216])('%i elements', async (size) => {
    const x = arange(size).remainder(7).to('f32');
    const expected = (i: number): number => (i % 7) * 2 + 1;
    const y = x.mul(2).add(1);
    const whole = Math.floor(size / 7);
    const rest = Array.from({ length: size % 7 }, (_, i) => 2 * i + 1).reduce((a, b) => a + b, 0);
    const [data, hits] = await Promise.all([y.data(), y.gt(6).to('i32').sum().item()]);
    for (const i of [0, 1, size - 1, size - 2, 65_535 * 64 - 1]) expect(data[i]).toBe(expected(i));
    let total = 0;
    for (const v of data) total += v;
    expect(total).toBe(whole * 49 + rest);
    expect(hits).toBe(whole * 4 + Math.max(0, (size % 7) - 3));
  });
});

describe('dispose()', () => {
  test('every use afterwards throws: operations, reads, reads under way', async () => {
    const x = tensor([1, 2]);
    const y = x.exp();
    await y.data();
    const under = y.add(1).data();
    const settled = under.then(
      () => null,
      (error: unknown) => error,
    );
    let told = 0;
    onDeviceLost(() => told++);
    dispose();
    expect(() => x.add(1)).toThrow(DeviceDisposedError);
    expect(() => x.sum().backward()).toThrow(DeviceDisposedError);
    await expect(y.data()).rejects.toThrow(DeviceDisposedError);
    await expect(x.tolist()).rejects.toThrow(DeviceDisposedError);
    expect(await settled).toBeInstanceOf(DeviceDisposedError);
    expect(() => tensor([1])).toThrow(NotInitializedError);
    await tick(20);
    expect(told).toBe(0);
    await init({ device: 'webgpu' });
    expect(await tensor([1]).add(1).item()).toBe(2);
  });

  test('200 times, with init() after each', async () => {
    for (let i = 0; i < 200; i++) {
      dispose();
      await init({ device: 'webgpu' });
    }
    expect(await tensor([20]).add(1).item()).toBe(21);
  }, 120_000);
});

describe('a lost device', () => {
  test('rejects what is under way within a second, says so once, and init() makes a new one', async () => {
    const model = new nn.Linear(3, 1);
    const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
    const step = async (): Promise<number> => {
      const loss = model
        .forward(ones([4, 3]))
        .square()
        .mean();
      sgd.zeroGrad();
      loss.backward();
      sgd.step();
      return loss.item();
    };
    await step();
    const snapshot = await model.weight.data();
    const told: Error[] = [];
    onDeviceLost((error) => told.push(error));
    const cancel = onDeviceLost(() => told.push(new Error('cancelled')));
    cancel();
    const start = performance.now();
    const pending = [step(), zeros([5]).add(1).data(), synchronize()];
    gpuDevice().destroy();
    const results = await Promise.allSettled(pending);
    expect(performance.now() - start).toBeLessThan(1000);
    for (const result of results) {
      expect(result.status === 'rejected' ? result.reason : null).toBeInstanceOf(DeviceLostError);
    }
    await expect(step()).rejects.toThrow(DeviceLostError);
    expect(() => model.weight.mul(2)).toThrow(DeviceLostError);
    await tick(20);
    expect(told.map((error) => error.constructor)).toEqual([DeviceLostError]);
    await init({ device: 'webgpu' });
    const again = new nn.Linear(3, 1);
    again.weight.assign(tensor(snapshot).reshape(1, 3));
    expect([...(await again.weight.data())]).toEqual([...snapshot]);
  });
});

describe('two engines', () => {
  test('do not mix', async () => {
    const x = tensor([1]);
    await init({ device: 'cpu' });
    const y = tensor([2]);
    expect(() => x.add(y)).toThrow(DeviceMismatchError);
    expect(() => y.add(x)).toThrow(/expected.*CPU reference.*got.*webgpu/s);
    expect(await x.add(1).item()).toBe(2);
    expect(await y.add(1).item()).toBe(3);
  });

  test('init() called twice at once opens one', async () => {
    dispose();
    const [first, second] = await Promise.all(
      [1, 2].map(() => init({ device: 'webgpu' }).then(() => engine())),
    );
    expect(first).toBe(second);
  });
});
