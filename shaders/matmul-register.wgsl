// Matrix product in registers, without workgroup memory or barriers:
//
//   out[b, r, c] = sum over k of a[b, r, k] * b[b, k, c]
//
// Who does what: one invocation owns a tile of ROWS x COLS outputs (8x4, 4x4, 1x4 or 1x1) of one batch, and one of
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
const BLOCK: u32 = 32u;
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

// The sums of a tile: column r of `top` is row r, column r of `low` is row 4 + r, if there are eight.
struct Tile {
  top: mat4x4<f32>,
  low: mat4x4<f32>,
}

// Where k = 0 of the tile's rows of a (the first and the second four) and columns of b lies.
struct Places {
  top: vec4<i32>,
  low: vec4<i32>,
  cols: vec4<i32>,
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

fn a_element(i: i32) -> f32 {
  return vec4<f32>(load_a(u32(i / A_WIDTH))).x;
}

fn b_element(i: i32) -> f32 {
  return vec4<f32>(load_b(u32(i / B_WIDTH))).x;
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

// Four rows of a, at `at`, by the four k of quad q: a row is a column of the result.
fn a_fragment(at: vec4<i32>, q: u32) -> mat4x4<f32> {
  let step = params.a_col;
  let i = at + i32(4u * q) * step;
  if (A_MODE == ALONG_TILE) {
    return transpose(mat4x4<f32>(
      a_quad(i.x, 1),
      a_quad(i.x + step, 1),
      a_quad(i.x + 2 * step, 1),
      a_quad(i.x + 3 * step, 1),
    ));
  }
  return mat4x4<f32>(a_quad(i.x, step), a_quad(i.y, step), a_quad(i.z, step), a_quad(i.w, step));
}

// The four k of quad q by four columns of b, at `at`: a k is a column of the result.
fn b_fragment(at: vec4<i32>, q: u32) -> mat4x4<f32> {
  let step = params.b_row;
  let i = at + i32(4u * q) * step;
  if (B_MODE == ALONG_TILE) {
    return mat4x4<f32>(
      b_quad(i.x, 1),
      b_quad(i.x + step, 1),
      b_quad(i.x + 2 * step, 1),
      b_quad(i.x + 3 * step, 1),
    );
  }
  return transpose(mat4x4<f32>(b_quad(i.x, step), b_quad(i.y, step), b_quad(i.z, step), b_quad(i.w, step)));
}

// One k of four rows of a or four columns of b.
fn a_line(at: vec4<i32>, k: u32) -> vec4<f32> {
  let i = at + i32(k) * params.a_col;
  if (A_MODE == ALONG_TILE || ROWS == 1u) {
    return vec4<f32>(load_a(u32(i.x / A_WIDTH)));
  }
  return vec4<f32>(a_element(i.x), a_element(i.y), a_element(i.z), a_element(i.w));
}

fn b_line(at: vec4<i32>, k: u32) -> vec4<f32> {
  let i = at + i32(k) * params.b_row;
  if (B_MODE == ALONG_TILE || COLS == 1u) {
    return vec4<f32>(load_b(u32(i.x / B_WIDTH)));
  }
  return vec4<f32>(b_element(i.x), b_element(i.y), b_element(i.z), b_element(i.w));
}

// The product of one quad, over the whole tile.
fn quad_product(at: Places, q: u32) -> Tile {
  var product = Tile();
  if (COLS == 1u) {
    let k = i32(4u * q);
    product.top[0].x = dot(
      a_quad(at.top.x + k * params.a_col, params.a_col),
      b_quad(at.cols.x + k * params.b_row, params.b_row),
    );
    return product;
  }
  let right = b_fragment(at.cols, q);
  if (ROWS == 1u) {
    product.top[0] = right * a_quad(at.top.x + i32(4u * q) * params.a_col, params.a_col);
    return product;
  }
  product.top = right * a_fragment(at.top, q);
  if (ROWS == 8u) {
    product.low = right * a_fragment(at.low, q);
  }
  return product;
}

// The product of one k.
fn single_product(at: Places, k: u32) -> Tile {
  let right = b_line(at.cols, k);
  var product = Tile();
  product.top = outer(right, a_line(at.top, k));
  if (ROWS == 8u) {
    product.low = outer(right, a_line(at.low, k));
  }
  return product;
}

fn outer(right: vec4<f32>, left: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(right * left.x, right * left.y, right * left.z, right * left.w);
}

fn add(x: Tile, y: Tile) -> Tile {
  return Tile(x.top + y.top, x.low + y.low);
}

// The products of the quads first, first + slices, ... < end, added up.
fn run_sum(at: Places, first: u32, end: u32) -> Tile {
  var sum = Tile();
  for (var q = first; q < end; q += params.slices) {
    sum = add(sum, quad_product(at, q));
  }
  return sum;
}

fn store_row(base: u32, row: u32, col: u32, value: vec4<f32>) {
  if (row < params.m) {
    let i = base + row * params.out_row;
    let step = COLUMN_STEP * params.out_col;
    store(i, value.x);
    if (COLS == 4u) {
      if (col + COLUMN_STEP < params.n) {
        store(i + step, value.y);
      }
      if (col + 2u * COLUMN_STEP < params.n) {
        store(i + 2u * step, value.z);
      }
      if (col + 3u * COLUMN_STEP < params.n) {
        store(i + 3u * step, value.w);
      }
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
  let rows = vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u);
  let cols = vec4<u32>(col) + COLUMN_STEP * vec4<u32>(0u, 1u, 2u, 3u);
  let a_base = params.a_offset + i32(batch) * params.a_batch;
  let b_base = params.b_offset + i32(batch) * params.b_batch;
  let at = Places(
    a_base + vec4<i32>(min(rows, vec4<u32>(params.m - 1u))) * params.a_row,
    a_base + vec4<i32>(min(rows + 4u, vec4<u32>(params.m - 1u))) * params.a_row,
    b_base + vec4<i32>(min(cols, vec4<u32>(params.n - 1u))) * params.b_col,
  );

  let quads = params.k / 4u;
  var sum = Tile();
  if (QUADS == 3u) {
    let block = BLOCK * params.slices;
    for (var start = slice; start < quads; start += block) {
      sum = add(sum, run_sum(at, start, min(quads, start + block)));
    }
  } else if (QUADS == 2u) {
    sum = run_sum(at, slice, quads);
  } else if (QUADS == 1u) {
    sum = quad_product(at, 0u);
  }
  if (REST == 1u) {
    sum = add(sum, single_product(at, 4u * quads));
  } else if (REST == 2u) {
    for (var k = select(params.k, 4u * quads, slice == 0u); k < params.k; k++) {
      sum = add(sum, single_product(at, k));
    }
  }

  let i = batch * params.out_batch + col * params.out_col + slice * params.out_slice;
  store_row(i, row, col, sum.top[0]);
  if (ROWS >= 4u) {
    store_row(i, row + 1u, col, sum.top[1]);
    store_row(i, row + 2u, col, sum.top[2]);
    store_row(i, row + 3u, col, sum.top[3]);
  }
  if (ROWS == 8u) {
    store_row(i, row + 4u, col, sum.low[0]);
    store_row(i, row + 5u, col, sum.low[1]);
    store_row(i, row + 6u, col, sum.low[2]);
    store_row(i, row + 7u, col, sum.low[3]);
  }
}
