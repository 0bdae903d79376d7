// Functions that formulas may call: what WGSL's builtins leave undefined, inexact or driver-dependent.
// NaN and infinities are told by their bits, since drivers may assume that there are none.

// Read at run time: a constant of these bits would not compile.
var<private> INF_BITS: u32 = 0x7f800000u;
var<private> NAN_BITS: u32 = 0x7fc00000u;

fn inf() -> f32 {
  return bitcast<f32>(INF_BITS);
}

fn nan() -> f32 {
  return bitcast<f32>(NAN_BITS);
}

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn is_inf(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u;
}

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u;
}

fn max_(a: f32, b: f32) -> f32 {
  return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}

fn min_(a: f32, b: f32) -> f32 {
  return select(select(min(a, b), b, is_nan(b)), a, is_nan(a));
}

fn sign_(x: f32) -> f32 {
  return select(sign(x), 0.0, is_nan(x));
}

// x · 2^n for n from -252 to 254, in two steps so that each power of two is a normal number.
fn scale_(x: f32, n: i32) -> f32 {
  let half = n / 2;
  return x * bitcast<f32>(u32(half + 127) << 23u) * bitcast<f32>(u32(n - half + 127) << 23u);
}

// eˣ = 2ⁿ · eʳ, |r| ≤ ln 2 / 2: n ln 2 is taken off in two parts (Cody and Waite), eʳ is its Taylor polynomial.
fn exp_(x: f32) -> f32 {
  let n = round(clamp(x, -150.0, 150.0) * 1.44269504);
  let r = (clamp(x, -150.0, 150.0) - n * 0.693145752) - n * 1.42860677e-6;
  var p = 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = (p * r) * r + r + 1.0;
  let y = scale_(p, i32(n));
  return select(select(select(y, inf(), x > 88.7228394), 0.0, x < -103.972084), x, is_nan(x));
}

fn expm1_(x: f32) -> f32 {
  if (abs(x) < 0.5) {
    var p = 1.0 / 362880.0;
    p = p * x + 1.0 / 40320.0;
    p = p * x + 1.0 / 5040.0;
    p = p * x + 1.0 / 720.0;
    p = p * x + 1.0 / 120.0;
    p = p * x + 1.0 / 24.0;
    p = p * x + 1.0 / 6.0;
    p = p * x + 0.5;
    return (p * x) * x + x;
  }
  return exp_(x) - 1.0;
}

// log(1 + f) for √½ ≤ 1 + f < √2, from s = f / (2 + f): 2 (s + s³/3 + s⁵/5 + …).
fn log_mantissa_(f: f32) -> f32 {
  let s = f / (2.0 + f);
  let z = s * s;
  var p = 2.0 / 11.0;
  p = p * z + 2.0 / 9.0;
  p = p * z + 2.0 / 7.0;
  p = p * z + 2.0 / 5.0;
  p = p * z + 2.0 / 3.0;
  return (p * z) * s + 2.0 * s;
}

// x = 2ᵉ · m with √½ ≤ m < √2, for positive finite x: (e, m − 1).
fn split_(x: f32) -> vec2<f32> {
  let small = x < 1.17549435e-38;
  let bits = bitcast<u32>(select(x, x * 8388608.0, small));
  let offset = bits - 0x3f3504f3u;
  let e = i32(offset) >> 23u;
  let m = bitcast<f32>(bits - (u32(e) << 23u));
  return vec2<f32>(f32(e) - select(0.0, 23.0, small), m - 1.0);
}

fn log_special_(x: f32, y: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let zero = (bits & 0x7fffffffu) == 0u;
  let negative = (bits >> 31u) == 1u && !zero;
  let kept = is_nan(x) || bits == 0x7f800000u;
  return select(select(select(y, -inf(), zero), nan(), negative), x, kept);
}

fn log_(x: f32) -> f32 {
  let parts = split_(x);
  return log_special_(x, parts.x * 0.693145752 + (log_mantissa_(parts.y) + parts.x * 1.42860677e-6));
}

fn log2_(x: f32) -> f32 {
  let parts = split_(x);
  return log_special_(x, parts.x + log_mantissa_(parts.y) * 1.44269504);
}

fn log1p_(x: f32) -> f32 {
  if (x > -0.25 && x < 0.375) {
    return log_mantissa_(x);
  }
  return log_(1.0 + x);
}

fn logit_(x: f32) -> f32 {
  return log_(x / (1.0 - x));
}

fn sigmoid_(x: f32) -> f32 {
  let e = exp_(-abs(x));
  let d = 1.0 / (1.0 + e);
  return select(select(e * d, d, x >= 0.0), x, is_nan(x));
}

fn tanh_(x: f32) -> f32 {
  let a = abs(x);
  let e = expm1_(-2.0 * min(a, 10.0));
  let y = -e / (e + 2.0);
  return select(select(y, -y, x < 0.0), x, is_nan(x));
}
