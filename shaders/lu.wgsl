// P · L · U of each matrix of [count, m, n] with partial pivoting, in `out`: [count, m, n + 2]. The first n columns hold
// U and, below its diagonal, L; column n the row of the input that came to each row; column n + 1 the row to which each
// row of the input went. One workgroup a matrix.

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
  let width = n + 2u;
  let at = matrix * m * width;
  for (var i = lane; i < m * n; i += 64u) {
    out[at + i / n * width + i % n] = load_a(matrix * m * n + i);
  }
  for (var i = lane; i < m; i += 64u) {
    out[at + i * width + n] = f32(i);
  }
  storageBarrier();
  for (var k = 0u; k < min(m, n); k++) {
    // Every lane looks for the pivot: cheaper than telling the others of it.
    var pivot = k;
    var most = abs(out[at + k * width + k]);
    for (var i = k + 1u; i < m; i++) {
      let size = abs(out[at + i * width + k]);
      if (size > most) {
        most = size;
        pivot = i;
      }
    }
    storageBarrier();
    for (var j = lane; j <= n; j += 64u) {
      let up = at + k * width + j;
      let down = at + pivot * width + j;
      let kept = out[up];
      out[up] = out[down];
      out[down] = kept;
    }
    storageBarrier();
    let divisor = out[at + k * width + k];
    for (var i = k + 1u + lane; i < m; i += 64u) {
      // A column of zeros stays one, and its multipliers are 0.
      out[at + i * width + k] /= select(divisor, 1.0, divisor == 0.0);
    }
    storageBarrier();
    let columns = n - k - 1u;
    for (var e = lane; e < (m - k - 1u) * columns; e += 64u) {
      let i = k + 1u + e / columns;
      let j = k + 1u + e % columns;
      out[at + i * width + j] -= out[at + i * width + k] * out[at + k * width + j];
    }
    storageBarrier();
  }
  for (var i = lane; i < m; i += 64u) {
    out[at + u32(out[at + i * width + n]) * width + n + 1u] = f32(i);
  }
}
