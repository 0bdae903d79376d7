// One-sided Jacobi: rotates the columns of each matrix of [count, m, n], m >= n, until all are orthogonal. `out` holds
// [count, n, m + n]: row i is the column, then column i of the product of all rotations. One workgroup a matrix; in
// a round of the tournament every lane rotates pairs of columns that no other lane has.

const SWEEPS_MAX: u32 = 24u;
const CLOSE: f32 = 1.2e-7; // times the square root of m: what adding m products may lose

struct Params {
  count: u32,
  m: u32,
  n: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

var<workgroup> rotated: atomic<u32>;
var<workgroup> busy: u32;

fn load_a(i: u32) -> f32 {
  return a[i];
}

// Rotates rows p and q of `out`, which start at these places. Returns whether they were not orthogonal.
fn rotate(p: u32, q: u32) -> bool {
  var pp = 0.0;
  var qq = 0.0;
  var pq = 0.0;
  for (var i = 0u; i < params.m; i++) {
    let x = out[p + i];
    let y = out[q + i];
    pp += x * x;
    qq += y * y;
    pq += x * y;
  }
  if (!(abs(pq) > CLOSE * sqrt(f32(params.m)) * sqrt(pp) * sqrt(qq))) {
    return false;
  }
  let ratio = (qq - pp) / (2.0 * pq);
  let t = select(-1.0, 1.0, ratio >= 0.0) / (abs(ratio) + sqrt(1.0 + ratio * ratio));
  // A step of Newton's method: a few ULP in every rotation would add up to a change of length.
  let rough = 1.0 / sqrt(1.0 + t * t);
  let c = rough + 0.5 * rough * (1.0 - rough * rough - rough * t * (rough * t));
  let s = c * t;
  for (var i = 0u; i < params.m + params.n; i++) {
    let x = out[p + i];
    let y = out[q + i];
    out[p + i] = c * x - s * y;
    out[q + i] = s * x + c * y;
  }
  return true;
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
  let width = m + n;
  let at = matrix * n * width;
  let first = matrix * m * n;
  for (var e = lane; e < n * width; e += 64u) {
    let column = e / width;
    let row = e % width;
    if (row >= m) {
      out[at + e] = select(0.0, 1.0, row - m == column);
    } else {
      out[at + e] = load_a(first + row * n + column);
    }
  }
  // Pairs of an even number of players: the first stays, the others go round.
  let players = n + n % 2u;
  for (var sweep = 0u; sweep < SWEEPS_MAX; sweep++) {
    if (lane == 0u) {
      atomicStore(&rotated, 0u);
    }
    storageBarrier();
    workgroupBarrier();
    for (var round = 0u; round + 1u < players; round++) {
      for (var t = lane; t < players / 2u; t += 64u) {
        let p = select(1u + (t - 1u + round) % (players - 1u), 0u, t == 0u);
        let q = 1u + (players - 2u - t + round) % (players - 1u);
        if (max(p, q) < n && rotate(at + p * width, at + q * width)) {
          atomicStore(&rotated, 1u);
        }
      }
      storageBarrier();
    }
    workgroupBarrier();
    if (lane == 0u) {
      busy = atomicLoad(&rotated);
    }
    if (workgroupUniformLoad(&busy) == 0u) {
      break;
    }
  }
}
