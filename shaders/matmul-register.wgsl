// Matrix product in registers, without workgroup memory or barriers:
//
//   out[b, r, c] = sum over k of a[b, r, k] * b[b, k, c]
//
// Who does what: one invocation owns a tile of ROWS x COLS outputs (4x4, 1x4 or 1x1) of one batch, and one of
// `slices` interleaved shares of k: slice s takes the quads s, s + slices, s + 2 slices, ... (a quad is four k in a row).
// With slices = 1 the result is final. With more, `out` is a scratch buffer of partial sums, which matmul-sum.wgsl
// finishes; if SLICES_FIRST, neighbouring lanes take neighbouring slices, so that loads along k coalesce, else
// neighbouring lanes take neighbouring columns.
//
// Layout: element a[b, r, k] lies at a_offset + b * a_batch + r * a_row + k * a_col, any stride may be 0 or negative.
// A quad of elements is loaded as one vector where A_MODE (B_MODE) says that it is adjacent and aligned to 4:
// along k, or along the tile, that is along the rows of a (the columns of b).
// The four columns of a tile are column_step apart: 1, or 64 so that the lanes of a workgroup store side by side.

const SCATTERED: u32 = 0u;
const ALONG_K: u32 = 1u;
const ALONG_TILE: u32 = 2u;

const A_MODE: u32 = 0u;
const B_MODE: u32 = 0u;
const ROWS: u32 = 4u;
const COLS: u32 = 4u;
const SLICES_FIRST: u32 = 0u;

alias A = f32; // f32 if A_MODE is SCATTERED, else vec4<f32>
alias B = f32;

