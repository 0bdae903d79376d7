// Convolution over up to three dimensions, and its transpose. One invocation sums four output channels at four places:
//
//   out[n, o, p] = Σ over c, k of x[n, c, source(p, k)] · w[o, c, k]
//
// with source(p, k) = p · stride − padding + k · dilation, or, if TRANSPOSED, the s for which p is that of s. Where the
// source lies outside x, x counts as zero. The four places of an invocation are `place_tiles` apart, so that
// neighbouring lanes read and store side by side. Channels are counted within a group. No barriers, no atomics.
const TRANSPOSED: bool = false;
// How many output channels an invocation has: 4, or 1 where a group has no more.
const ROWS: u32 = 4u;

struct Params {
  tiles: u32,
  place_tiles: u32,
  channel_tiles: u32,
  groups: u32,
  places: u32,
  channels: u32,
  depth: u32,
  out_h: u32,
  out_w: u32,
  taps: u32,
  k_h: u32,
  k_w: u32,
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
  w_offset: i32,
  w_group: i32,
  w_out: i32,
  w_in: i32,
  w_d: i32,
  w_h: i32,
  w_w: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn load_x(i: u32) -> f32 {
  return x[i];
}

fn load_w(i: u32) -> f32 {
  return w[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
}

fn place_of(p: u32) -> vec3<i32> {
  let row = p / params.out_w;
  return vec3<i32>(i32(row / params.out_h), i32(row % params.out_h), i32(p % params.out_w));
}

// Where in x (channel 0 of the group) the tap k of place p lies; −1 for outside.
fn source_of(p: vec3<i32>, k: vec3<i32>, base: i32) -> i32 {
  let stride = vec3<i32>(params.stride_d, params.stride_h, params.stride_w);
  let pad = vec3<i32>(params.pad_d, params.pad_h, params.pad_w);
  let reach = k * vec3<i32>(params.dilation_d, params.dilation_h, params.dilation_w);
  var s = p * stride - pad + reach;
  if (TRANSPOSED) {
    let t = p + pad - reach;
    s = t / stride;
    if (any(s * stride != t)) {
      return -1;
    }
  }
  if (any(s < vec3<i32>(0)) || any(s >= vec3<i32>(params.in_d, params.in_h, params.in_w))) {
    return -1;
  }
  return base + s.x * params.x_d + s.y * params.x_h + s.z * params.x_w;
}

fn value_at(at: i32, channel: i32) -> f32 {
  if (at < 0) {
    return 0.0;
  }
  return load_x(u32(at + channel * params.x_channel));
}

fn weights_at(at: vec4<i32>) -> vec4<f32> {
  if (ROWS == 1u) {
    return vec4<f32>(load_w(u32(at.x)), 0.0, 0.0, 0.0);
  }
  return vec4<f32>(load_w(u32(at.x)), load_w(u32(at.y)), load_w(u32(at.z)), load_w(u32(at.w)));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.x + group.y * groups.x) * 64u + lane;
  if (id >= params.tiles) {
    return;
  }
  let place = id % params.place_tiles;
  let first = id / params.place_tiles % params.channel_tiles * ROWS;
  let rest = id / (params.place_tiles * params.channel_tiles);
  let part = rest % params.groups;
  let batch = rest / params.groups;

  let base = params.x_offset + i32(batch) * params.x_batch + i32(part * params.depth) * params.x_channel;
  // Channels and places beyond the last are computed as the last, and not stored.
  let rows = min(vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.channels - 1u));
  let w_rows = vec4<i32>(params.w_offset + i32(part) * params.w_group) + vec4<i32>(rows) * params.w_out;
  let columns = vec4<u32>(place) + vec4<u32>(0u, 1u, 2u, 3u) * params.place_tiles;
  let p0 = place_of(columns.x);
  let p1 = place_of(columns.y);
  let p2 = place_of(columns.z);
  let p3 = place_of(columns.w);

  var total = mat4x4<f32>();
  for (var t = 0u; t < params.taps; t++) {
    let row = t / params.k_w;
    let k = vec3<i32>(i32(row / params.k_h), i32(row % params.k_h), i32(t % params.k_w));
    let at = vec4<i32>(
      source_of(p0, k, base),
      source_of(p1, k, base),
      source_of(p2, k, base),
      source_of(p3, k, base),
    );
    if (all(at < vec4<i32>(0))) {
      continue;
    }
    var w_at = w_rows + vec4<i32>(k.x * params.w_d + k.y * params.w_h + k.z * params.w_w);
    // The channels of one tap are added up on their own before they join the rest: shorter sums are more accurate.
    var sums = mat4x4<f32>();
    for (var c = 0; c < i32(params.depth); c++) {
      let factors = weights_at(w_at);
      sums[0] += value_at(at.x, c) * factors;
      sums[1] += value_at(at.y, c) * factors;
      sums[2] += value_at(at.z, c) * factors;
      sums[3] += value_at(at.w, c) * factors;
      w_at += vec4<i32>(params.w_in);
    }
    total += sums;
  }

  let to = (batch * params.groups + part) * params.channels + first;
  for (var r = 0u; r < min(ROWS, params.channels - first); r++) {
    for (var j = 0u; j < 4u; j++) {
      if (columns[j] < params.places) {
        store((to + r) * params.places + columns[j], total[j][r]);
      }
    }
  }
}
