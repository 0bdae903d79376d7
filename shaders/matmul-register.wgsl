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
// Sums are kept short for accuracy: BLOCK quads are added up on their own before they join the rest.
//
// Layout: element a[b, r, k] lies at a_offset + b * a_batch + r * a_row + k * a_col, any stride may be 0 or negative.
// A quad of elements is loaded as one vector where A_MODE (B_MODE) says that it is adjacent and aligned to 4:
// along k, or along the tile, that is along the rows of a (the columns of b).
// The four columns of a tile are COLUMN_STEP apart: 1, or 64 so that the lanes of a workgroup store side by side.

const SCATTERED: u32 = 0u;
const ALONG_K: u32 = 1u;
const ALONG_TILE: u32 = 2u;

const A_MODE: u32 = 0u;
const B_MODE: u32 = 0u;
const ROWS: u32 = 4u;
const COLS: u32 = 4u;
const SLICES_FIRST: u32 = 0u;
const COLUMN_STEP: u32 = 1u;
// What there is of k, since a loop that runs once or never is dear on a software adapter: no quads (0), a single one (1),
// a run (2), blocks (3); then no rest (0), one k (1), up to three (2, slice 0 takes them).
const QUADS: u32 = 3u;
const REST: u32 = 2u;
const BLOCK: u32 = 64u;
const A_WIDTH: i32 = select(4, 1, A_MODE == SCATTERED);
const B_WIDTH: i32 = select(4, 1, B_MODE == SCATTERED);

alias A = f32; // f32 if A_MODE is SCATTERED, else vec4<f32>
alias B = f32;

