// Up to four inputs one after another along the middle dimension of [outer, length, inner], n0 … n3 long.
// One invocation an output element.
alias T = f32;

struct Params {
  size: u32,
  inner: u32,
  length: u32,
  n0: u32,
  n1: u32,
  n2: u32,
  n3: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x0: array<T>;
@group(0) @binding(2) var<storage, read> x1: array<T>;
@group(0) @binding(3) var<storage, read> x2: array<T>;
@group(0) @binding(4) var<storage, read> x3: array<T>;
@group(0) @binding(5) var<storage, read_write> out: array<T>;

fn load_x0(i: u32) -> T {
  return x0[i];
}

fn load_x1(i: u32) -> T {
  return x1[i];
}

fn load_x2(i: u32) -> T {
  return x2[i];
}

fn load_x3(i: u32) -> T {
  return x3[i];
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
  let inside = i % params.inner;
  let outer = i / (params.inner * params.length);
  var place = i / params.inner % params.length;
  if (place < params.n0) {
    store(i, load_x0((outer * params.n0 + place) * params.inner + inside));
    return;
  }
  place -= params.n0;
  if (place < params.n1) {
    store(i, load_x1((outer * params.n1 + place) * params.inner + inside));
    return;
  }
  place -= params.n1;
  if (place < params.n2) {
    store(i, load_x2((outer * params.n2 + place) * params.inner + inside));
    return;
  }
  place -= params.n2;
  store(i, load_x3((outer * params.n3 + place) * params.inner + inside));
}
