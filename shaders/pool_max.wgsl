// The largest element of each window of [planes, depth, height, width], or (INDEX) where in its plane it lies; the first
// of equals, but of NaNs the last, as PyTorch has it. ADAPTIVE: the windows are equal parts, rounded outwards. One
// invocation a window.
alias T = f32;
const INDEX: bool = false;
const ADAPTIVE: bool = false;

struct Params {
  size: u32,
  out_d: u32,
  out_h: u32,
  out_w: u32,
  in_d: i32,
  in_h: i32,
  in_w: i32,
  k_d: i32,
  k_h: i32,
  k_w: i32,
  stride_d: i32,
  stride_h: i32,
  stride_w: i32,
  pad_d: i32,
  pad_h: i32,
  pad_w: i32,
  dilation_d: i32,
  dilation_h: i32,
  dilation_w: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<T>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

fn store(i: u32, value: T) {
  out[i] = value;
}

fn not_a_number(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.x + group.y * groups.x) * 64u + lane;
  if (id >= params.size) {
    return;
  }
  let size = vec3<i32>(params.in_d, params.in_h, params.in_w);
  let places = vec3<i32>(i32(params.out_d), i32(params.out_h), i32(params.out_w));
  let row = id / params.out_w;
  let p = vec3<i32>(
    i32(row / params.out_h % params.out_d),
    i32(row % params.out_h),
    i32(id % params.out_w),
  );
  let plane = i32(row / (params.out_h * params.out_d)) * size.x * size.y * size.z;
  var step = vec3<i32>(params.dilation_d, params.dilation_h, params.dilation_w);
  var start = p * vec3<i32>(params.stride_d, params.stride_h, params.stride_w)
    - vec3<i32>(params.pad_d, params.pad_h, params.pad_w);
  var end = min(start + vec3<i32>(params.k_d, params.k_h, params.k_w) * step, size);
  // To the first place inside, by whole steps.
  start += select(vec3<i32>(0), (step - vec3<i32>(1) - start) / step * step, start < vec3<i32>(0));
  if (ADAPTIVE) {
    step = vec3<i32>(1);
    start = p * size / places;
    end = ((p + vec3<i32>(1)) * size + places - vec3<i32>(1)) / places;
  }
  var best = 0.0;
  var at = -1;
  for (var d = start.x; d < end.x; d += step.x) {
    for (var h = start.y; h < end.y; h += step.y) {
      for (var w = start.z; w < end.z; w += step.z) {
        let i = (d * size.y + h) * size.z + w;
        let value = load_a(u32(plane + i));
        if (at < 0 || value > best || not_a_number(value)) {
          best = value;
          at = i;
        }
      }
    }
  }
  if (INDEX) {
    store(id, T(at));
  } else {
    store(id, T(best));
  }
}
