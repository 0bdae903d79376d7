/** Operations written by users, on whichever backend `start` brings up. */
import { beforeAll, expect, test } from 'vitest';
import { type Tensor, customOp, func, noGrad, tensor } from '../../src/index.ts';

const cube = customOp({
  name: 'cube',
  wgsl: ([x]) => `helper(${x}) * ${x}`,
  functions: 'fn helper(x: f32) -> f32 { return x * x; }',
  cpu: (x) => x ** 3,
  backward: (g, [x]) => g.mul(x.square()).mul(3),
});

/** A second `helper`, and inputs that broadcast. */
const mixed = customOp({
  name: 'mixed',
  wgsl: ([x, y]) => `helper(${x}, ${y})`,
  functions: 'fn helper(x: f32, y: f32) -> f32 { return exp_(x) * y; }',
  cpu: (x, y) => Math.exp(x) * y,
  backward: (g, [x, y], output) => [g.mul(output), g.mul(x.exp()).add(y.mul(0))],
});

const moduleText = (expression: string, load = 'fn load_a(i: u32) -> f32 { return a[i]; }'): string => `
  struct Params { rows: u32, cols: u32, row: i32, col: i32, offset: i32 }
  @group(0) @binding(0) var<uniform> params: Params;
  @group(0) @binding(1) var<storage, read> a: array<f32>;
  @group(0) @binding(2) var<storage, read_write> out: array<f32>;
  ${load}
  fn store(i: u32, value: f32) { out[i] = value; }
  @compute @workgroup_size(64)
  fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.rows) { return; }
    var sum = 0.0;
    for (var j = 0u; j < params.cols; j++) { sum += ${expression}; }
    store(id.x, sum);
  }`;

interface Scale {
  readonly scale: number;
}

/** scale · Σ of each row, read through strides. */
const rowSum = customOp<Scale>({
  name: 'rowSum',
  shape: ([x]) => [x[0]],
  wgsl: moduleText('a[u32(i32(id.x) * params.row + i32(j) * params.col + params.offset)]', ''),
  reads: { a: 'strided' },
  params: ({ inputs: [x] }) => ({
    rows: x.shape[0],
    cols: x.shape[1],
    row: x.strides[0],
    col: x.strides[1],
    offset: x.offset,
  }),
  workgroups: ({ size }) => Math.ceil(size / 64),
  cpu: ([x], output) => {
    const cols = x.shape[1];
    output.data.forEach((_, i) => {
      output.data[i] = [...x.data.slice(i * cols, (i + 1) * cols)].reduce((s, v) => s + v, 0);
    });
  },
  backward: (g, [x]) => g.unsqueeze(1).expand(x.shape),
});

/** The same by flat index. */
const rowSumIndexed = customOp({
  name: 'rowSumIndexed',
  shape: ([x]) => [x[0]],
  wgsl: moduleText('load_a(id.x * params.cols + j)'),
  reads: { a: 'indexed' },
  params: ({ inputs: [x] }) => ({ rows: x.shape[0], cols: x.shape[1] }),
  workgroups: ({ size }) => Math.ceil(size / 64),
  cpu: ([x], output) => {
    const cols = x.shape[1];
    output.data.forEach((_, i) => {
      output.data[i] = [...x.data.slice(i * cols, (i + 1) * cols)].reduce((s, v) => s + v, 0);
    });
  },
  backward: (g, [x]) => g.unsqueeze(1).expand(x.shape),
});

const bare = customOp({ name: 'bare', wgsl: ([x]) => `${x} + 1.0`, cpu: (x) => x + 1 });

const near = async (t: Tensor, expected: readonly number[]): Promise<void> => {
  const data = [...(await t.data())];
  expect(data).toHaveLength(expected.length);
  data.forEach((x, i) => expect(x).toBeCloseTo(expected[i], 4));
};

export function customOpSuite(start: () => Promise<unknown>): void {
  beforeAll(start);

  test('a formula fuses with its neighbours, and broadcasts', async () => {
    await near(cube(tensor([1, -2, 3]).add(1)).mul(2), [16, -2, 128]);
    const y = mixed(
      tensor([
        [0, 1],
        [0, 1],
      ]),
      cube(tensor([1, 2])),
    );
    await near(y, [1, Math.E * 8, 1, Math.E * 8]);
    expect(y.shape).toEqual([2, 2]);
  });

  test('has gradients of any order', async () => {
    const f = (x: Tensor): Tensor => cube(x).sum();
    await near(func.grad(f)(tensor([1, -2])), [3, 12]);
    const second = func.grad((x: Tensor) => func.grad(f)(x).sum());
    await near(second(tensor([1, -2])), [6, -12]);
    const third = func.grad((x: Tensor) => second(x).sum());
    await near(third(tensor([1, -2])), [6, 6]);
    const [x, y] = [tensor([0.5, 1], { requiresGrad: true }), tensor(2, { requiresGrad: true })];
    mixed(x, y).sum().backward();
    if (x.grad === null || y.grad === null) throw new Error('no gradients');
    await near(x.grad, [2 * Math.exp(0.5), 2 * Math.E]);
    await near(y.grad, [Math.exp(0.5) + Math.E]);
  });

  test('works off the tape, and one by one under vmap', async () => {
    const x = tensor([[1, 2], [3, 4]], { requiresGrad: true }); // prettier-ignore
    const y = noGrad(() => rowSum(cube(x), { scale: 1 }));
    expect(y.requiresGrad).toBe(false);
    await near(y, [9, 91]);
    const batch = tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]); // prettier-ignore
    await near(func.vmap((m: Tensor) => rowSumIndexed(cube(m)))(batch), [9, 91, 341, 855]);
    await near(
      func.vmap(func.grad((m: Tensor) => rowSumIndexed(cube(m)).sum()))(batch),
      [1, 2, 3, 4, 5, 6, 7, 8].map((v) => 3 * v * v),
    );
  });

  test('a kernel reads through strides or by index, between other operations', async () => {
    const x = tensor([[1, 2, 3], [4, 5, 6]], { requiresGrad: true }); // prettier-ignore
    await near(rowSum(x.t(), { scale: 1 }).mul(2), [10, 14, 18]);
    await near(rowSumIndexed(x.t().square()).add(1), [18, 30, 46]);
    rowSumIndexed(cube(x)).square().sum().backward();
    if (x.grad === null) throw new Error('no gradient');
    const sums = [36, 405];
    await near(x.grad, [1, 2, 3, 4, 5, 6].map((v, i) => 2 * sums[i < 3 ? 0 : 1] * 3 * v * v)); // prettier-ignore
  });

  test('a gradient that is not there is refused by name', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(() => {
      bare(x).sum().backward();
    }).toThrow(/bare has no gradient[^]*backward/);
  });

  test('wrong calls are refused', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(() => rowSumIndexed()).toThrow(/takes 1 inputs/);
    const few = customOp({ name: 'few', wgsl: ([a]) => a, cpu: (a) => a, backward: () => [] });
    expect(() => {
      few(x).sum().backward();
    }).toThrow(/few.backward: 0 gradients of 1 inputs/);
    const short = customOp({ name: 'short', wgsl: ([a]) => a, cpu: (a) => a, backward: (g) => g.sum() });
    expect(() => {
      short(x).sum().backward();
    }).toThrow(/short.backward: a gradient of another shape/);
  });
}
