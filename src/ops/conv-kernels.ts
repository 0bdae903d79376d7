// The passes of convolutions: sizes and strides of their operands, in the terms of the kernels' parameters.
import type { KernelPass } from '../core/op.ts';
import { sizeOf } from '../core/shape.ts';
import type { View } from '../core/view.ts';

/** How places of the input belong to places of the output; three numbers each, one for every dimension of the kernels. */
export interface ConvAttrs {
  readonly stride: readonly number[];
  /** Zeros before the first element. Those after the last follow from the sizes. */
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  /** Lengths of the result's last three dimensions. */
  readonly size: readonly number[];
}

const AXES = ['d', 'h', 'w'] as const;
type Named = Record<string, number>;

const named = (prefix: string, numbers: readonly number[]): Named =>
  Object.fromEntries(AXES.map((axis, i) => [`${prefix}_${axis}`, numbers[i]]));

/** Offset and strides of [batch, channel, depth, height, width]. */
function strided(name: string, { strides, offset }: View): Named {
  return {
    [`${name}_offset`]: offset,
    [`${name}_batch`]: strides[0],
    [`${name}_channel`]: strides[1],
    ...named(name, strides.slice(2)),
  };
}

const windowed = ({ stride, padding, dilation }: ConvAttrs): Named => ({
  ...named('stride', stride),
  ...named('pad', padding),
  ...named('dilation', dilation),
});

/** x [N, C, 3 dims] with w to [N, O, 3 dims]; the transpose takes x with O channels to C of them. */
export function convPasses(
  x: View,
  w: View,
  output: readonly number[],
  attrs: ConvAttrs,
  transposed: boolean,
): KernelPass[] {
  const { groups } = attrs;
  const rowsOfGroup = w.shape[0] / groups;
  const [channels, depth] = transposed ? [w.shape[1], rowsOfGroup] : [rowsOfGroup, w.shape[1]];
  const places = sizeOf(output.slice(2));
  const rows = channels === 1 ? 1 : 4;
  const placeTiles = Math.ceil(places / 4);
  const channelTiles = Math.ceil(channels / rows);
  const tiles = placeTiles * channelTiles * groups * output[0];
  const [, , kd, kh, kw] = w.shape;
  return [
    {
      shader: 'conv',
      constants: { TRANSPOSED: transposed, ROWS: rows },
      params: {
        tiles,
        place_tiles: placeTiles,
        channel_tiles: channelTiles,
        groups,
        places,
        channels,
        depth,
        out_h: output[3],
        out_w: output[4],
        taps: kd * kh * kw,
        k_h: kh,
        k_w: kw,
        ...named('in', x.shape.slice(2)),
        ...windowed(attrs),
        ...strided('x', x),
        w_offset: w.offset,
        w_group: rowsOfGroup * w.strides[0],
        w_out: transposed ? w.strides[1] : w.strides[0],
        w_in: transposed ? w.strides[0] : w.strides[1],
        ...named('w', w.strides.slice(2)),
      },
      workgroups: Math.ceil(tiles / 64),
      reads: { x: 0, w: 1 },
    },
  ];
}

/** Places that one invocation of the correlation sums in a row, and the most invocations of its first pass. */
const RUN = 256;
const INVOCATIONS = 65_536;

/** x [N, C, 3 dims] and g [N, O, 3 dims] to the weight's [O, C / groups, 3 dims]. */
export function convWeightPasses(
  x: View,
  g: View,
  output: readonly number[],
  attrs: ConvAttrs,
): KernelPass[] {
  const { groups } = attrs;
  const [, , kd, kh, kw] = output;
  const taps = kd * kh * kw;
  const channels = output[0] / groups;
  const columns = output[1] * taps;
  const columnTiles = Math.ceil(columns / 4);
  const rowTiles = Math.ceil(channels / 4);
  const tiles = columnTiles * rowTiles * groups;
  const total = g.shape[0] * sizeOf(g.shape.slice(2));
  const wanted = Math.min(Math.ceil(total / RUN), Math.ceil(INVOCATIONS / tiles));
  const run = Math.ceil(total / wanted);
  const slices = Math.ceil(total / run);
  const outputs = sizeOf(output);
  const first: KernelPass = {
    shader: 'conv_weight',
    params: {
      tiles,
      slices,
      run,
      total,
      column_tiles: columnTiles,
      row_tiles: rowTiles,
      columns,
      channels,
      depth: output[1],
      taps,
      k_h: kh,
      k_w: kw,
      ...named('out', g.shape.slice(2)),
      ...named('in', x.shape.slice(2)),
      ...windowed(attrs),
      ...strided('x', x),
      ...strided('g', g),
    },
    workgroups: Math.ceil((tiles * slices) / 64),
    reads: { x: 0, g: 1 },
  };
  if (slices === 1) return [first];
  return [
    { ...first, scratchElements: outputs * slices },
    {
      shader: 'reduce',
      aliases: { T: 'f32' },
      params: { outputs, length: slices, lanes: 1 },
      workgroups: Math.ceil(outputs / 64),
      reads: { a: 'scratch' },
    },
  ];
}
