// Sorts what Jacobi's method left in a, [count, 2 n + 2, n] (see eigh.wgsl), by eigenvalue: [count, n + 1, n] of the
// eigenvectors, in columns, and a row of the eigenvalues. One workgroup a matrix.

struct Params {
  count: u32,
  n: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> matrices: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

fn load_matrices(i: u32) -> f32 {
  return matrices[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
}

// A number whose order among u32 is that of x among f32; NaN is last.
fn ordered(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) {
    return 0xffffffffu;
  }
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

// v · A v for the vector v that starts at `first`: free of what rounding has done to the rotated matrix.
fn along(matrix: u32, first: u32) -> f32 {
  let n = params.n;
  var total = 0.0;
  for (var i = 0u; i < n; i++) {
    var part = 0.0;
    for (var j = 0u; j < n; j++) {
      part += load_matrices((matrix * n + max(i, j)) * n + min(i, j)) * load_a(first + j);
    }
    total += part * load_a(first + i);
  }
  return total;
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
  let source = matrix * (2u * n + 2u) * n;
  let at = matrix * (n + 1u) * n;
  for (var i = lane; i < n; i += 64u) {
    let own = ordered(load_a(source + i * n + i));
    var place = 0u;
    for (var j = 0u; j < n; j++) {
      let other = ordered(load_a(source + j * n + j));
      place += select(0u, 1u, other < own || (other == own && j < i));
    }
    let first = source + (n + i) * n;
    var whole = 0.0;
    for (var k = 0u; k < n; k++) {
      whole += load_a(first + k) * load_a(first + k);
    }
    let unit = 1.0 / sqrt(whole);
    for (var k = 0u; k < n; k++) {
      store(at + k * n + place, unit * load_a(first + k));
    }
    store(at + n * n + place, along(matrix, first) / whole);
  }
}
