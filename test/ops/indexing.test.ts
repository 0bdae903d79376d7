// What PyTorch's samples cannot say of indexing and movement: results that are promises, and chains of views.
import { beforeAll, describe, expect, test } from 'vitest';
import * as w from '../../src/index.ts';

beforeAll(async () => {
  await w.init({ device: 'cpu' });
});

const ramp = (...shape: number[]): w.Tensor =>
  w
    .arange(
      shape.reduce((a, b) => a * b, 1),
      { dtype: 'f32' },
    )
    .reshape(shape);
const ints = (...data: number[]): w.Tensor => w.tensor(Int32Array.from(data));

describe('repeatInterleave by a tensor of counts', () => {
  test('along a dimension, with its gradient', async () => {
    const x = ramp(3, 2).requiresGrad_();
    const out = await w.repeatInterleave(x, ints(2, 0, 1), { dim: 0 });
    expect(await out.tolist()).toEqual([
      [0, 1],
      [0, 1],
      [4, 5],
    ]);
    out.sum().backward();
    expect(await x.grad?.tolist()).toEqual([
      [2, 2],
      [0, 0],
      [1, 1],
    ]);
  });
  test('of the flat tensor, one count for all', async () => {
    expect(await (await w.repeatInterleave(ramp(2, 2), ints(2))).tolist()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect((await w.repeatInterleave(ramp(2), ints(0, 0))).shape).toEqual([0]);
  });
});

describe('windows and diagonals are views', () => {
  test('of transposed and sliced tensors', async () => {
    const x = ramp(4, 6).transpose(0, 1).slice(0, 1, 6, 2);
    expect(await w.unfold(x, 1, 2, 2).tolist()).toEqual([
      [
        [1, 7],
        [13, 19],
      ],
      [
        [3, 9],
        [15, 21],
      ],
      [
        [5, 11],
        [17, 23],
      ],
    ]);
    expect(await w.diagonal(x, { offset: -1 }).tolist()).toEqual([3, 11]);
    expect(await w.diagonal(x, { offset: 9 }).tolist()).toEqual([]);
  });
  test('fold undoes what unfold repeats', async () => {
    const ones = w.ones([1, 1, 5, 5]);
    const counts = w.col2im(w.im2col(ones, 3, { padding: 1 }), 5, 3, { padding: 1 });
    expect(await counts.select(0, 0).select(0, 0).select(0, 0).tolist()).toEqual([4, 6, 6, 6, 4]);
  });
});

describe('indexMask', () => {
  const x = (): w.Tensor => ramp(3, 4);
  test('chooses where the mask holds', async () => {
    const mask = x().gt(6);
    expect(await (await w.indexMask(x(), mask)).tolist()).toEqual([7, 8, 9, 10, 11]);
    expect(await (await w.indexMask(x(), [true, false, true])).tolist()).toEqual([
      [0, 1, 2, 3],
      [8, 9, 10, 11],
    ]);
    expect((await w.indexMask(x(), x().gt(99))).shape).toEqual([0]);
  });
  test('beside other items', async () => {
    expect(await (await w.indexMask(x(), w.slice(1), [true, false, false, true])).tolist()).toEqual([
      [4, 7],
      [8, 11],
    ]);
    expect(await (await w.indexMask(x(), [true, false, true], [1, 3])).tolist()).toEqual([1, 11]);
  });
  test('has a gradient', async () => {
    const leaf = x().requiresGrad_();
    (await w.indexMask(leaf, leaf.detach().lt(2))).sum().backward();
    expect(await leaf.grad?.sum(1).tolist()).toEqual([2, 0, 0]);
  });
});

describe('places that are named twice', () => {
  test('keep the later of two, and only that one has a gradient', async () => {
    const source = w.tensor([1, 2, 3]).requiresGrad_();
    const out = w.scatter(w.zeros([3]), 0, ints(1, 1, 0), source);
    expect(await out.tolist()).toEqual([3, 2, 0]);
    out.sum().backward();
    expect(await source.grad?.tolist()).toEqual([0, 1, 1]);
    expect(await w.indexPut(w.zeros([3]), [ints(1, -2)], [5, 6]).tolist()).toEqual([0, 6, 0]);
  });
  test('share nothing with a term that does not count', async () => {
    const x = w.tensor([2, 5]).requiresGrad_();
    const source = w.tensor([2, 2]).requiresGrad_();
    const out = w.scatterReduce(x, 0, ints(0, 0), source, 'amax', { includeSelf: false });
    out.sum().backward();
    expect(await x.grad?.tolist()).toEqual([0, 1]);
    expect(await source.grad?.tolist()).toEqual([0.5, 0.5]);
  });
  test('means of integers are rounded down', async () => {
    const x = ints(1, 1);
    expect(await w.scatterReduce(x, 0, ints(0, 0), ints(-3, -3), 'mean').tolist()).toEqual([-2, 1]);
  });
});
