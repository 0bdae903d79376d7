// Sine and cosine, with the argument reduced exactly however large it is.

// The upper 32 bits of the product.
fn multiply_high_(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let carry = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (carry >> 16u);
}

// The same as quadrant_ for large x, in integers (Payne and Hanek, 1983): the mantissa times those 96 bits of 2/π that
// are worth less than 4 and more than 2^-94 there.
fn quadrant_of_large_(x: f32) -> vec2<f32> {
  var two_over_pi = array<u32, 8>(
    0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu,
  );
  let bits = bitcast<u32>(x);
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let first = ((bits >> 23u) & 0xffu) - 120u;
  let word = min(first >> 5u, 4u);
  let shift = first & 31u;
  var part = array<u32, 3>(0u, 0u, 0u);
  for (var i = 0u; i < 3u; i++) {
    let next = select(two_over_pi[word + i + 1u] >> (32u - max(shift, 1u)), 0u, shift == 0u);
    part[i] = (two_over_pi[word + i] << shift) | next;
  }
  let carried = multiply_high_(mantissa, part[2]);
  let low = mantissa * part[1] + carried;
  let high = mantissa * part[0] + multiply_high_(mantissa, part[1]) + select(0u, 1u, low < carried);
  let quarter = (high + 0x20000000u) >> 30u;
  let rest = f32(bitcast<i32>(high - (quarter << 30u))) + f32(low) * 2.32830644e-10;
  let r = rest * 1.46291808e-9;
  return select(vec2<f32>(r, f32(quarter)), -vec2<f32>(r, f32(quarter)), x < 0.0);
}

// The remainder of x after the nearest multiple of π/2, taken off in three parts, and which multiple it was (mod 4 where
// x is large).
fn quadrant_(x: f32) -> vec2<f32> {
  if (abs(x) > 8192.0) {
    return quadrant_of_large_(x);
  }
  let n = round(x * 0.636619772);
  return vec2<f32>(((x - n * 1.5703125) - n * 4.83751297e-4) - n * 7.54978995e-8, n);
}

fn sin_core_(r: f32) -> f32 {
  let z = r * r;
  return ((((1.0 / 362880.0) * z - 1.0 / 5040.0) * z + 1.0 / 120.0) * z - 1.0 / 6.0) * z * r + r;
}

fn cos_core_(r: f32) -> f32 {
  let z = r * r;
  return ((((1.0 / 40320.0) * z - 1.0 / 720.0) * z + 1.0 / 24.0) * z - 0.5) * z + 1.0;
}

fn sine_(x: f32, turn: i32) -> f32 {
  let parts = quadrant_(x);
  let q = (i32(parts.y) + turn) & 3;
  let y = select(sin_core_(parts.x), cos_core_(parts.x), (q & 1) == 1);
  return select(select(y, -y, q >= 2), nan(), !is_finite(x));
}

fn sin_(x: f32) -> f32 {
  return sine_(x, 0);
}

fn cos_(x: f32) -> f32 {
  return sine_(x, 1);
}
