// out[o · lanes + l] = combine over r = l, l + lanes, l + 2·lanes, … of a[o · length + r].
// One invocation an output lane, no barriers. With one lane the result is final; otherwise the next pass folds the
// lanes. Neighbouring lanes read neighbouring elements.
alias T = f32;

struct Params {
  outputs: u32,
  length: u32,
  lanes: u32,
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

fn combine(a: T, b: T) -> T {
  return a + b;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.x + group.y * groups.x) * 64u + lane;
  if (id >= params.outputs * params.lanes) {
    return;
  }
  let first = id / params.lanes * params.length + id % params.lanes;
  let end = (id / params.lanes + 1u) * params.length;
  var total = load_a(first);
  for (var i = first + params.lanes; i < end; i += params.lanes) {
    total = combine(total, load_a(i));
  }
  store(id, total);
}
