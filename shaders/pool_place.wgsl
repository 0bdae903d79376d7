// out[plane, i] = Σ over the windows around i whose largest element lies at i of a[plane, window]: the transpose of taking
// the largest, given where in its plane it lies. One invocation an element; no atomics, so the same input gives the same
// bits.
const ADAPTIVE: bool = false;

struct Params {
  size: u32,
  out_d: i32,
  out_h: i32,
  out_w: i32,
  in_d: i32,
  in_h: i32,
  in_w: i32,
  reach_d: i32,
  reach_h: i32,
  reach_w: i32,
  stride_d: i32,
  stride_h: i32,
  stride_w: i32,
  pad_d: i32,
  pad_h: i32,
  pad_w: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> places: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

fn load_places(i: u32) -> i32 {
  return places[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
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
  let windows = vec3<i32>(params.out_d, params.out_h, params.out_w);
  let spots = size.x * size.y * size.z;
  let spot = i32(id) % spots;
  let base = i32(id) / spots * windows.x * windows.y * windows.z;
  let i = vec3<i32>(spot / (size.y * size.z), spot / size.z % size.y, spot % size.z);
  let stride = vec3<i32>(params.stride_d, params.stride_h, params.stride_w);
  let ahead = i + vec3<i32>(params.pad_d, params.pad_h, params.pad_w);
  let before = ahead - vec3<i32>(params.reach_d, params.reach_h, params.reach_w);
  var first = select(before / stride + vec3<i32>(1), vec3<i32>(0), before < vec3<i32>(0));
  var end = min(ahead / stride + vec3<i32>(1), windows);
  if (ADAPTIVE) {
    first = i * windows / size;
    end = ((i + vec3<i32>(1)) * windows + size - vec3<i32>(1)) / size;
  }
  var total = 0.0;
  for (var d = first.x; d < end.x; d++) {
    for (var h = first.y; h < end.y; h++) {
      for (var w = first.z; w < end.z; w++) {
        let at = u32(base + (d * windows.y + h) * windows.z + w);
        if (load_places(at) == spot) {
          total += load_a(at);
        }
      }
    }
  }
  store(id, total);
}
