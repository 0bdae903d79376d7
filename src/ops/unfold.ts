// Windows that slide over dimensions, and their sums: unfold, im2col and back.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CoreOp, ViewOp } from '../core/op.ts';
import { formatShape, normalizeDim, sizeOf } from '../core/shape.ts';
import { type Value, applyCore, applyView } from '../core/value.ts';
import { constant, disconnected } from './create.ts';
import { embed } from './joining.ts';
import { narrow, permute, reshape } from './movement.ts';

interface WindowAttrs {
  readonly dim: number;
  /** Elements of a window, and how far apart they are. */
  readonly size: number;
  readonly dilation: number;
  /** From the start of one window to the next. */
  readonly step: number;
  /** Length of the dimension. */
  readonly length: number;
}
const windowsOf = ({ length, size, dilation, step }: WindowAttrs): number =>
  Math.floor((length - (size - 1) * dilation - 1) / step) + 1;

export const unfoldOp: ViewOp<WindowAttrs> = {
  name: 'unfold',
  kind: 'view',
  total: true,
  infer: ({ shape }, attrs) => [...shape.map((n, d) => (d === attrs.dim ? windowsOf(attrs) : n)), attrs.size],
  view: ({ shape, strides, offset }, attrs) => {
    const { dim, size, dilation, step } = attrs;
    return {
      shape: [...shape.map((n, d) => (d === dim ? windowsOf(attrs) : n)), size],
      strides: [...strides.map((s, d) => (d === dim ? s * step : s)), strides[dim] * dilation],
      offset,
    };
  },
  grad: (g, { attrs }) => [overlapped(g, attrs)],
};

/** The windows added up where they lie: the transpose of unfold. */
export const foldOp: CoreOp<WindowAttrs> = {
  name: 'fold',
  kind: 'core',
  infer: ([x], { dim, length }) => ({
    shape: x.shape.slice(0, -1).map((n, d) => (d === dim ? length : n)),
    dtype: x.dtype,
  }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [x], output, attrs: { dim, size: window, dilation, step, length } }) => {
    const size = sizeOf(output.shape);
    return [
      {
        shader: 'fold',
        aliases: { T: output.dtype },
        params: {
          size,
          inner: sizeOf(output.shape.slice(dim + 1)),
          length,
          count: x.shape[dim],
          window,
          dilation,
          step,
        },
        workgroups: Math.ceil(size / 64),
        reads: { a: 0 },
      },
    ];
  },
  cpu: ([x], output, { dim, size, dilation, step, length }) => {
    const inner = sizeOf(output.shape.slice(dim + 1));
    const count = x.shape[dim];
    output.data.fill(0);
    for (let i = 0; i < x.data.length; i++) {
      const w = i % size;
      const k = Math.floor(i / size) % inner;
      const j = Math.floor(i / (size * inner)) % count;
      const outer = Math.floor(i / (size * inner * count));
      output.data[(outer * length + j * step + w * dilation) * inner + k] += x.data[i];
    }
  },
  grad: (g, { attrs }) => [applyView(unfoldOp, g, attrs)],
  batch: 'shift',
  linear: true,
};
function overlapped(x: Value, attrs: WindowAttrs): Value {
  const { shape } = foldOp.infer([x], attrs);
  return x.size === 0 ? disconnected(constant(0, shape, x.dtype), [x]) : applyCore(foldOp, [x], attrs);
}

/** Windows of `size` elements, `step` apart, along a new last dimension; no copy. [.., n, ..] → [.., (n − size)/step + 1, .., size] */
export function unfold(x: Value, dimension: number, size: number, step: number): Value {
  const dim = normalizeDim(dimension, x.shape.length, 'unfold');
  const line = x.shape.length === 0 ? reshape(x, [1]) : x;
  const length = line.shape[dim];
  if (!Number.isInteger(size) || size < 0 || size > length || !Number.isInteger(step) || step < 1) {
    throw new ValueError('unfold: no window of this size and step', {
      expected: `a size up to ${length}, the length of dimension ${dim}, and a step > 0`,
      got: `size ${size}, step ${step}`,
    });
  }
  const windows = applyView(unfoldOp, line, { dim, size, dilation: 1, step, length });
  return x.shape.length === 0 ? reshape(windows, [size]) : windows;
}

