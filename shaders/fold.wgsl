// out[o, p, k] = Σ over the j and w with p = j · step + w · dilation of a[o, j, k, w]: a as [outer, count, inner, window],
// out as [outer, length, inner]. One invocation an output element.
alias T = f32;

struct Params {
  size: u32,
  inner: u32,
  length: u32,
  count: u32,
  window: u32,
  dilation: u32,
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
  let k = i % params.inner;
  let place = i / params.inner % params.length;
  let outer = i / (params.inner * params.length);
  var total = T(0);
  // The window that starts at `place` first, its last element last.
  for (var w = 0u; w < params.window && w * params.dilation <= place; w++) {
    let start = place - w * params.dilation;
    let j = start / params.step;
    if (start % params.step == 0u && j < params.count) {
      total += load_a(((outer * params.count + j) * params.inner + k) * params.window + w);
    }
  }
  store(i, total);
}
