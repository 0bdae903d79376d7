// Lines longer than one pass, against plain loops: what PyTorch's samples are too short for.
import { beforeAll, describe, expect, test } from 'vitest';
import * as w from '../../src/index.ts';
import { hash32 } from '../oracle/hashed.ts';

/** Numbers from −1 to 1. */
const numbers = (stream: number, length: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, k) => hash32(stream, k) * 2 ** -31 - 1);

/** A running total of one line, in double precision. */
function running(x: ArrayLike<number>, step: (total: number, next: number, k: number) => number): number[] {
  const out: number[] = [];
  for (let k = 0; k < x.length; k++) out.push(k === 0 ? x[0] : step(out[k - 1], x[k], k));
  return out;
}

/** Fails where two lists are further apart than `tolerance` somewhere. */
function close(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  let worst = 0;
  for (let k = 0; k < wanted.length; k++) worst = Math.max(worst, Math.abs(actual[k] - wanted[k]));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

function scans(): void {
  test.each([513, 1500])('running totals of %i elements, along the first dimension too', async (n) => {
    const x = numbers(1, n);
    const factors = x.map((v) => 1 + v / 64);
    const both = w.stack([w.tensor(x), w.tensor(x)], 1);
    const column = async (t: w.Tensor): Promise<ArrayLike<number>> => t.select(1, 1).data();
    close(
      await column(both.cumsum(0)),
      running(x, (a, b) => a + b),
      1e-4,
    );
    close(
      await w.cumprod(w.tensor(factors), 0).data(),
      running(factors, (a, b) => a * b),
      1e-4,
    );
    const product = w.cumprod(w.tensor(factors).requiresGrad_(), 0);
    close(
      await product.data(),
      running(factors, (a, b) => a * b),
      1e-4,
    );
    const { values, indices } = w.cummax(both, 0);
    const most = running(x, (a, b) => Math.max(a, b));
    close(await column(values), most, 0);
    const places = (await column(indices)) as Int32Array;
    close(
      Array.from(places, (k) => x[k]),
      most,
      0,
    );
    const least = w.cummin(w.tensor(x), 0);
    close(
      await least.values.data(),
      running(x, (a, b) => Math.min(a, b)),
      0,
    );
    const logSum = (a: number, b: number): number => Math.log(Math.exp(a) + Math.exp(b));
    close(await w.logcumsumexp(w.tensor(x), 0).data(), running(x, logSum), 1e-5);
    const terms = numbers(2, n);
    close(
      await w.recurrence(w.tensor(x), w.tensor(terms), 0).data(),
      running(terms, (h, b, k) => x[k] * h + b),
      1e-5,
    );
  });

  test('gradients of running products and log-sums of 1,200 elements', async () => {
    const n = 1200;
    const [x, g] = [numbers(3, n).map((v) => 1 + v / 64), numbers(4, n)];
    x[700] = 0;
    const leaf = w.tensor(x).requiresGrad_();
    w.cumprod(leaf, 0).backward(w.tensor(g));
    // Σ over j ≥ i of g[j] · the product of all x[k], k ≤ j, but x[i].
    const product = Array.from(x, (_, i) => {
      let [total, others] = [0, 1];
      for (let j = 0; j < n; j++) {
        if (j !== i) others *= x[j];
        if (j >= i) total += g[j] * others;
      }
      return total;
    });
    close((await leaf.grad?.data()) ?? [], product, 2e-4);
    const most = w.tensor(numbers(5, n)).requiresGrad_();
    const { values, indices } = w.cummax(most, 0);
    values.backward(w.tensor(g));
    const gathered = new Array<number>(n).fill(0);
    (await indices.data()).forEach((place, k) => (gathered[place] += g[k]));
    close((await most.grad?.data()) ?? [], gathered, 1e-4);
    const other = w.tensor(x).requiresGrad_();
    const y = w.logcumsumexp(other, 0);
    y.backward(w.tensor(g));
    const sums = running(
      x.map((v) => Math.exp(v)),
      (a, b) => a + b,
    );
    const wanted = Array.from(x, (v, i) => {
      let total = 0;
      for (let j = i; j < n; j++) total += (g[j] * Math.exp(v)) / sums[j];
      return total;
    });
    close((await other.grad?.data()) ?? [], wanted, 1e-5);
  });
}

/** The indices that put a line in order, equal elements as they were. */
const ordered = (x: ArrayLike<number>, sign = 1): Int32Array =>
  Int32Array.from(Array.from(x, (_, k) => k).sort((a, b) => sign * (x[a] - x[b])));

function order(): void {
  test.each([
    [257, 3],
    [1000, 2],
    [70_000, 2],
  ])('the order of %i elements in each of %i lines, with equals', async (n, lines) => {
    const x = Int32Array.from({ length: n * lines }, (_, k) => (hash32(9, k) % 1000) - 500);
    const halves = Float32Array.from(x, (v) => v / 2);
    const rows = w.tensor(x).reshape(lines, n);
    const up = await w.argsort(rows).data();
    const down = await w
      .argsort(w.tensor(halves).reshape(lines, n).t(), { dim: 0, descending: true })
      .t()
      .data();
    for (let line = 0; line < lines; line++) {
      const part = x.subarray(line * n, (line + 1) * n);
      close(up.subarray(line * n, (line + 1) * n), ordered(part), 0);
      close(down.subarray(line * n, (line + 1) * n), ordered(part, -1), 0);
    }
    close(await w.argsort(rows).data(), up, 0);
  });

  test('the gradient of 3,000 elements in order goes back to where they came from', async () => {
    const [x, g] = [numbers(10, 3000), numbers(11, 3000)];
    const leaf = w.tensor(x).requiresGrad_();
    const { values, indices } = w.sort(leaf);
    values.backward(w.tensor(g));
    const places = await indices.data();
    const wanted = new Float32Array(3000);
    places.forEach((place, k) => (wanted[place] = g[k]));
    expect(await leaf.grad?.data()).toEqual(wanted);
  });

  test('places among 10,000 numbers in order', async () => {
    const x = numbers(12, 10_000).sort();
    const values = numbers(13, 500);
    values.set(x.subarray(0, 250));
    const places = await w.searchsorted(w.tensor(x), w.tensor(values), { right: true }).data();
    const wanted = Int32Array.from(values, (v) => x.reduce((count, e) => count + Number(e <= v), 0));
    expect(places).toEqual(wanted);
  });
}

/** Defines the tests on the device that `open` gives. */
export function orderSuite(open: () => Promise<unknown>): void {
  beforeAll(async () => {
    await open();
  });
  describe('scans', scans);
  describe('order', order);
}
