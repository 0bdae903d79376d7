// out[i] = a[i]: the last pass of an operation whose kernel needs its own result to read from.

struct Params {
  size: u32,
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

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * 64u + lane;
  if (i < params.size) {
    store(i, load_a(i));
  }
}
