// How many elements of a line in order come before each value, by halving: sorted is [lines, length], or one line for
// all, values [lines, count]. One invocation a value.
alias T = f32;

struct Params {
  size: u32,
  length: u32,
  count: u32,
  step: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sorted: array<T>;
@group(0) @binding(2) var<storage, read> values: array<T>;
@group(0) @binding(3) var<storage, read_write> out: array<i32>;

fn load_sorted(i: u32) -> T {
  return sorted[i];
}

fn load_values(i: u32) -> T {
  return values[i];
}

fn store(i: u32, value: i32) {
  out[i] = value;
}

fn before(a: T, b: T) -> bool {
  return a < b;
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
  let value = load_values(i);
  let line = i / params.count * params.step;
  var low = 0u;
  var high = params.length;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (before(load_sorted(line + middle), value)) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  store(i, i32(low));
}
