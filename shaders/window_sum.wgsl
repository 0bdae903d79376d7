// Sums over windows along the middle dimension of [outer, length, inner], or their transpose:
//
//   out[o, p, k] = Σ over the i in window p of a[o, i, k];   TRANSPOSED: out[o, i, k] = Σ over the p whose window has i
//
// Window p is p · stride − padding and the next `kernel` places, where they lie inside; ADAPTIVE: the p-th of `places`
// equal parts, rounded outwards. One invocation an output element.
const TRANSPOSED: bool = false;
const ADAPTIVE: bool = false;

struct Params {
  size: u32,
  inner: u32,
  length: i32,
  places: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
}

// What is summed for the element at `at`: from x up to, but without, y.
fn range_of(at: i32) -> vec2<i32> {
  if (ADAPTIVE) {
    let from_length = select(params.length, params.places, TRANSPOSED);
    let to_length = select(params.places, params.length, TRANSPOSED);
    return vec2<i32>(at * from_length / to_length, ((at + 1) * from_length + to_length - 1) / to_length);
  }
  if (TRANSPOSED) {
    let reach = at + params.padding;
    let before = reach - params.kernel;
    let first = select(before / params.stride + 1, 0, before < 0);
    return vec2<i32>(first, min(reach / params.stride + 1, params.places));
  }
  let start = at * params.stride - params.padding;
  return vec2<i32>(max(start, 0), min(start + params.kernel, params.length));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.x + group.y * groups.x) * 64u + lane;
  if (id >= params.size) {
    return;
  }
  let own = u32(select(params.places, params.length, TRANSPOSED));
  let other = u32(select(params.length, params.places, TRANSPOSED));
  let base = id / (params.inner * own) * other;
  let range = range_of(i32(id / params.inner % own));
  var total = 0.0;
  for (var i = range.x; i < range.y; i++) {
    total += load_a((base + u32(i)) * params.inner + id % params.inner);
  }
  store(id, total);
}
