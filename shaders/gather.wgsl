// out[o, j, k] = a[o, places[o, j, k], k], with a as [outer, length, inner] and places as [outer, count, inner].
// One invocation an output element. A place outside 0 … length − 1 reads the nearest one.
alias T = f32;

struct Params {
  size: u32,
  inner: u32,
  count: u32,
  length: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<T>;
@group(0) @binding(2) var<storage, read> places: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<T>;

fn load_a(i: u32) -> T {
  return a[i];
}

fn load_places(i: u32) -> i32 {
  return places[i];
}

fn store(i: u32, value: T) {
  out[i] = value;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * 64u + lane;
  if (i >= params.size) {
    return;
  }
  let outer = i / (params.inner * params.count);
  let place = u32(clamp(load_places(i), 0, i32(params.length) - 1));
  store(i, load_a((outer * params.length + place) * params.inner + i % params.inner));
}
