// Functions that PyTorch's samples cannot prove: answers that are no tensors, numbers by their bits, defaults of float32.
import { describe, expect, test } from 'vitest';
import type * as wgrad from '../../src/index.ts';

const NAN_BITS = 0x7fc00000;

/** Defines the tests for the engine that `w` has. */
export function functionsSuite(w: typeof wgrad): void {
  describe('equal', () => {
    test('compares shapes and elements', async () => {
      const a = w.tensor([1, 2, 3]);
      expect(await w.equal(a, w.tensor([1, 2, 3]))).toBe(true);
      expect(await w.equal(a, w.tensor([1, 2, 4]))).toBe(false);
      expect(await w.equal(a, w.tensor([[1, 2, 3]]))).toBe(false);
      expect(await w.equal(w.tensor([NaN]), w.tensor([NaN]))).toBe(false);
      expect(await w.equal(w.zeros([0, 2]), w.zeros([0, 2]))).toBe(true);
      expect(await w.equal(w.tensor([1, 2], { dtype: 'i32' }), w.tensor([1, 2]))).toBe(true);
    });
  });

  describe('allclose', () => {
    test('takes tolerances, and NaN for equal only if asked', async () => {
      const a = w.tensor([1, 100, Infinity]);
      expect(await w.allclose(a, w.tensor([1.000001, 100.0001, Infinity]))).toBe(true);
      expect(await w.allclose(a, w.tensor([1.1, 100, Infinity]))).toBe(false);
      expect(await w.allclose(a, w.tensor([1.1, 100, Infinity]), { atol: 0.2 })).toBe(true);
      expect(await w.allclose(w.tensor([NaN]), w.tensor([NaN]))).toBe(false);
      expect(await w.allclose(w.tensor([NaN]), w.tensor([NaN]), { equalNan: true })).toBe(true);
      expect(await w.allclose(w.ones([2, 3]), w.ones([3]))).toBe(true);
    });
  });

  test('nextafter moves by one float32', async () => {
    const from = [1, 1, -1, -1, 1.5, 2, 3.4028234663852886e38, Infinity, 1, 1e-30, NaN, 1];
    const to = [2, 0, -2, 0, 1.5, -Infinity, Infinity, 0, 1, 1, 1, NaN];
    const y = await w.nextafter(w.tensor(from), w.tensor(to)).data();
    const words = new Int32Array(Float32Array.from(from).buffer);
    const steps = [1, -1, 1, -1, 0, -1, 1, -1, 0, 1];
    const expected = words.map((word, k) => (k < steps.length ? word + steps[k] : NAN_BITS));
    expect([...y]).toEqual([...new Float32Array(expected.buffer)]);
  });

  test('special functions have their limits', async () => {
    const ends = w.tensor([Infinity, -Infinity, NaN]);
    const at = async (y: wgrad.Tensor): Promise<number[]> => [...(await y.data())].map((v) => v + 0);
    expect(await at(w.i0(ends))).toEqual([Infinity, Infinity, NaN]);
    expect(await at(w.i0e(ends))).toEqual([0, 0, NaN]);
    expect(await at(w.i1(ends))).toEqual([Infinity, -Infinity, NaN]);
    expect(await at(w.i1e(ends))).toEqual([0, 0, NaN]);
    expect(await at(w.lgamma(ends))).toEqual([Infinity, Infinity, NaN]);
    expect(await at(w.digamma(ends))).toEqual([Infinity, NaN, NaN]);
    expect(await at(w.digamma(w.tensor([-1, -2, -3])))).toEqual([NaN, NaN, NaN]);
    expect(await at(w.polygamma(1, ends))).toEqual([0, NaN, NaN]);
    expect(await at(w.polygamma(2, ends))).toEqual([0, NaN, NaN]);
    expect(await at(w.polygamma(1, w.tensor([0, -1, -500])))).toEqual([Infinity, Infinity, Infinity]);
    expect(await at(w.zeta(2, ends))).toEqual([0, NaN, NaN]);
    expect(await at(w.zeta(w.tensor([1, 0.5, NaN]), 1))).toEqual([Infinity, NaN, NaN]);
    expect(await at(w.logNdtr(ends))).toEqual([0, -Infinity, NaN]);
    expect(await at(w.ndtr(ends))).toEqual([1, 0, NaN]);
  });

  test('zeta at 2 and 4', async () => {
    const y = [...(await w.special.zeta(w.tensor([2, 4]), 1).data())];
    expect(y[0]).toBeCloseTo(Math.PI ** 2 / 6, 5);
    expect(y[1]).toBeCloseTo(Math.PI ** 4 / 90, 5);
    const q = w.tensor([0.5, 2]).requiresGrad_();
    w.zeta(2, q).sum().backward();
    const slope = [...((await q.grad?.data()) ?? [])];
    // −2 ζ(3, q).
    expect(slope[0]).toBeCloseTo(-2 * 7 * 1.2020569, 4);
    expect(slope[1]).toBeCloseTo(-2 * 0.2020569, 5);
  });

  test('nanToNum puts the largest float32 for infinities', async () => {
    const y = await w.nanToNum(w.tensor([NaN, Infinity, -Infinity, 2])).data();
    expect([...y]).toEqual([0, 3.4028234663852886e38, -3.4028234663852886e38, 2]);
    const whole = w.tensor([1, 2], { dtype: 'i32' });
    expect(w.nanToNum(whole).dtype).toBe('i32');
  });

  test('u32 by its bits', async () => {
    const u32 = (...x: number[]): wgrad.Tensor => w.tensor(Uint32Array.from(x));
    const [a, b] = [u32(0xf0f0f0f0, 7, 1), u32(0xff00ff00, 12, 31)];
    expect([...(await w.bitwiseAnd(a, b).data())]).toEqual([0xf000f000, 4, 1]);
    expect([...(await w.bitwiseOr(a, b).data())]).toEqual([0xfff0fff0, 15, 31]);
    expect([...(await w.bitwiseXor(a, b).data())]).toEqual([0x0ff00ff0, 11, 30]);
    expect([...(await w.bitwiseNot(a).data())]).toEqual([0x0f0f0f0f, 0xfffffff8, 0xfffffffe]);
    expect([...(await w.bitwiseLeftShift(u32(1, 3, 1, 5), u32(31, 4, 32, 0)).data())]).toEqual([
      0x80000000, 48, 0, 5,
    ]);
    expect([...(await w.bitwiseRightShift(u32(0x80000000, 48, 1, 5), u32(31, 4, 32, 0)).data())]).toEqual([
      1, 3, 0, 5,
    ]);
    expect([...(await w.gcd(u32(12, 0xfffffffe, 0), u32(18, 4, 5)).data())]).toEqual([6, 2, 5]);
    expect([...(await w.lcm(u32(4, 6, 0), u32(6, 8, 5)).data())]).toEqual([12, 24, 0]);
  });

  test('i32 moved out of its 32 bits', async () => {
    const i32 = (...x: number[]): wgrad.Tensor => w.tensor(Int32Array.from(x));
    const [x, by] = [i32(-8, -8, 8, 8, -1), i32(1, 40, 40, -1, 31)];
    expect([...(await w.bitwiseRightShift(x, by).data())]).toEqual([-4, -1, 0, 0, -1]);
    expect([...(await w.bitwiseLeftShift(x, by).data())]).toEqual([-16, 0, 0, 0, -(2 ** 31)]);
  });

  test('the second derivative of elu is finite where x is large', async () => {
    const x = w.tensor([100, -1, 0], { requiresGrad: true });
    const [g] = w.autograd.grad([x.elu().sum()], [x], { createGraph: true });
    const [h] = g === null ? [] : w.autograd.grad([g.sum()], [x]);
    const numbers = [...((await h?.data()) ?? [])];
    [0, Math.exp(-1), 1].forEach((expected, i) => expect(numbers[i]).toBeCloseTo(expected, 5));
  });
}
