// Second pass of a matrix product split over k: out[i] = sum over slices s of a[i * output_stride + s * slice_stride].
//
// Who does what: LANES neighbouring lanes share an output; lane l adds the slices l, l + LANES, ... four at a time, then
// the lanes add up in pairs through workgroup memory. LANES = 1: slice_stride is the number of outputs, and lanes read
// side by side. LANES = 64: output_stride is the number of slices, and the lanes of one output read side by side.
// The order of the additions depends on the sizes alone, so the result has the same bits every time.

const LANES: u32 = 1u;

struct Params {
  outputs: u32,
  slices: u32,
  output_stride: u32,
  slice_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

var<workgroup> partial: array<f32, 64>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * (64u / LANES) + lane / LANES;
  let first = i * params.output_stride;
  let slices = select(0u, params.slices, i < params.outputs);
  let step = params.slice_stride;
  var sum = vec4<f32>();
  var s = lane % LANES;
  for (; s + 3u * LANES < slices; s += 4u * LANES) {
    let at = first + s * step;
    let jump = LANES * step;
    sum += vec4<f32>(load_a(at), load_a(at + jump), load_a(at + 2u * jump), load_a(at + 3u * jump));
  }
  for (; s < slices; s += LANES) {
    sum.x += load_a(first + s * step);
  }
  var total = (sum.x + sum.y) + (sum.z + sum.w);
  if (LANES > 1u) {
    partial[lane] = total;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane % LANES < half) {
        partial[lane] += partial[lane + half];
      }
    }
    total = partial[lane];
  }
  if (lane % LANES == 0u && i < params.outputs) {
    store(i, total);
  }
}
