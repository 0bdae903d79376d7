// The gradient of a convolution with respect to its weight, a correlation:
//
//   out[o, c, k] = Σ over n, p of x[n, c, p · stride − padding + k · dilation] · g[n, o, p]
//
// One invocation sums four output channels by four (c, k) over one of `slices` runs of (n, p). With one slice the
// result is final; with more, out is scratch [o, c, k, slice] that a sum finishes. The four (c, k) of an invocation
// are `column_tiles` apart, so that neighbouring lanes read side by side. Channels are counted within a group.
struct Params {
  tiles: u32,
  slices: u32,
  run: u32,
  total: u32,
  column_tiles: u32,
  row_tiles: u32,
  columns: u32,
  channels: u32,
  depth: u32,
  taps: u32,
  k_h: u32,
  k_w: u32,
  out_d: u32,
  out_h: u32,
  out_w: u32,
  in_d: i32,
  in_h: i32,
  in_w: i32,
  stride_d: i32,
  stride_h: i32,
  stride_w: i32,
  pad_d: i32,
  pad_h: i32,
  pad_w: i32,
  dilation_d: i32,
  dilation_h: i32,
  dilation_w: i32,
  x_offset: i32,
  x_batch: i32,
  x_channel: i32,
  x_d: i32,
  x_h: i32,
  x_w: i32,
  g_offset: i32,
  g_batch: i32,
  g_channel: i32,
  g_d: i32,
  g_h: i32,
  g_w: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn load_x(i: u32) -> f32 {
  return x[i];
}

fn load_g(i: u32) -> f32 {
  return g[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
}

// Where the source of tap k lies relative to that of the place itself.
fn reach_of(column: u32) -> vec3<i32> {
  let t = column % params.taps;
  let row = t / params.k_w;
  let k = vec3<i32>(i32(row / params.k_h), i32(row % params.k_h), i32(t % params.k_w));
  let dilation = vec3<i32>(params.dilation_d, params.dilation_h, params.dilation_w);
  return k * dilation - vec3<i32>(params.pad_d, params.pad_h, params.pad_w);
}

fn channel_of(column: u32) -> i32 {
  return i32(min(column, params.columns - 1u) / params.taps) * params.x_channel;
}

fn value_at(s: vec3<i32>, base: i32) -> f32 {
  if (any(s < vec3<i32>(0)) || any(s >= vec3<i32>(params.in_d, params.in_h, params.in_w))) {
    return 0.0;
  }
  return load_x(u32(base + s.x * params.x_d + s.y * params.x_h + s.z * params.x_w));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.x + group.y * groups.x) * 64u + lane;
  if (id >= params.tiles * params.slices) {
    return;
  }
  let tile = id % params.tiles;
  let slice = id / params.tiles;
  let column = tile % params.column_tiles;
  let first = tile / params.column_tiles % params.row_tiles * 4u;
  let part = tile / (params.column_tiles * params.row_tiles);

  let columns = vec4<u32>(column) + vec4<u32>(0u, 1u, 2u, 3u) * params.column_tiles;
  let r0 = reach_of(columns.x);
  let r1 = reach_of(columns.y);
  let r2 = reach_of(columns.z);
  let r3 = reach_of(columns.w);
  let origin = params.x_offset + i32(part * params.depth) * params.x_channel;
  let c = vec4<i32>(origin)
    + vec4<i32>(channel_of(columns.x), channel_of(columns.y), channel_of(columns.z), channel_of(columns.w));
  let rows = min(vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.channels - 1u));
  let g_rows = vec4<i32>(params.g_offset) + vec4<i32>(rows + part * params.channels) * params.g_channel;

  let stride = vec3<i32>(params.stride_d, params.stride_h, params.stride_w);
  let start = slice * params.run;
  let end = min(start + params.run, params.total);
  var at_w = start % params.out_w;
  var at_h = start / params.out_w % params.out_h;
  var at_d = start / (params.out_w * params.out_h) % params.out_d;
  var n = start / (params.out_w * params.out_h * params.out_d);

  var total = mat4x4<f32>();
  var sums = mat4x4<f32>();
  for (var i = start; i < end; i++) {
    let p = vec3<i32>(i32(at_d), i32(at_h), i32(at_w));
    let from_g = vec4<i32>(i32(n) * params.g_batch + p.x * params.g_d + p.y * params.g_h + p.z * params.g_w) + g_rows;
    let factors = vec4<f32>(
      load_g(u32(from_g.x)),
      load_g(u32(from_g.y)),
      load_g(u32(from_g.z)),
      load_g(u32(from_g.w)),
    );
    let base = c + vec4<i32>(i32(n) * params.x_batch);
    let s = p * stride;
    sums[0] += value_at(s + r0, base.x) * factors;
    sums[1] += value_at(s + r1, base.y) * factors;
    sums[2] += value_at(s + r2, base.z) * factors;
    sums[3] += value_at(s + r3, base.w) * factors;
    at_w++;
    if (at_w == params.out_w) {
      at_w = 0u;
      at_h++;
      // A row is added up on its own before it joins the rest: shorter sums are more accurate.
      total += sums;
      sums = mat4x4<f32>();
      if (at_h == params.out_h) {
        at_h = 0u;
        at_d++;
        if (at_d == params.out_d) {
          at_d = 0u;
          n++;
        }
      }
    }
  }
  total += sums;

  for (var r = 0u; r < min(4u, params.channels - first); r++) {
    let row = (part * params.channels + first + r) * params.columns;
    for (var j = 0u; j < 4u; j++) {
      if (columns[j] < params.columns) {
        store((row + columns[j]) * params.slices + slice, total[j][r]);
      }
    }
  }
}
