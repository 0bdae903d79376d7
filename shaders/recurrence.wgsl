// h[j] = a[j] · h[j − 1] + b[j], from h[0] = b[0] on, along the middle dimension of [outer, length, inner]; one invocation
// a line.
alias T = f32;

struct Params {
  lines: u32,
  length: u32,
  inner: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<T>;
@group(0) @binding(2) var<storage, read> b: array<T>;
@group(0) @binding(3) var<storage, read_write> out: array<T>;

fn load_a(i: u32) -> T {
  return a[i];
}

fn load_b(i: u32) -> T {
  return b[i];
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
  let line = (group.x + group.y * groups.x) * 64u + lane;
  if (line >= params.lines) {
    return;
  }
  var i = line / params.inner * params.length * params.inner + line % params.inner;
  var h = load_b(i);
  store(i, h);
  for (var j = 1u; j < params.length; j++) {
    i += params.inner;
    h = load_a(i) * h + load_b(i);
    store(i, h);
  }
}
