// Matrix product through workgroup memory, for real GPUs and large outputs:
//
//   out[b, r, c] = sum over k of a[b, r, k] * b[b, k, c]
//
// Who does what: a workgroup of LANES_M x LANES_N lanes owns 8 LANES_M x 8 LANES_N outputs and walks k by 16. For each
// step every lane loads at most one 4x4 fragment of a and one of b (4 rows or columns by 4 k), keeps them in registers
// while the step before is being multiplied, then puts them into workgroup memory, k by k, as vectors along the tile.
// A lane owns 8x8 outputs as four 4x4 blocks: rows 4 y and 4 (y + LANES_M), columns 4 x and 4 (x + LANES_N), so that
// neighbouring lanes read neighbouring vectors. Per k a lane reads 4 vectors and does 64 multiply-adds.
// With slices > 1, slice s takes the k steps s, s + slices, ... and `out` is a scratch buffer for matmul-sum.wgsl.
//
// Layout and modes are those of matmul-register.wgsl.

const SCATTERED: u32 = 0u;
const ALONG_K: u32 = 1u;
const ALONG_TILE: u32 = 2u;

const A_MODE: u32 = 0u;
const B_MODE: u32 = 0u;
const LANES_M: u32 = 8u;
const LANES_N: u32 = 8u;

alias A = f32; // f32 if A_MODE is SCATTERED, else vec4<f32>
alias B = f32;

const LANES: u32 = LANES_M * LANES_N;
const DEPTH: u32 = 16u;
const QUADS_M: u32 = 2u * LANES_M;
const QUADS_N: u32 = 2u * LANES_N;
const A_FRAGMENTS: u32 = QUADS_M * DEPTH / 4u;
const B_FRAGMENTS: u32 = QUADS_N * DEPTH / 4u;

