// Resizing along the last dimensions: to the nearest element, or linearly between two, one dimension at a time.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CompositeOp } from '../core/op.ts';
import { formatShape } from '../core/shape.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import { add, clamp, div, minimum, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { iota } from './create.ts';
import { indexSelect } from './indexing.ts';
import { floor } from './math.ts';
import { expand, reshape } from './movement.ts';
import { composite } from './statistics.ts';
import { type PerDim, checkFloat, perDim } from './window.ts';

export interface InterpolateOptions {
  /** Lengths of the result's dimensions after the channels. */
  readonly size?: PerDim | null | undefined;
  /** Or by what each is multiplied. */
  readonly scaleFactor?: PerDim | null | undefined;
  /** 'linear' takes one dimension after the channels, 'bilinear' two. Default 'nearest'. */
  readonly mode?: 'nearest' | 'linear' | 'bilinear' | undefined;
  /** Whether the first and last elements stay at the ends. Only between elements. */
  readonly alignCorners?: boolean | null | undefined;
}
const DIMS = { linear: 1, bilinear: 2 } as const;

interface Axis {
  readonly dim: number;
  readonly length: number;
  readonly out: number;
  /** The factor that was asked for, or null where the size was. */
  readonly factor: number | null;
}

function nearest(x: Value, { dim, length, out, factor }: Axis): Value {
  const index = cast(iota([out]), 'i32');
  const place =
    factor === null
      ? div(mul(index, length), out, { roundingMode: 'floor' })
      : cast(floor(mul(cast(index, 'f32'), 1 / factor)), 'i32');
  return indexSelect(x, dim, minimum(place, length - 1));
}

function linear(x: Value, { dim, length, out, factor }: Axis, align: boolean): Value {
  const index = cast(iota([out]), 'f32');
  const ratio = factor === null ? length / out : 1 / factor;
  const source = align
    ? mul(index, out > 1 ? (length - 1) / (out - 1) : 0)
    : clamp(sub(mul(add(index, 0.5), ratio), 0.5), { min: 0 });
  const below = minimum(floor(source), length - 1);
  const place = cast(below, 'i32');
  const [near, far] = [indexSelect(x, dim, place), indexSelect(x, dim, minimum(add(place, 1), length - 1))];
  const share = expand(
    reshape(
      sub(source, below),
      near.shape.map((n, d) => (d === dim ? n : 1)),
    ),
    near.shape,
  );
  return add(mul(near, sub(1, share)), mul(far, share));
}

export const interpolateOp: CompositeOp = /* @__PURE__ */ composite('interpolate');
/** x [N, C, ..] resized to `size`, or by `scaleFactor`, along the dimensions after the channels. */
export function interpolate(x: Value, options: InterpolateOptions): Value {
  const { size = null, scaleFactor = null, mode = 'nearest', alignCorners = null } = options;
  const name = 'interpolate';
  checkFloat(name, x);
  const dims = x.shape.length - 2;
  if (mode !== 'nearest' && !(mode in DIMS)) {
    throw new ValueError(`${name}: unknown mode`, {
      expected: "'nearest', 'linear' or 'bilinear'",
      got: mode,
    });
  }
  if (dims < 1 || dims > 3 || x.size === 0 || (mode !== 'nearest' && dims !== DIMS[mode])) {
    throw new ShapeError(`${name}: the input does not fit the mode '${mode}'`, {
      expected: `[N, C, ${mode === 'nearest' ? 'one to three' : DIMS[mode]} more], none of them empty`,
      got: formatShape(x.shape),
    });
  }
  if ((size === null) === (scaleFactor === null)) {
    throw new ValueError(`${name}: either size or scaleFactor must be given`);
  }
  if (mode === 'nearest' && alignCorners !== null) {
    throw new ValueError(`${name}: alignCorners is for modes between elements`);
  }
  const factors = typeof scaleFactor === 'number' ? new Array<number>(dims).fill(scaleFactor) : scaleFactor;
  const lengths = x.shape.slice(2);
  const wanted = factors === null ? (size ?? []) : lengths.map((n, d) => Math.floor(n * (factors[d] ?? NaN)));
  const out = perDim(name, 'size', wanted, dims, 1);
  const body = out.reduce((y, n, d) => {
    const axis = { dim: d + 2, length: lengths[d], out: n, factor: factors?.[d] ?? null };
    return mode === 'nearest' ? nearest(y, axis) : linear(y, axis, alignCorners ?? false);
  }, x);
  return applyComposite(interpolateOp, [x], none, body);
}
