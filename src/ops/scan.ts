// Running totals along a dimension: the constructor of scans, and running sums.
import type { DType } from '../core/dtype.ts';
import type { CoreOp, GradRule } from '../core/op.ts';
import { normalizeDim, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { add } from './arithmetic.ts';
import { cast } from './cast.ts';
import { constant } from './create.ts';
import { cat } from './joining.ts';
import { expand, flip, narrow, reshape } from './movement.ts';

/** Longest line that one invocation goes along; longer ones are cut into blocks. */
export const LINE = 512;

/** How two neighbouring totals become one. The operation is associative. */
export interface Scan {
  /** Statements that return what `a` and `b`, of the type, are together. */
  readonly wgsl: (dtype: DType) => string;
  readonly cpu: (a: number, b: number) => number;
  readonly integer?: (a: number, b: number) => number;
  /** The same on Values, for the totals of blocks. */
  readonly combine: (a: Value, b: Value) => Value;
  /** What changes nothing. */
  readonly identity: (dtype: DType) => number;
}
export interface ScanOp extends CoreOp<{ dim: number }> {
  readonly scan: Scan;
}

/** The lines along `dim` of a row-major tensor: how many, how long, and the step from element to element. */
export function linesAlong(
  shape: readonly number[],
  dim: number,
): { lines: number; length: number; inner: number } {
  const length = shape[dim];
  return { lines: sizeOf(shape) / length, length, inner: sizeOf(shape.slice(dim + 1)) };
}

export function scanOp(name: string, scan: Scan, grad: GradRule<{ dim: number }> | null = null): ScanOp {
  return {
    name,
    kind: 'core',
    scan,
    infer: ([x]) => x,
    access: () => ({ kind: 'indexed' }),
    passes: ({ inputs: [x], attrs: { dim } }) => {
      const params = linesAlong(x.shape, dim);
      return [
        {
          shader: 'scan',
          aliases: { T: x.dtype },
          functions: { combine: scan.wgsl(x.dtype) },
          params,
          workgroups: Math.ceil(params.lines / 64),
          reads: { a: 0 },
        },
      ];
    },
    cpu: ([x], output, { dim }) => {
      const combine = x.dtype === 'f32' ? scan.cpu : (scan.integer ?? scan.cpu);
      const { lines, length, inner } = linesAlong(x.shape, dim);
      for (let line = 0; line < lines; line++) {
        const start = Math.floor(line / inner) * length * inner + (line % inner);
        let total = x.data[start];
        output.data[start] = total;
        for (let j = 1; j < length; j++) {
          total = combine(total, x.data[start + j * inner]);
          output.data[start + j * inner] = total;
        }
      }
    },
    grad,
    batch: 'shift',
  };
}

/** The scan of x along a dimension that it has; long lines in blocks, whose totals are scanned in turn. */
export function scanned(op: ScanOp, x: Value, dim: number): Value {
  const n = x.shape[dim];
  if (n <= LINE) return applyCore(op, [x], { dim });
  const blocks = Math.ceil(n / LINE);
  const before = x.shape.slice(0, dim);
  const after = x.shape.slice(dim + 1);
  const nothing = (length: number): Value =>
    constant(op.scan.identity(x.dtype), [...before, length, ...after], x.dtype);
  const padded = n % LINE === 0 ? x : cat([x, nothing(blocks * LINE - n)], dim);
  const inside = applyCore(op, [reshape(padded, [...before, blocks, LINE, ...after])], { dim: dim + 1 });
  const totals = reshape(narrow(inside, dim + 1, LINE - 1, 1), [...before, blocks, ...after]);
  const running = scanned(op, narrow(totals, dim, 0, blocks - 1), dim);
  const offsets = reshape(cat([nothing(1), running], dim), [...before, blocks, 1, ...after]);
  const whole = op.scan.combine(expand(offsets, inside.shape), inside);
  return narrow(reshape(whole, padded.shape), dim, 0, n);
}

export const cumsumOp = /* @__PURE__ */ scanOp(
  'cumsum',
  {
    wgsl: () => 'return a + b;',
    cpu: (a, b) => a + b,
    integer: (a, b) => (a + b) | 0,
    combine: (a, b) => add(a, b),
    identity: () => 0,
  },
  (g, { attrs: { dim } }) => [flip(cumsum(flip(g, dim), dim), dim)],
);

/** Sum of the elements up to and including each, along `dim`. */
export function cumsum(x: Value, dim: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'cumsum');
  const input = x.dtype === 'bool' ? cast(x, 'i32') : x;
  return x.shape.length === 0 || x.size === 0 ? input : scanned(cumsumOp, input, axis);
}
