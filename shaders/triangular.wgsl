// Solves a · x = b for triangular a: x in `out`, [count, n, columns] like b; a is read through strides. One invocation a
// column. The other triangle of a is not read, nor is the diagonal of a unitriangular one.

const UPPER: bool = false;
const UNIT: bool = false;

struct Params {
  count: u32,
  n: u32,
  columns: u32,
  a_offset: i32,
  a_batch: i32,
  a_row: i32,
  a_col: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

fn load_b(i: u32) -> f32 {
  return b[i];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = (group.x + group.y * groups.x) * 64u + lane;
  let n = params.n;
  let columns = params.columns;
  if (task >= params.count * columns) {
    return;
  }
  let matrix = task / columns;
  let first = matrix * n * columns + task % columns;
  let corner = params.a_offset + i32(matrix) * params.a_batch;
  for (var done = 0u; done < n; done++) {
    let i = select(done, n - 1u - done, UPPER);
    let row = corner + i32(i) * params.a_row;
    var rest = load_b(first + i * columns);
    for (var l = 0u; l < done; l++) {
      let k = select(l, n - 1u - l, UPPER);
      rest -= load_a(u32(row + i32(k) * params.a_col)) * out[first + k * columns];
    }
    if (!UNIT) {
      rest /= load_a(u32(row + i32(i) * params.a_col));
    }
    out[first + i * columns] = rest;
  }
}
