// Operations of one's own in WGSL: a formula that fuses with its neighbours, and a kernel.
import { type Tensor, customOp, init, tensor } from 'wgrad';

await init({ device: 'auto' });

// x² / (1 + |x|), an element at a time. Its derivative is written in operations on tensors, so it has one, too.
const softsquare = customOp({
  name: 'softsquare',
  wgsl: ([x]) => `softened(${x})`,
  functions: 'fn softened(x: f32) -> f32 { return x * x / (1.0 + abs(x)); }',
  cpu: (x) => (x * x) / (1 + Math.abs(x)),
  backward: (grad, [x]) => {
    const a = x.abs();
    return grad.mul(x).mul(a.add(2)).div(a.add(1).square());
  },
});

// Every element and its right neighbour, added; the last one's neighbour is the first. `load_a` reads what comes before
// (it may be a formula that was never stored); `store` writes, and what comes after becomes part of it.
const neighbours: (x: Tensor, attrs: { step: number }) => Tensor = customOp<{ step: number }>({
  name: 'neighbours',
  shape: ([x]) => x,
  wgsl: `
    struct Params { size: u32, step: u32 }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read> a: array<f32>;
    @group(0) @binding(2) var<storage, read_write> out: array<f32>;

    fn load_a(i: u32) -> f32 { return a[i]; }
    fn store(i: u32, value: f32) { out[i] = value; }

    @compute @workgroup_size(64)
    fn main(
      @builtin(workgroup_id) group: vec3<u32>,
      @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let i = (group.x + group.y * groups.x) * 64u + lane;
      if (i >= params.size) { return; }
      store(i, load_a(i) + load_a((i + params.step) % params.size));
    }`,
  reads: { a: 'indexed' },
  params: ({ size, attrs }) => ({ size, step: ((attrs.step % size) + size) % size }),
  workgroups: ({ size }) => Math.ceil(size / 64),
  cpu: ([{ data }], output, { step }) => {
    const size = data.length;
    for (let i = 0; i < size; i++) {
      output.data[i] = data[i] + data[(((i + step) % size) + size) % size];
    }
  },
  // The sum of the transposed operation: the neighbour on the other side.
  backward: (grad, _inputs, _output, { step }) => neighbours(grad, { step: -step }),
});

const x = tensor([-2, 0.5, 1, 3], { requiresGrad: true });
const y = neighbours(softsquare(x), { step: 1 });
y.square().sum().backward();
console.log('y', await y.data());
console.log('gradient', await x.grad?.data());
