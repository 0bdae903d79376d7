// Sorts what one-sided Jacobi left in a, [count, n, m + n] (see jacobi.wgsl), by the columns' lengths, longest first:
// [count, m + n + 1, n] of the columns, the rotations, and a row of the lengths. One workgroup a matrix.

struct Params {
  count: u32,
  m: u32,
  n: u32,
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

fn squares(first: u32, count: u32) -> f32 {
  var total = 0.0;
  for (var k = 0u; k < count; k++) {
    let x = load_a(first + k);
    total += x * x;
  }
  return total;
}

// Squared length of a column, over that of the rotations, which rounding has changed alike. Its bits are in order as
// numbers are, NaN above all.
fn squared(matrix: u32, i: u32) -> f32 {
  let first = (matrix * params.n + i) * (params.m + params.n);
  return squares(first, params.m) / squares(first + params.m, params.n);
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
  let m = params.m;
  let n = params.n;
  let at = matrix * (m + n + 1u) * n;
  for (var i = lane; i < n; i += 64u) {
    // Its own length comes from the same line as the others': two lines may be compiled to round differently.
    var own = 0.0;
    var place = 0u;
    for (var t = 0u; t <= n; t++) {
      let j = select(t - 1u, i, t == 0u);
      let length = squared(matrix, j);
      if (t == 0u) {
        own = length;
      } else {
        let x = bitcast<u32>(own) & 0x7fffffffu;
        let y = bitcast<u32>(length) & 0x7fffffffu;
        place += select(0u, 1u, y > x || (x == y && j < i));
      }
    }
    let first = (matrix * n + i) * (m + n);
    let whole = squares(first + m, n);
    let unit = 1.0 / sqrt(whole);
    for (var k = 0u; k < m + n; k++) {
      store(at + k * n + place, unit * load_a(first + k));
    }
    store(at + (m + n) * n + place, sqrt(own));
  }
}
