// Operations written by users, on WebGPU: the kernels, and what is said of those that are wrong.
import { beforeAll, describe, expect, test } from 'vitest';
import { customOp, init, tensor, verify } from '../../src/index.ts';
import { customOpSuite } from '../autograd/custom-op-suite.ts';

describe('lazy', () => customOpSuite(() => init({ device: 'webgpu' })));
describe('eager', () => customOpSuite(() => init({ device: 'webgpu', mode: 'eager' })));

describe('wrong texts', () => {
  beforeAll(() => init({ device: 'webgpu' }));
  const read = async (run: () => Promise<unknown>): Promise<unknown> => run();

  test('a formula that is no WGSL is a fault with its line', async () => {
    const wrong = customOp({ name: 'wrong', wgsl: ([x]) => `missing(${x})` });
    const failed = read(() => wrong(tensor([1, 2])).data());
    await expect(failed).rejects.toThrow(/kernel wrong[^]*line \d+:.*missing/);
  });

  test.each([
    ['nothing at all', 'nonsense;', /no declaration: nonsense/],
    ['without a store', 'struct Params { size: u32 } fn main() {}', /no declaration store/],
  ])('a module of %s is no bug of the library', async (_, wgsl, message) => {
    const broken = customOp({
      name: 'broken',
      shape: ([x]) => x,
      wgsl,
      reads: { a: 'strided' },
      params: ({ size }) => ({ size }),
      workgroups: () => 1,
    });
    const failed = read(() => broken(tensor([1, 2])).data());
    await expect(failed).rejects.toMatchObject({ code: 'GPU_FAULT' });
    await expect(failed).rejects.toThrow(message);
  });

  test('verify checks a custom operation, and says where it cannot', async () => {
    const twice = customOp({ name: 'twice', wgsl: ([x]) => `${x} * 2.0`, cpu: (x) => x * 2 });
    expect(await verify.run(() => twice(tensor([1, 2])).data())).toEqual([]);
    const thrice = customOp({ name: 'thrice', wgsl: ([x]) => `${x} * 3.0`, cpu: (x) => x * 2 });
    expect(await verify.run(() => thrice(tensor([1, 2])).data())).toHaveLength(1);
    const blind = customOp({ name: 'blind', wgsl: ([x]) => `${x} * 2.0` });
    await expect(verify.run(() => blind(tensor([1, 2])).data())).rejects.toThrow(/blind cannot be computed/);
    expect([...(await blind(tensor([1, 2])).data())]).toEqual([2, 4]);
  });

  test('the engine stays usable', async () => {
    expect([...(await tensor([1, 2]).add(1).data())]).toEqual([2, 3]);
  });
});