struct Params {
  m: u32,
  n: u32,
  k: u32,
  batch: u32,
  slices: u32,
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

var<workgroup> a_tile: array<vec4<f32>, DEPTH * QUADS_M>;
var<workgroup> b_tile: array<vec4<f32>, DEPTH * QUADS_N>;

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
fn a_quad(i: i32) -> vec4<f32> {
  return vec4<f32>(load_a(u32(i) / 4u));
}

fn b_quad(i: i32) -> vec4<f32> {
  return vec4<f32>(load_b(u32(i) / 4u));
}

// The quad of a at row `quad` * 4 of the tile and at k, as a vector along the rows; zero past the end of k, where
// both operands must be zero, since 0 * inf is no zero. Rows past the edge repeat the last one.
fn a_line(base: i32, row: u32, k: u32) -> vec4<f32> {
  if (k >= params.k) {
    return vec4<f32>();
  }
  let i = base + i32(k) * params.a_col;
  if (A_MODE == ALONG_TILE) {
    return a_quad(i + i32(min(row, params.m - 4u)) * params.a_row);
  }
  return vec4<f32>(
    vec4<f32>(load_a(u32(i + i32(min(row, params.m - 1u)) * params.a_row))).x,
    vec4<f32>(load_a(u32(i + i32(min(row + 1u, params.m - 1u)) * params.a_row))).x,
    vec4<f32>(load_a(u32(i + i32(min(row + 2u, params.m - 1u)) * params.a_row))).x,
    vec4<f32>(load_a(u32(i + i32(min(row + 3u, params.m - 1u)) * params.a_row))).x,
  );
}

fn b_line(base: i32, col: u32, k: u32) -> vec4<f32> {
  if (k >= params.k) {
    return vec4<f32>();
  }
  let i = base + i32(k) * params.b_row;
  if (B_MODE == ALONG_TILE) {
    return b_quad(i + i32(min(col, params.n - 4u)) * params.b_col);
  }
  return vec4<f32>(
    vec4<f32>(load_b(u32(i + i32(min(col, params.n - 1u)) * params.b_col))).x,
    vec4<f32>(load_b(u32(i + i32(min(col + 1u, params.n - 1u)) * params.b_col))).x,
    vec4<f32>(load_b(u32(i + i32(min(col + 2u, params.n - 1u)) * params.b_col))).x,
    vec4<f32>(load_b(u32(i + i32(min(col + 3u, params.n - 1u)) * params.b_col))).x,
  );
}

// Four lines k, k + 1, k + 2, k + 3. Along k they come from four vector loads and a transposition in registers.
fn a_fragment(base: i32, row: u32, k: u32) -> mat4x4<f32> {
  if (A_MODE == ALONG_K) {
    if (k >= params.k) {
      return mat4x4<f32>();
    }
    let i = base + i32(k);
    return transpose(mat4x4<f32>(
      a_quad(i + i32(min(row, params.m - 1u)) * params.a_row),
      a_quad(i + i32(min(row + 1u, params.m - 1u)) * params.a_row),
      a_quad(i + i32(min(row + 2u, params.m - 1u)) * params.a_row),
      a_quad(i + i32(min(row + 3u, params.m - 1u)) * params.a_row),
    ));
  }
  return mat4x4<f32>(
    a_line(base, row, k),
    a_line(base, row, k + 1u),
    a_line(base, row, k + 2u),
    a_line(base, row, k + 3u),
  );
}

fn b_fragment(base: i32, col: u32, k: u32) -> mat4x4<f32> {
  if (B_MODE == ALONG_K) {
    if (k >= params.k) {
      return mat4x4<f32>();
    }
    let i = base + i32(k);
    return transpose(mat4x4<f32>(
      b_quad(i + i32(min(col, params.n - 1u)) * params.b_col),
      b_quad(i + i32(min(col + 1u, params.n - 1u)) * params.b_col),
      b_quad(i + i32(min(col + 2u, params.n - 1u)) * params.b_col),
      b_quad(i + i32(min(col + 3u, params.n - 1u)) * params.b_col),
    ));
  }
  return mat4x4<f32>(
    b_line(base, col, k),
    b_line(base, col, k + 1u),
    b_line(base, col, k + 2u),
    b_line(base, col, k + 3u),
  );
}

// Column r of the result is row r of the block: right * left[r].
fn outer(left: vec4<f32>, right: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(right * left.x, right * left.y, right * left.z, right * left.w);
}

fn store_row(base: u32, row: u32, col: u32, value: vec4<f32>) {
  if (row >= params.m) {
    return;
  }
  let i = base + row * params.out_row + col * params.out_col;
  if (col < params.n) {
    store(i, value.x);
  }
  if (col + 1u < params.n) {
    store(i + params.out_col, value.y);
  }
  if (col + 2u < params.n) {
    store(i + 2u * params.out_col, value.z);
  }
  if (col + 3u < params.n) {
    store(i + 3u * params.out_col, value.w);
  }
}

fn store_block(base: u32, row: u32, col: u32, block: mat4x4<f32>) {
  store_row(base, row, col, block[0]);
  store_row(base, row + 1u, col, block[1]);
  store_row(base, row + 2u, col, block[2]);
  store_row(base, row + 3u, col, block[3]);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile_rows = (params.m + 4u * QUADS_M - 1u) / (4u * QUADS_M);
  let tile_cols = (params.n + 4u * QUADS_N - 1u) / (4u * QUADS_N);
  let tiles = tile_rows * tile_cols * params.batch;
  let id = group.x + group.y * groups.x;
  if (id >= tiles * params.slices) {
    return;
  }
  let slice = id / tiles;
  let tile = id % tiles;
  let batch = tile / (tile_rows * tile_cols);
  let row = tile / tile_cols % tile_rows * (4u * QUADS_M);
  let col = tile % tile_cols * (4u * QUADS_N);
  let a_base = params.a_offset + i32(batch) * params.a_batch;
  let b_base = params.b_offset + i32(batch) * params.b_batch;

  // Which fragment this lane loads: a's by the first lanes, b's by the last. Neighbours differ in k where memory runs
  // along k, else in the row or column.
  let loads_a = lane < A_FRAGMENTS;
  let loads_b = lane >= LANES - B_FRAGMENTS;
  let b_lane = lane - (LANES - B_FRAGMENTS);
  let a_along_k = A_MODE != ALONG_TILE && params.a_col == 1;
  let b_along_k = B_MODE != ALONG_TILE && params.b_row == 1;
  let a_major = select(lane % QUADS_M, lane / (DEPTH / 4u), a_along_k);
  let b_major = select(b_lane % QUADS_N, b_lane / (DEPTH / 4u), b_along_k);
  let a_k = 4u * select(lane / QUADS_M, lane % (DEPTH / 4u), a_along_k);
  let b_k = 4u * select(b_lane / QUADS_N, b_lane % (DEPTH / 4u), b_along_k);
  var next_a = mat4x4<f32>();
  var next_b = mat4x4<f32>();
  let y = lane / LANES_N;
  let x = lane % LANES_N;

  var sum00 = mat4x4<f32>();
  var sum01 = mat4x4<f32>();
  var sum10 = mat4x4<f32>();
  var sum11 = mat4x4<f32>();
  let first = slice * DEPTH;
  if (loads_a) {
    next_a = a_fragment(a_base, row + 4u * a_major, first + a_k);
  }
  if (loads_b) {
    next_b = b_fragment(b_base, col + 4u * b_major, first + b_k);
  }
  for (var k = first; k < params.k; k += DEPTH * params.slices) {
    workgroupBarrier();
    if (loads_a) {
      let at = a_k * QUADS_M + a_major;
      a_tile[at] = next_a[0];
      a_tile[at + QUADS_M] = next_a[1];
      a_tile[at + 2u * QUADS_M] = next_a[2];
      a_tile[at + 3u * QUADS_M] = next_a[3];
    }
    if (loads_b) {
      let at = b_k * QUADS_N + b_major;
      b_tile[at] = next_b[0];
      b_tile[at + QUADS_N] = next_b[1];
      b_tile[at + 2u * QUADS_N] = next_b[2];
      b_tile[at + 3u * QUADS_N] = next_b[3];
    }
    workgroupBarrier();
    let next = k + DEPTH * params.slices;
    if (loads_a) {
      next_a = a_fragment(a_base, row + 4u * a_major, next + a_k);
    }
    if (loads_b) {
      next_b = b_fragment(b_base, col + 4u * b_major, next + b_k);
    }
    for (var j = 0u; j < DEPTH; j++) {
      let left0 = a_tile[j * QUADS_M + y];
      let left1 = a_tile[j * QUADS_M + y + LANES_M];
      let right0 = b_tile[j * QUADS_N + x];
      let right1 = b_tile[j * QUADS_N + x + LANES_N];
      sum00 += outer(left0, right0);
      sum01 += outer(left0, right1);
      sum10 += outer(left1, right0);
      sum11 += outer(left1, right1);
    }
  }

  let base = batch * params.out_batch + slice * params.out_slice;
  store_block(base, row + 4u * y, col + 4u * x, sum00);
  store_block(base, row + 4u * y, col + 4u * (x + LANES_N), sum01);
  store_block(base, row + 4u * (y + LANES_M), col + 4u * x, sum10);
  store_block(base, row + 4u * (y + LANES_M), col + 4u * (x + LANES_N), sum11);
}
