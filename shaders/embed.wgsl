// Zeros, but for out[o, start + j · step, k] = a[o, j, k]: a as [outer, count, inner], out as [outer, length, inner].
// One invocation an output element.
alias T = f32;

struct Params {
  size: u32,
  inner: u32,
  length: u32,
  count: u32,
  start: u32,
  step: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<T>;

fn load_a(i: u32) -> T {
  return a[i];
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
  let outer = i / (params.inner * params.length);
  let place = i / params.inner % params.length;
  // Below start the difference wraps round and is no valid j either.
  let j = (place - params.start) / params.step;
  var value = T(0);
  if (place >= params.start && (place - params.start) % params.step == 0u && j < params.count) {
    value = load_a((outer * params.count + j) * params.inner + i % params.inner);
  }
  store(i, value);
}
