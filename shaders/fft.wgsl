// One pass of a Fourier transform of each line of [lines, n, 2]: all products of `radix` terms, with the elements left in the
// order that the next pass wants (Stockham). `done` is the product of the passes before. One invocation an element.

const INVERSE: bool = false;

struct Params {
  size: u32,
  n: u32,
  radix: u32,
  done: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn load_a(i: u32) -> f32 {
  return a[i];
}

fn store(i: u32, value: f32) {
  out[i] = value;
}

// Cosine and sine of part / whole turns: the quarter turns are counted in integers, the rest is at most an eighth.
fn root(part: u32, whole: u32) -> vec2<f32> {
  let quarter = (4u * part + whole / 2u) / whole;
  let x = 1.57079633 * f32(i32(4u * part) - i32(quarter * whole)) / f32(whole);
  let y = x * x;
  let s = x * (1.0 + y * (-0.166666667 + y * (8.33333333e-3 + y * (-1.98412698e-4 + y * 2.75573192e-6))));
  let c = 1.0 + y * (-0.5 + y * (0.0416666667 + y * (-1.38888889e-3 + y * (2.48015873e-5 - y * 2.75573192e-7))));
  let turned = select(vec2<f32>(c, s), vec2<f32>(-s, c), (quarter & 1u) == 1u);
  return select(turned, -turned, (quarter & 2u) == 2u);
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
  let n = params.n;
  let span = params.done * params.radix;
  let place = i % n;
  let step = place % span;
  let stride = n / params.radix;
  var at = i / n * n + place / span * params.done + step % params.done;
  var part = 0u;
  var total = vec2<f32>(0.0, 0.0);
  for (var j = 0u; j < params.radix; j++) {
    var w = root(part, span);
    if (!INVERSE) {
      w.y = -w.y;
    }
    let x = load_a(2u * at);
    let y = load_a(2u * at + 1u);
    total += vec2<f32>(x * w.x - y * w.y, x * w.y + y * w.x);
    at += stride;
    part += step;
    if (part >= span) {
      part -= span;
    }
  }
  store(2u * i, total.x);
  store(2u * i + 1u, total.y);
}
