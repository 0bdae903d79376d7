// Merges neighbouring runs of `width` keys of each line, both in order: an element's place is its place in its own run and
// the number of elements of the other run that come before it. `pairs` holds `size` keys, then their indices.
alias Stored = i32;
const LAST: bool = true;

struct Params {
  size: u32,
  length: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pairs: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

fn load_pairs(i: u32) -> u32 {
  return pairs[i];
}

fn store(i: u32, value: Stored) {
  out[i] = value;
}

fn put(i: u32, own: u32, index: u32) {
  if (LAST) {
    store(i, Stored(index));
  } else {
    store(i, Stored(own));
    store(params.size + i, Stored(index));
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * 64u + lane;
  if (i >= params.size) {
    return;
  }
  let own = load_pairs(i);
  let j = i % params.length;
  let line = i - j;
  let run = j / params.width;
  let other = (run ^ 1u) * params.width;
  // Of equal elements those of the left run come first.
  let isRight = (run & 1u) == 1u;
  var low = 0u;
  var high = select(0u, min(params.width, params.length - other), other < params.length);
  while (low < high) {
    let middle = (low + high) / 2u;
    let there = load_pairs(line + other + middle);
    if (there < own || (there == own && isRight)) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  put(line + (run >> 1u) * 2u * params.width + j % params.width + low, own, load_pairs(params.size + i));
}
