/** WGSL of the hand-written training step, with its shape in the text; knows nothing of devices. */

/** What the text is made for. Rows and columns are quads (four floats) of inputs where the name says so. */
export interface FloorPlan {
  readonly batch: number;
  readonly inputs: number;
  readonly lr: number;
  /** Examples per invocation of the forward kernel, and shares of the inputs that are summed apart. */
  readonly rows: number;
  readonly slices: number;
  /** Lanes of the middle kernel's workgroup: on a software adapter a barrier costs by the lane. */
  readonly lanes: number;
  /** Quads of inputs per invocation of the update kernel, and examples per turn of its loop. */
  readonly quads: number;
  readonly unroll: number;
}

const list = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const lines = (count: number, make: (i: number) => string): string => list(count, make).join('\n');

/** Largest power of two that is not above `limit`. */
const power = (limit: number): number => 2 ** Math.floor(Math.log2(Math.max(1, limit)));

/** Sizes that suit the adapter: a software adapter wants few, long invocations, a GPU many. */
export function planFloor(batch: number, inputs: number, lr: number, software: boolean): FloorPlan {
  const width = inputs / 4;
  const rows = software ? Math.min(8, power(batch)) : Math.min(4, power(batch));
  const wanted = software ? 512 : 65536;
  const slices = power(Math.min((wanted * rows) / batch, software ? width / 16 : 256));
  const lanes = software ? Math.min(16, power(batch)) : 64;
  const quads = software ? Math.min(4, power(batch)) : 1;
  return { batch, inputs, lr, rows, slices, lanes, quads, unroll: power(Math.min(batch, 4)) };
}

/**
 * partial[slice, e] = sum over the slice's inputs of x[e] · W1, for the four hidden units as one vector. An invocation
 * owns `rows` examples and the quads slice, slice + slices, ... so that neighbouring lanes read neighbouring quads.
 */
export function forwardKernel({ batch, inputs, rows, slices }: FloorPlan): string {
  const width = inputs / 4;
  return `
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> w1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> partial: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slice = id.x % ${slices}u;
  let row = id.x / ${slices}u * ${rows}u;
  if (row >= ${batch}u) { return; }
${lines(rows, (r) => `  let at${r} = min(row + ${r}u, ${batch - 1}u) * ${width}u;\n  var s${r} = vec4<f32>();`)}
  for (var q = slice; q < ${width}u; q += ${slices}u) {
    let a = w1[q];
    let b = w1[q + ${width}u];
    let c = w1[q + ${2 * width}u];
    let d = w1[q + ${3 * width}u];
${lines(rows, (r) => `    let x${r} = x[at${r} + q];\n    s${r} += vec4<f32>(dot(x${r}, a), dot(x${r}, b), dot(x${r}, c), dot(x${r}, d));`)}
  }
  let out = slice * ${batch}u + row;
${lines(rows, (r) => `  if (row + ${r}u < ${batch}u) { partial[out + ${r}u] = s${r}; }`)}
}`;
}

/**
 * One workgroup: adds up the slices, both activations, the second layer, the loss, every gradient but W1's, and the
 * updates of b1, W2 and b2. A lane takes the examples lane, lane + lanes, ...; its sums go through workgroup memory.
 * small = [b1 (4), W2 (4), b2, loss], dz[e] = dL/dz1.
 */
export function middleKernel({ batch, slices, lanes, lr }: FloorPlan): string {
  return `
struct Small { b1: vec4<f32>, w2: vec4<f32>, b2: f32, loss: f32 }
@group(0) @binding(0) var<storage, read> partial: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> small: Small;
@group(0) @binding(3) var<storage, read_write> dz: array<vec4<f32>>;

var<workgroup> sum_b1: array<vec4<f32>, ${lanes}>;
var<workgroup> sum_w2: array<vec4<f32>, ${lanes}>;
var<workgroup> sum_b2: array<vec2<f32>, ${lanes}>;

@compute @workgroup_size(${lanes})
fn main(@builtin(local_invocation_index) lane: u32) {
  let b1 = small.b1;
  let w2 = small.w2;
  let b2 = small.b2;
  var d_b1 = vec4<f32>();
  var d_w2 = vec4<f32>();
  var d_b2 = 0.0;
  var loss = 0.0;
  for (var e = lane; e < ${batch}u; e += ${lanes}u) {
    var z1 = b1;
    for (var s = 0u; s < ${slices}u; s++) { z1 += partial[s * ${batch}u + e]; }
    let h = 1.0 / (1.0 + exp(-z1));
    let z2 = dot(h, w2) + b2;
    let target_ = y[e];
    loss += max(z2, 0.0) - z2 * target_ + log(1.0 + exp(-abs(z2)));
    let dz2 = (1.0 / (1.0 + exp(-z2)) - target_) * ${1 / batch};
    let dz1 = dz2 * w2 * h * (1.0 - h);
    dz[e] = dz1;
    d_b1 += dz1;
    d_w2 += dz2 * h;
    d_b2 += dz2;
  }
  sum_b1[lane] = d_b1;
  sum_w2[lane] = d_w2;
  sum_b2[lane] = vec2<f32>(d_b2, loss);
  for (var half = ${Math.floor(lanes / 2)}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sum_b1[lane] += sum_b1[lane + half];
      sum_w2[lane] += sum_w2[lane + half];
      sum_b2[lane] += sum_b2[lane + half];
    }
  }
  if (lane == 0u) {
    small.b1 = b1 - ${lr} * sum_b1[0];
    small.w2 = w2 - ${lr} * sum_w2[0];
    small.b2 = b2 - ${lr} * sum_b2[0].x;
    small.loss = sum_b2[0].y * ${1 / batch};
  }
}`;
}

/**
 * W1 -= lr · dz1ᵀ x, gradient and update in one: an invocation owns `quads` quads of inputs, far enough apart that
 * neighbouring lanes read neighbouring quads, for all four hidden units.
 */
export function updateKernel({ batch, inputs, lr, quads, unroll }: FloorPlan): string {
  const width = inputs / 4;
  const lanes = width / quads;
  const place = (v: number): string => `q + ${v * lanes}u`;
  const names = ['x', 'y', 'z', 'w'];
  const example = (u: number): string => `    {
      let d = dz[e + ${u}u];
      let at = (e + ${u}u) * ${width}u;
${lines(quads, (v) => `      let x${v} = x[at + ${place(v)}];\n${lines(4, (h) => `      g${v}${h} += d.${names[h]} * x${v};`)}`)}
    }`;
  return `
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dz: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> w1: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let q = id.x;
  if (q >= ${lanes}u) { return; }
${lines(quads, (v) => lines(4, (h) => `  var g${v}${h} = vec4<f32>();`))}
${batch === unroll ? '  let e = 0u;' : `  for (var e = 0u; e < ${batch - (batch % unroll)}u; e += ${unroll}u) {`}
${lines(unroll, example)}
${batch === unroll ? '' : '  }'}
${lines(batch === unroll ? 0 : batch % unroll, (u) => `  {\n    let e = ${batch - (batch % unroll)}u;\n${example(u)}\n  }`)}
${lines(quads, (v) => lines(4, (h) => `  w1[${place(v)} + ${h * width}u] -= ${lr} * g${v}${h};`))}
}`;
}
