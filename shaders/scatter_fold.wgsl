// out[o, p, k] = the fold, in order, of x[o, p, k] (where it counts) and of a[o, j, k] over the j with
// places[o, j, k] = p; x[o, p, k] where there is none: a and places as [outer, count, inner], x and out as
// [outer, length, inner]. One invocation an output element looks through the places in order: no atomics, so the
// same input gives the same bits.
alias T = f32;

/** Whether x is the first term where there are others. */
const INCLUDE_SELF: bool = true;

struct Params {
  size: u32,
  inner: u32,
  count: u32,
  length: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read> a: array<T>;
@group(0) @binding(3) var<storage, read> places: array<i32>;
@group(0) @binding(4) var<storage, read_write> out: array<T>;

fn load_x(i: u32) -> T {
  return x[i];
}

fn load_a(i: u32) -> T {
  return a[i];
}

fn load_places(i: u32) -> i32 {
  return places[i];
}

fn store(i: u32, value: T) {
  out[i] = value;
}

fn combine(a: T, b: T) -> T {
  return b;
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
  let place = i32(i / params.inner % params.length);
  var at = outer * params.count * params.inner + i % params.inner;
  var total = load_x(i);
  var started = INCLUDE_SELF;
  for (var j = 0u; j < params.count; j++) {
    if (load_places(at) == place) {
      let value = load_a(at);
      if (started) {
        total = combine(total, value);
      } else {
        total = value;
      }
      started = true;
    }
    at += params.inner;
  }
  store(i, total);
}
