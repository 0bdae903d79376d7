// Q · R of each matrix of [count, m, n] by Householder's reflections, in `out`: [count, m, n + wide]. The first n columns
// hold R and, below its diagonal, the reflections; the others Q's first `wide` columns. One workgroup a matrix.

struct Params {
  count: u32,
  m: u32,
  n: u32,
  wide: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

// Squares of column k below row k; every lane adds them up for itself.
fn below(at: u32, width: u32, k: u32) -> f32 {
  var total = 0.0;
  for (var i = k + 1u; i < params.m; i++) {
    let x = out[at + i * width + k];
    total += x * x;
  }
  return total;
}

// Column j minus factor · (v · column j) · v, with v = 1 at row k and column k below it.
fn reflect(at: u32, width: u32, k: u32, j: u32, factor: f32) {
  var along = out[at + k * width + j];
  for (var i = k + 1u; i < params.m; i++) {
    along += out[at + i * width + k] * out[at + i * width + j];
  }
  along *= factor;
  out[at + k * width + j] -= along;
  for (var i = k + 1u; i < params.m; i++) {
    out[at + i * width + j] -= along * out[at + i * width + k];
  }
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
  let width = n + params.wide;
  let at = matrix * m * width;
  for (var i = lane; i < m * width; i += 64u) {
    let row = i / width;
    let column = i % width;
    if (column < n) {
      out[at + i] = load_a((matrix * m + row) * n + column);
    } else {
      out[at + i] = select(0.0, 1.0, row == column - n);
    }
  }
  storageBarrier();
  let rank = min(m, n);
  for (var k = 0u; k < rank; k++) {
    let rest = below(at, width, k);
    let head = out[at + k * width + k];
    let norm = sqrt(head * head + rest);
    let moved = select(head, select(norm, -norm, head >= 0.0), rest > 0.0);
    let factor = select(0.0, (moved - head) / moved, rest > 0.0);
    let scale = select(1.0, 1.0 / (head - moved), rest > 0.0);
    storageBarrier();
    for (var i = k + 1u + lane; i < m; i += 64u) {
      out[at + i * width + k] *= scale;
    }
    if (lane == 0u) {
      out[at + k * width + k] = moved;
    }
    storageBarrier();
    for (var j = k + 1u + lane; j < n; j += 64u) {
      reflect(at, width, k, j, factor);
    }
    storageBarrier();
  }
  for (var done = 0u; done < rank; done++) {
    let k = rank - 1u - done;
    let rest = below(at, width, k);
    let factor = select(0.0, 2.0 / (1.0 + rest), rest > 0.0);
    for (var j = n + lane; j < width; j += 64u) {
      reflect(at, width, k, j, factor);
    }
    storageBarrier();
  }
}
