// Jacobi's method: rotates rows and columns of each symmetric matrix of [count, n, n] until it is diagonal. The lower
// triangle is read. `out` holds [count, 2 n + 2, n]: what became of the matrix, the rotations' product (an eigenvector a row),
// then the cosines and sines of a round. One workgroup a matrix; the rotations of a round touch different rows.

const SWEEPS_MAX: u32 = 24u;
const CLOSE: f32 = 6e-8;

struct Params {
  count: u32,
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

// Cosine and sine of the rotation that makes element pq zero.
fn rotation(pp: f32, qq: f32, pq: f32) -> vec2<f32> {
  let ratio = (qq - pp) / (2.0 * pq);
  let t = select(-1.0, 1.0, ratio >= 0.0) / (abs(ratio) + sqrt(1.0 + ratio * ratio));
  // A step of Newton's method: a few ULP in every rotation would add up to a change of length.
  let rough = 1.0 / sqrt(1.0 + t * t);
  let c = rough + 0.5 * rough * (1.0 - rough * rough - rough * t * (rough * t));
  return vec2<f32>(c, c * t);
}

// Turns the elements at two places.
fn turn(p: u32, q: u32, by: vec2<f32>) {
  let x = out[p];
  let y = out[q];
  out[p] = by.x * x - by.y * y;
  out[q] = by.y * x + by.x * y;
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
  let at = matrix * (2u * n + 2u) * n;
  let cosines = at + 2u * n * n;
  let sines = cosines + n;
  for (var e = lane; e < n * n; e += 64u) {
    let row = e / n;
    let column = e % n;
    out[at + e] = load_a(matrix * n * n + max(row, column) * n + min(row, column));
    out[at + n * n + e] = select(0.0, 1.0, row == column);
  }
  storageBarrier();
  var whole = 0.0;
  for (var e = 0u; e < n * n; e++) {
    whole += out[at + e] * out[at + e];
  }
  let small = CLOSE * sqrt(whole / f32(n));
  // Pairs of an even number of players: the first stays, the others go round.
  let players = n + n % 2u;
  let pairs = players / 2u;
  for (var sweep = 0u; sweep < SWEEPS_MAX; sweep++) {
    if (lane == 0u) {
      atomicStore(&rotated, 0u);
    }
    storageBarrier();
    workgroupBarrier();
    for (var round = 0u; round + 1u < players; round++) {
      for (var t = lane; t < pairs; t += 64u) {
        let p = select(1u + (t - 1u + round) % (players - 1u), 0u, t == 0u);
        let q = 1u + (players - 2u - t + round) % (players - 1u);
        var by = vec2<f32>(1.0, 0.0);
        if (max(p, q) < n) {
          let pq = out[at + p * n + q];
          if (abs(pq) > small) {
            by = rotation(out[at + p * n + p], out[at + q * n + q], pq);
            atomicStore(&rotated, 1u);
          }
        }
        out[cosines + t] = by.x;
        out[sines + t] = by.y;
      }
      storageBarrier();
      for (var e = lane; e < pairs * n; e += 64u) {
        let t = e / n;
        let by = vec2<f32>(out[cosines + t], out[sines + t]);
        if (by.y != 0.0) {
          let p = select(1u + (t - 1u + round) % (players - 1u), 0u, t == 0u);
          let q = 1u + (players - 2u - t + round) % (players - 1u);
          let k = at + e % n;
          turn(k + p * n, k + q * n, by);
          turn(k + (n + p) * n, k + (n + q) * n, by);
        }
      }
      storageBarrier();
      for (var e = lane; e < pairs * n; e += 64u) {
        let t = e % pairs;
        let by = vec2<f32>(out[cosines + t], out[sines + t]);
        if (by.y != 0.0) {
          let p = select(1u + (t - 1u + round) % (players - 1u), 0u, t == 0u);
          let q = 1u + (players - 2u - t + round) % (players - 1u);
          let row = at + e / pairs * n;
          turn(row + p, row + q, by);
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
