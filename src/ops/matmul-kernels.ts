/**
 * Chooses the matrix-product kernels for a shape: pure arithmetic, which must not know buffers, devices or WGSL text.
 */
import type { AdapterKind, KernelPass } from '../core/op.ts';

/** How an operand is read: element [batch, row, col] at offset + batch * batch + row * row + col * col, in elements. */
export interface MatmulOperand {
  readonly offset: number;
  readonly batch: number;
  readonly row: number;
  readonly col: number;
}

/** out[batch, m, n] (row-major, contiguous) = a[batch, m, k] x b[batch, k, n]; no size is zero. */
export interface MatmulShape {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: MatmulOperand;
  readonly b: MatmulOperand;
}

const SCATTERED = 0;
const ALONG_K = 1;
const ALONG_TILE = 2;
const WORKGROUP = 64;
const TILE_DEPTH = 16;
/** No invocation may loop further: one driver stops at 65,535 iterations in all. */
const MAX_ROUNDS = 16384;

/**
 * Products with less work than this, and no more than TINY_LENGTH of k, all share one small kernel: on a software
 * adapter compiling a specialised one takes longer (about 1 ms for each float loaded or stored in its text) than it saves.
 */
const TINY_WORK = 1024;
const TINY_LENGTH = 64;
/** Multiply-adds from which a software adapter's taller tile is worth its longer compilation. */
const TALL_WORK = 2 ** 21;
/** Quads that may be added up in one run; more are added up in blocks, for accuracy. */
const LONGEST_RUN = 32;

/** An operand seen from the product: `major` is its stride along the output (rows of a, columns of b). */
interface Side {
  /** Which input: 0 is a, 1 is b. */
  readonly input: number;
  readonly size: number;
  readonly offset: number;
  readonly batch: number;
  readonly major: number;
  readonly k: number;
}

interface Problem {
  readonly batch: number;
  readonly k: number;
  /** Rows and columns of the tiles. After an exchange the left side is b, and the output is walked transposed. */
  readonly left: Side;
  readonly right: Side;
  readonly outRow: number;
  readonly outCol: number;
}

/**
 * The dispatches that compute one matrix product, first to last; only the last writes the output, each element once.
 * Constants and aliases depend on the layout class alone, sizes are in `params`. The kernel's `a` may read input b, and
 * its `b` input a, where the exchanged product is the better shape.
 */
export function matmulPasses(shape: MatmulShape, adapter: AdapterKind): KernelPass[] {
  const problem = pose(shape);
  const { left, right, k, batch } = problem;
  const work = batch * left.size * right.size * k;
  if (work < TINY_WORK && k <= TINY_LENGTH) return registerPasses(problem, TINY, adapter);
  if (adapter === 'gpu') {
    const square = left.size >= 64 && right.size >= 64 && k >= TILE_DEPTH;
    return square ? tilePasses(problem) : registerPasses(problem, tileOf(problem, 4), adapter);
  }
  if (work < TALL_WORK || left.size === 1) return registerPasses(problem, tileOf(problem, 4), adapter);
  // The longer side should be the rows, of which this tile has eight.
  const tall = left.size <= 4 && right.size > 4 ? exchanged(problem) : problem;
  return registerPasses(tall, tileOf(tall, 8), adapter);
}

/** Folds a batch that only adds rows, drops strides of single rows, and makes a column vector a row. */
function pose(shape: MatmulShape): Problem {
  const { a, b, k, n } = shape;
  const rowStride = shape.m === 1 ? a.batch : a.row;
  const folds = shape.batch > 1 && b.batch === 0 && a.batch === shape.m * rowStride;
  const m = folds ? shape.batch * shape.m : shape.m;
  const batch = folds ? 1 : shape.batch;
  const stride = (size: number, value: number): number => (size === 1 ? 0 : value);
  const rows: Side = {
    input: 0,
    size: m,
    offset: a.offset,
    batch: stride(batch, a.batch),
    major: stride(m, rowStride),
    k: stride(k, a.col),
  };
  const cols: Side = {
    input: 1,
    size: n,
    offset: b.offset,
    batch: stride(batch, b.batch),
    major: stride(n, b.col),
    k: stride(k, b.row),
  };
  const problem = { batch, k, left: rows, right: cols, outRow: n, outCol: 1 };
  return n === 1 && m > 1 ? exchanged(problem) : problem;
}

/** The same product transposed: the columns of b become the rows. */
function exchanged({ batch, k, left, right, outRow, outCol }: Problem): Problem {
  return { batch, k, left: right, right: left, outRow: outCol, outCol: outRow };
}

/** Rows and columns of a register tile; `general` asks for the one text that serves every layout and length. */
interface RegisterTile {
  readonly rows: number;
  readonly cols: number;
  readonly general?: boolean;
}

const TINY: RegisterTile = { rows: 1, cols: 1, general: true };

const tileOf = ({ left, right }: Problem, tallest: number): RegisterTile => ({
  rows: left.size === 1 ? 1 : left.size <= 4 ? 4 : tallest,
  cols: right.size === 1 ? 1 : 4,
});

/** Which elements are adjacent and aligned for vector loads; `width` is the tile's along this side. */
function modeOf(side: Side, k: number, width: number): number {
  if (side.offset % 4 !== 0 || side.batch % 4 !== 0) return SCATTERED;
  if (side.k === 1 && k % 4 === 0 && side.major % 4 === 0) return ALONG_K;
  if (width >= 4 && side.major === 1 && side.size % 4 === 0 && side.k % 4 === 0) return ALONG_TILE;
  return SCATTERED;
}

