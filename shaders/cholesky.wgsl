// The lower Cholesky factor of each matrix of [count, n, n], column by column in `out`; reads the lower triangle only.
// One workgroup a matrix. From the first pivot that is not positive on, everything is NaN.

struct Params {
  count: u32,
  n: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

// Read at run time: a constant of these bits would not compile.
var<private> NOT_A_NUMBER: u32 = 0x7fc00000u;

fn load_a(i: u32) -> f32 {
  return a[i];
}

// Drivers may assume that there is no NaN: ask the bits.
fn is_positive(x: f32) -> bool {
  let bits = bitcast<u32>(x);
  return bits != 0u && bits <= 0x7f800000u;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let matrix = group.x + group.y * groups.x;
  if (matrix >= params.count) {
    return;
  }
  let n = params.n;
  let at = matrix * n * n;
  var failed = false;
  for (var j = 0u; j < n; j++) {
    for (var i = lane; i < n; i += 64u) {
      var rest = 0.0;
      if (i >= j) {
        rest = load_a(at + i * n + j);
        for (var k = 0u; k < j; k++) {
          rest -= out[at + i * n + k] * out[at + j * n + k];
        }
      }
      out[at + i * n + j] = rest;
    }
    storageBarrier();
    let pivot = out[at + j * n + j];
    failed = failed || !is_positive(pivot);
    let root = sqrt(max(pivot, 0.0));
    storageBarrier();
    for (var i = j + lane; i < n; i += 64u) {
      let value = select(out[at + i * n + j] / root, root, i == j);
      out[at + i * n + j] = select(value, bitcast<f32>(NOT_A_NUMBER), failed);
    }
    storageBarrier();
  }
}