struct Params {
  m: u32,
  n: u32,
  k: u32,
  batch: u32,
  slices: u32,
  tiles: u32,
  tile_rows: u32,
  tile_cols: u32,
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

// The product of one quad. Column r of the result is row r of the tile.
fn quad_sum(a_at: vec4<i32>, b_at: vec4<i32>, q: u32) -> mat4x4<f32> {
  let a_step = params.a_col;
  let b_step = params.b_row;
  let ai = a_at + i32(4u * q) * a_step;
  let bi = b_at + i32(4u * q) * b_step;
  var sum = mat4x4<f32>();
  if (COLS == 1u) {
    sum[0].x = dot(a_quad(ai.x, a_step), b_quad(bi.x, b_step));
    return sum;
  }
  // The columns of `right` are b's rows k, k + 1, k + 2, k + 3, each four columns of b wide.
  var right: mat4x4<f32>;
  if (B_MODE == ALONG_TILE) {
    right = mat4x4<f32>(
      b_quad(bi.x, 1),
      b_quad(bi.x + b_step, 1),
      b_quad(bi.x + 2 * b_step, 1),
      b_quad(bi.x + 3 * b_step, 1),
    );
  } else {
    right = transpose(mat4x4<f32>(
      b_quad(bi.x, b_step),
      b_quad(bi.y, b_step),
      b_quad(bi.z, b_step),
      b_quad(bi.w, b_step),
    ));
  }
  if (ROWS == 1u) {
    sum[0] = right * a_quad(ai.x, a_step);
  } else if (A_MODE == ALONG_TILE) {
    sum = right * transpose(mat4x4<f32>(
      a_quad(ai.x, 1),
      a_quad(ai.x + a_step, 1),
      a_quad(ai.x + 2 * a_step, 1),
      a_quad(ai.x + 3 * a_step, 1),
    ));
  } else {
    sum = right * mat4x4<f32>(
      a_quad(ai.x, a_step),
      a_quad(ai.y, a_step),
      a_quad(ai.z, a_step),
      a_quad(ai.w, a_step),
    );
  }
  return sum;
}

// The products of the quads first, first + slices, ... < end, added up.
fn run_sum(a_at: vec4<i32>, b_at: vec4<i32>, first: u32, end: u32) -> mat4x4<f32> {
  var sum = mat4x4<f32>();
  for (var q = first; q < end; q += params.slices) {
    sum += quad_sum(a_at, b_at, q);
  }
  return sum;
}

// The product of a single k: what is left of k after its quads.
fn single_sum(a_at: vec4<i32>, b_at: vec4<i32>, k: u32) -> mat4x4<f32> {
  let ai = a_at + i32(k) * params.a_col;
  let bi = b_at + i32(k) * params.b_row;
  var left = vec4<f32>(load_a(u32(ai.x / A_WIDTH)));
  var right = vec4<f32>(load_b(u32(bi.x / B_WIDTH)));
  if (ROWS > 1u && A_MODE != ALONG_TILE) {
    left.y = vec4<f32>(load_a(u32(ai.y / A_WIDTH))).x;
    left.z = vec4<f32>(load_a(u32(ai.z / A_WIDTH))).x;
    left.w = vec4<f32>(load_a(u32(ai.w / A_WIDTH))).x;
  }
  if (COLS > 1u && B_MODE != ALONG_TILE) {
    right.y = vec4<f32>(load_b(u32(bi.y / B_WIDTH))).x;
    right.z = vec4<f32>(load_b(u32(bi.z / B_WIDTH))).x;
    right.w = vec4<f32>(load_b(u32(bi.w / B_WIDTH))).x;
  }
  return mat4x4<f32>(right * left.x, right * left.y, right * left.z, right * left.w);
}

fn store_row(i: u32, col: u32, value: vec4<f32>) {
  let jump = COLUMN_STEP * params.out_col;
  store(i, value.x);
  if (COLS > 1u) {
    if (col + COLUMN_STEP < params.n) {
      store(i + jump, value.y);
    }
    if (col + 2u * COLUMN_STEP < params.n) {
      store(i + 2u * jump, value.z);
    }
    if (col + 3u * COLUMN_STEP < params.n) {
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
  // Few divisions: they cost most of a short product on a software adapter.
  let divisor = select(params.tiles, params.slices, SLICES_FIRST == 1u);
  let high = id / divisor;
  let low = id - high * divisor;
  let slice = select(high, low, SLICES_FIRST == 1u);
  let tile = select(low, high, SLICES_FIRST == 1u);
  let line = tile / params.tile_cols;
  let col_id = tile - line * params.tile_cols;
  let batch = line / params.tile_rows;
  let row = (line - batch * params.tile_rows) * ROWS;
  let col = (col_id / COLUMN_STEP) * (COLS * COLUMN_STEP) + col_id % COLUMN_STEP;
  if (slice >= params.slices || batch >= params.batch || col >= params.n) {
    return;
  }

  // Rows and columns past the edge repeat the last one; their sums are not stored.
  let rows = min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.m - 1u));
  let cols = min(vec4<u32>(col) + COLUMN_STEP * vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.n - 1u));
  let a_at = params.a_offset + i32(batch) * params.a_batch + vec4<i32>(rows) * params.a_row;
  let b_at = params.b_offset + i32(batch) * params.b_batch + vec4<i32>(cols) * params.b_col;

  let quads = params.k / 4u;
  var sum = mat4x4<f32>();
  if (QUADS == 3u) {
    let block = BLOCK * params.slices;
    for (var start = slice; start < quads; start += block) {
      sum += run_sum(a_at, b_at, start, min(quads, start + block));
    }
  } else if (QUADS == 2u) {
    sum = run_sum(a_at, b_at, slice, quads);
  } else if (QUADS == 1u) {
    sum = quad_sum(a_at, b_at, 0u);
  }
  if (REST == 1u) {
    sum += single_sum(a_at, b_at, 4u * quads);
  } else if (REST > 1u) {
    for (var k = select(params.k, 4u * quads, slice == 0u); k < params.k; k++) {
      sum += single_sum(a_at, b_at, k);
    }
  }

  let i = batch * params.out_batch + row * params.out_row + col * params.out_col + slice * params.out_slice;
  store_row(i, col, sum[0]);
  if (ROWS > 1u) {
    if (row + 1u < params.m) {
      store_row(i + params.out_row, col, sum[1]);
    }
    if (row + 2u < params.m) {
      store_row(i + 2u * params.out_row, col, sum[2]);
    }
    if (row + 3u < params.m) {
      store_row(i + 3u * params.out_row, col, sum[3]);
    }
  }
}