struct Params {
  m: u32,
  n: u32,
  k: u32,
  batch: u32,
  slices: u32,
  column_step: u32,
  out_batch: u32,
  out_row: u32,
  out_col: u32,
  out_slice: u32,
  a_offset: i32,
  a_batch: i32,
  a_row: i32,
  a_col: i32,
  b_offset: i32,
  b_batch: i32,
  b_row: i32,
  b_col: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<A>;
@group(0) @binding(2) var<storage, read> b: array<B>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn load_a(i: u32) -> A {
  return a[i];
}

fn load_b(i: u32) -> B {
  return b[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
}

// vec4(x) copies a vector and splats a scalar, so this text is valid for both element types.
fn a_quad(i: i32, step: i32) -> vec4<f32> {
  if (A_MODE != SCATTERED) {
    return vec4<f32>(load_a(u32(i) / 4u));
  }
  return vec4<f32>(
    vec4<f32>(load_a(u32(i))).x,
    vec4<f32>(load_a(u32(i + step))).x,
    vec4<f32>(load_a(u32(i + 2 * step))).x,
    vec4<f32>(load_a(u32(i + 3 * step))).x,
  );
}

fn b_quad(i: i32, step: i32) -> vec4<f32> {
  if (B_MODE != SCATTERED) {
    return vec4<f32>(load_b(u32(i) / 4u));
  }
  return vec4<f32>(
    vec4<f32>(load_b(u32(i))).x,
    vec4<f32>(load_b(u32(i + step))).x,
    vec4<f32>(load_b(u32(i + 2 * step))).x,
    vec4<f32>(load_b(u32(i + 3 * step))).x,
  );
}

// One element, for the last k % 4: a vector mode has none of these along k.
fn a_element(i: i32, row: u32) -> f32 {
  if (A_MODE == ALONG_TILE) {
    return vec4<f32>(load_a(u32(i) / 4u))[row];
  }
  return vec4<f32>(load_a(u32(i))).x;
}

fn b_element(i: i32, col: u32) -> f32 {
  if (B_MODE == ALONG_TILE) {
    return vec4<f32>(load_b(u32(i) / 4u))[col];
  }
  return vec4<f32>(load_b(u32(i))).x;
}

fn store_row(i: u32, col: u32, value: vec4<f32>) {
  let step = params.column_step;
  let jump = step * params.out_col;
  store(i, value.x);
  if (COLS > 1u) {
    if (col + step < params.n) {
      store(i + jump, value.y);
    }
    if (col + 2u * step < params.n) {
      store(i + 2u * jump, value.z);
    }
    if (col + 3u * step < params.n) {
      store(i + 3u * jump, value.w);
    }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.x + group.y * groups.x) * 64u + lane;
  let span = COLS * params.column_step;
  let tile_rows = (params.m + ROWS - 1u) / ROWS;
  let tile_cols = (params.n + span - 1u) / span * params.column_step;
  let tiles = tile_rows * tile_cols * params.batch;
  if (id >= tiles * params.slices) {
    return;
  }
  let slice = select(id / tiles, id % params.slices, SLICES_FIRST == 1u);
  let tile = select(id % tiles, id / params.slices, SLICES_FIRST == 1u);
  let col_id = tile % tile_cols;
  let col = col_id / params.column_step * span + col_id % params.column_step;
  let row = tile / tile_cols % tile_rows * ROWS;
  let batch = tile / tile_cols / tile_rows;
  if (col >= params.n) {
    return;
  }

  // Rows and columns past the edge repeat the last one; their sums are not stored.
  let a_base = params.a_offset + i32(batch) * params.a_batch;
  let a0 = a_base + i32(row) * params.a_row;
  let a1 = a_base + i32(min(row + 1u, params.m - 1u)) * params.a_row;
  let a2 = a_base + i32(min(row + 2u, params.m - 1u)) * params.a_row;
  let a3 = a_base + i32(min(row + 3u, params.m - 1u)) * params.a_row;
  let b_base = params.b_offset + i32(batch) * params.b_batch;
  let b0 = b_base + i32(col) * params.b_col;
  let b1 = b_base + i32(min(col + params.column_step, params.n - 1u)) * params.b_col;
  let b2 = b_base + i32(min(col + 2u * params.column_step, params.n - 1u)) * params.b_col;
  let b3 = b_base + i32(min(col + 3u * params.column_step, params.n - 1u)) * params.b_col;
  let a_step = params.a_col;
  let b_step = params.b_row;

  var sum0 = vec4<f32>();
  var sum1 = vec4<f32>();
  var sum2 = vec4<f32>();
  var sum3 = vec4<f32>();
  let quads = params.k / 4u;
  for (var q = slice; q < quads; q += params.slices) {
    let ak = i32(4u * q) * a_step;
    let bk = i32(4u * q) * b_step;
    if (COLS == 1u) {
      sum0.x += dot(a_quad(a0 + ak, a_step), b_quad(b0 + bk, b_step));
    } else {
      // The columns of `right` are b's rows k, k + 1, k + 2, k + 3, each four columns of b wide.
      var right: mat4x4<f32>;
      if (B_MODE == ALONG_TILE) {
        right = mat4x4<f32>(
          b_quad(b0 + bk, 1),
          b_quad(b0 + bk + b_step, 1),
          b_quad(b0 + bk + 2 * b_step, 1),
          b_quad(b0 + bk + 3 * b_step, 1),
        );
      } else {
        right = transpose(mat4x4<f32>(
          b_quad(b0 + bk, b_step),
          b_quad(b1 + bk, b_step),
          b_quad(b2 + bk, b_step),
          b_quad(b3 + bk, b_step),
        ));
      }
      if (ROWS == 1u) {
        sum0 += right * a_quad(a0 + ak, a_step);
      } else {
        // The columns of `left` are a's four rows, each four k wide.
        var left: mat4x4<f32>;
        if (A_MODE == ALONG_TILE) {
          left = transpose(mat4x4<f32>(
            a_quad(a0 + ak, 1),
            a_quad(a0 + ak + a_step, 1),
            a_quad(a0 + ak + 2 * a_step, 1),
            a_quad(a0 + ak + 3 * a_step, 1),
          ));
        } else {
          left = mat4x4<f32>(
            a_quad(a0 + ak, a_step),
            a_quad(a1 + ak, a_step),
            a_quad(a2 + ak, a_step),
            a_quad(a3 + ak, a_step),
          );
        }
        sum0 += right * left[0];
        sum1 += right * left[1];
        sum2 += right * left[2];
        sum3 += right * left[3];
      }
    }
  }
  if (slice == 0u) {
    for (var k = 4u * quads; k < params.k; k++) {
      let ak = i32(k) * a_step;
      let bk = i32(k) * b_step;
      let right = vec4<f32>(
        b_element(b0 + bk, 0u),
        b_element(b1 + bk, 1u),
        b_element(b2 + bk, 2u),
        b_element(b3 + bk, 3u),
      );
      sum0 += right * a_element(a0 + ak, 0u);
      if (ROWS > 1u) {
        sum1 += right * a_element(a1 + ak, 1u);
        sum2 += right * a_element(a2 + ak, 2u);
        sum3 += right * a_element(a3 + ak, 3u);
      }
    }
  }

  let i = batch * params.out_batch + row * params.out_row + col * params.out_col + slice * params.out_slice;
  store_row(i, col, sum0);
  if (ROWS > 1u) {
    if (row + 1u < params.m) {
      store_row(i + params.out_row, col, sum1);
    }
    if (row + 2u < params.m) {
      store_row(i + 2u * params.out_row, col, sum2);
    }
    if (row + 3u < params.m) {
      store_row(i + 3u * params.out_row, col, sum3);
    }
  }
}