/** One number for both dimensions of a picture, or one for each. */
export type Pair = number | readonly number[];
export interface WindowOptions {
  readonly dilation?: Pair | undefined;
  readonly padding?: Pair | undefined;
  readonly stride?: Pair | undefined;
}
/** Two whole numbers, at least `least`. */
export function pair(where: string, x: Pair, least: number): readonly [number, number] {
  const [a, b] = typeof x === 'number' ? [x, x] : x.length === 1 ? [x[0], x[0]] : x;
  if ([a, b].some((n) => !Number.isInteger(n) || n < least) || (typeof x !== 'number' && x.length > 2)) {
    throw new ValueError(`${where}: not one or two whole numbers`, {
      expected: `numbers ≥ ${least}`,
      got: String(x),
    });
  }
  return [a, b];
}

interface Blocks {
  /** Height and width without and with padding, then the windows of each, then how many there are. */
  readonly kernel: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly attrs: readonly [WindowAttrs, WindowAttrs];
  readonly counts: readonly [number, number];
}
/** How the windows lie on pictures [n, c, height, width]. */
function blocksOf(name: string, size: readonly number[], kernelSize: Pair, options: WindowOptions): Blocks {
  const kernel = pair(`${name}: kernelSize`, kernelSize, 1);
  const dilation = pair(`${name}: dilation`, options.dilation ?? 1, 1);
  const padding = pair(`${name}: padding`, options.padding ?? 0, 0);
  const stride = pair(`${name}: stride`, options.stride ?? 1, 1);
  const attrsOf = (i: 0 | 1): WindowAttrs => ({
    dim: 2 + i,
    size: kernel[i],
    dilation: dilation[i],
    step: stride[i],
    length: size[i] + 2 * padding[i],
  });
  const attrs = [attrsOf(0), attrsOf(1)] as const;
  const counts = [windowsOf(attrs[0]), windowsOf(attrs[1])] as const;
  if (counts.some((n) => n < 1)) {
    throw new ShapeError(`${name}: the window is larger than the padded picture`, {
      expected: `at most ${formatShape(attrs.map((a) => a.length))}`,
      got: formatShape(attrs.map((a) => (a.size - 1) * a.dilation + 1)),
    });
  }
  return { kernel, padding, attrs, counts };
}

/** Blocks of pictures as columns (nn.functional.unfold). [n, c, h, w] → [n, c·kh·kw, number of blocks]; without n likewise */
export function im2col(x: Value, kernelSize: Pair, options: WindowOptions = {}): Value {
  const rank = x.shape.length;
  if ((rank !== 3 && rank !== 4) || sizeOf(x.shape.slice(-3)) === 0) {
    throw new ShapeError('im2col: not pictures', {
      expected: '[n, c, h, w] or [c, h, w]',
      got: formatShape(x.shape),
    });
  }
  if (rank === 3) {
    const columns = im2col(reshape(x, [1, ...x.shape]), kernelSize, options);
    return reshape(columns, columns.shape.slice(1));
  }
  const [n, c, height, width] = x.shape;
  const { kernel, padding, attrs, counts } = blocksOf('im2col', [height, width], kernelSize, options);
  const high = embed(x, 2, padding[0], 1, attrs[0].length);
  const wide = embed(high, 3, padding[1], 1, attrs[1].length);
  // [n, c, rows, columns, kh, kw], then the kernel's places before the blocks.
  const windows = applyView(unfoldOp, applyView(unfoldOp, wide, attrs[0]), attrs[1]);
  return reshape(permute(windows, [0, 1, 4, 5, 2, 3]), [n, c * kernel[0] * kernel[1], counts[0] * counts[1]]);
}

/** Columns added up as the blocks of pictures that they are (nn.functional.fold). [n, c·kh·kw, blocks] → [n, c, h, w]; without n likewise */
export function col2im(x: Value, outputSize: Pair, kernelSize: Pair, options: WindowOptions = {}): Value {
  if (x.shape.length === 2) {
    const pictures = col2im(reshape(x, [1, ...x.shape]), outputSize, kernelSize, options);
    return reshape(pictures, pictures.shape.slice(1));
  }
  const size = pair('col2im: outputSize', outputSize, 1);
  const { kernel, padding, attrs, counts } = blocksOf('col2im', size, kernelSize, options);
  const [n, rows, blocks] = x.shape;
  const area = kernel[0] * kernel[1];
  if (x.shape.length !== 3 || rows % area !== 0 || rows === 0 || blocks !== counts[0] * counts[1]) {
    throw new ShapeError('col2im: the columns are not blocks of such pictures', {
      expected: `[n, c · ${area}, ${counts[0] * counts[1]}]`,
      got: formatShape(x.shape),
    });
  }
  const windows = permute(reshape(x, [n, rows / area, ...kernel, ...counts]), [0, 1, 4, 5, 2, 3]);
  const padded = overlapped(overlapped(windows, attrs[1]), attrs[0]);
  return narrow(narrow(padded, 2, padding[0], size[0]), 3, padding[1], size[1]);
}
