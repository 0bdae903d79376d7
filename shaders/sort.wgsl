// Puts each block of `block` elements of a line in order: an element's place is the number of elements of its block that
// come before it. A workgroup takes one block, or several short lines together. `size` is lines · length.
// The last pass stores for each place the index in the line of the element that belongs there; one before it stores keys,
// then indices.
alias T = f32;
alias Stored = i32;
const LAST: bool = true;

struct Params {
  size: u32,
  lines: u32,
  length: u32,
  block: u32,
  together: u32,
  chunks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

var<workgroup> keys: array<u32, 256>;

fn load_a(i: u32) -> T {
  return a[i];
}

fn store(i: u32, value: Stored) {
  out[i] = value;
}

// Numbers whose order as u32 is the order of the elements.
fn key(x: T) -> u32 {
  return bitcast<u32>(x);
}

fn put(i: u32, own: u32, index: u32) {
  if (LAST) {
    store(i, Stored(index));
  } else {
    store(i, Stored(own));
    store(params.size + i, Stored(index));
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = lane / params.block;
  let place = lane % params.block;
  let segment = (group.x + group.y * groups.x) * params.together + part;
  let line = segment / params.chunks;
  let first = segment % params.chunks * params.block;
  let live = part < params.together && line < params.lines && first + place < params.length;
  var own = 0u;
  if (live) {
    own = key(load_a(line * params.length + first + place));
  }
  keys[lane] = own;
  workgroupBarrier();
  if (!live) {
    return;
  }
  let start = part * params.block;
  let count = min(params.block, params.length - first);
  var rank = 0u;
  for (var k = 0u; k < count; k++) {
    let other = keys[start + k];
    rank += select(0u, 1u, other < own || (other == own && k < place));
  }
  put(line * params.length + first + rank, own, first + place);
}