const elementType = (mode: number): string => (mode === SCATTERED ? 'f32' : 'vec4<f32>');

const powerOfTwo = (limit: number): number => 2 ** Math.floor(Math.log2(Math.max(1, limit)));

function registerPasses(problem: Problem, tile: RegisterTile, adapter: AdapterKind): KernelPass[] {
  const { left, right, k, batch } = problem;
  const { rows, cols, general = false } = tile;
  // Lanes that store side by side are worth more than vector loads where k is short, on a GPU.
  const apart = adapter === 'gpu' && !general && k < 16 && right.major === 1 && right.size >= 4 * WORKGROUP;
  const step = apart ? WORKGROUP : 1;
  const tileRows = Math.ceil(left.size / rows);
  const tileCols = Math.ceil(right.size / (cols * step)) * step;
  const tiles = tileRows * tileCols * batch;
  const slices = general ? 1 : registerSlices(tiles, Math.floor(k / 4), adapter);
  const bulk = right.size > left.size ? right : left;
  const slicesFirst = slices > 1 && (tileCols < 16 || bulk.k === 1);
  const leftMode = general ? SCATTERED : modeOf(left, k, rows);
  const rightMode = general || apart ? SCATTERED : modeOf(right, k, cols);
  return finish(problem, slices, slicesFirst && adapter === 'gpu', {
    shader: 'matmul-register',
    constants: {
      A_MODE: leftMode,
      B_MODE: rightMode,
      ROWS: rows,
      COLS: cols,
      SLICES_FIRST: slicesFirst ? 1 : 0,
      COLUMN_STEP: step,
      ...(general ? { QUADS: 2, REST: 2 } : lengthClass(k, slices)),
    },
    aliases: { A: elementType(leftMode), B: elementType(rightMode) },
    params: { tiles, tile_rows: tileRows, tile_cols: tileCols },
    workgroups: Math.ceil((tiles * slices) / WORKGROUP),
  });
}

/** Which loops over k the kernel needs: its constants QUADS and REST. */
function lengthClass(k: number, slices: number): { QUADS: number; REST: number } {
  const quads = Math.floor(k / 4);
  const QUADS = quads <= 1 ? quads : quads / slices <= LONGEST_RUN ? 2 : 3;
  const REST = k % 4 === 0 ? 0 : k % 4 === 1 && slices === 1 ? 1 : 2;
  return { QUADS, REST };
}

/** Enough invocations to fill the device, each with enough quads of k to be worth its partial sum. */
function registerSlices(tiles: number, quads: number, adapter: AdapterKind): number {
  const invocations = adapter === 'gpu' ? 65536 : 256;
  const leastQuads = adapter === 'gpu' ? 4 : 32;
  const wanted = Math.min(invocations / tiles, quads / leastQuads, 16 * Math.sqrt(quads));
  return Math.max(powerOfTwo(wanted), Math.ceil(quads / MAX_ROUNDS));
}

function tilePasses(problem: Problem): KernelPass[] {
  const { left, right, k, batch } = problem;
  const count = (side: number): number => Math.ceil(left.size / side) * Math.ceil(right.size / side) * batch;
  const lanes = count(128) >= 256 ? 16 : 8;
  const tiles = count(8 * lanes);
  const steps = Math.ceil(k / TILE_DEPTH);
  const slices = Math.max(powerOfTwo(Math.min(256 / tiles, steps / 8)), Math.ceil(steps / MAX_ROUNDS));
  const leftMode = modeOf(left, k, 4);
  const rightMode = modeOf(right, k, 4);
  return finish(problem, slices, false, {
    shader: 'matmul-tile',
    constants: { A_MODE: leftMode, B_MODE: rightMode, LANES_M: lanes, LANES_N: lanes },
    aliases: { A: elementType(leftMode), B: elementType(rightMode) },
    params: {},
    workgroups: tiles * slices,
  });
}

type FirstPass = Omit<KernelPass, 'reads' | 'scratchElements'>;

/** Adds the sizes and strides, and the pass that sums the slices where there are several. */
function finish(problem: Problem, slices: number, adjacent: boolean, first: FirstPass): KernelPass[] {
  const { left, right, k, batch } = problem;
  const outputs = batch * left.size * right.size;
  // Adjacent: scratch[output, slice], a workgroup's lanes sum one output. Else scratch[slice, output], a lane each.
  const spread = adjacent ? slices : 1;
  const pass: KernelPass = {
    ...first,
    params: {
      ...first.params,
      m: left.size,
      n: right.size,
      k,
      batch,
      slices,
      out_batch: left.size * right.size * spread,
      out_row: problem.outRow * spread,
      out_col: problem.outCol * spread,
      out_slice: adjacent ? 1 : outputs,
      a_offset: left.offset,
      a_batch: left.batch,
      a_row: left.major,
      a_col: left.k,
      b_offset: right.offset,
      b_batch: right.batch,
      b_row: right.k,
      b_col: right.major,
    },
    reads: { a: left.input, b: right.input },
    ...(slices > 1 ? { scratchElements: slices * outputs } : {}),
  };
  if (slices === 1) return [pass];
  const lanes = adjacent ? 64 : 1;
  return [
    pass,
    {
      shader: 'matmul-sum',
      constants: { LANES: lanes },
      params: {
        outputs,
        slices,
        output_stride: spread,
        slice_stride: adjacent ? 1 : outputs,
      },
      workgroups: Math.ceil((outputs * lanes) / WORKGROUP),
      reads: { a: 'scratch' },
    },
  ];
}
