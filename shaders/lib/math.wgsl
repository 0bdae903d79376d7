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

// Error function: Taylor series below 1, beyond it a polynomial times e^(−x²) (Abramowitz and Stegun 7.1.26's form,
// refitted in t = 1 / (1 + x/2) as in Numerical Recipes' erfc, good to 1.2e-7).
fn erf_(x: f32) -> f32 {
  let a = abs(x);
  let z = x * x;
  if (a < 1.0) {
    var p = 1.0 / 685440.0;
    p = p * -z + 1.0 / 75600.0;
    p = p * -z + 1.0 / 9360.0;
    p = p * -z + 1.0 / 1320.0;
    p = p * -z + 1.0 / 216.0;
    p = p * -z + 1.0 / 42.0;
    p = p * -z + 1.0 / 10.0;
    p = p * -z + 1.0 / 3.0;
    return 1.12837917 * (x - (p * z) * x);
  }
  let t = 1.0 / (1.0 + 0.5 * a);
  var p = 0.17087277;
  p = p * t - 0.82215223;
  p = p * t + 1.48851587;
  p = p * t - 1.13520398;
  p = p * t + 0.27886807;
  p = p * t - 0.18628806;
  p = p * t + 0.09678418;
  p = p * t + 0.37409196;
  p = p * t + 1.00002368;
  let y = 1.0 - t * exp_(-z - 1.26551223 + t * p);
  return select(select(y, -y, x < 0.0), x, is_nan(x));
}

// Powers: exact for the exponents that code writes most, else 2^(b log2 |a|) with the sign of a whole power.
fn pow_(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) {
    return 1.0;
  }
  if (is_nan(a) || is_nan(b)) {
    return nan();
  }
  if (b == 1.0) {
    return a;
  }
  if (b == 2.0) {
    return a * a;
  }
  if (b == 3.0) {
    return a * a * a;
  }
  if (b == -1.0) {
    return 1.0 / a;
  }
  let m = abs(a);
  let whole = b == floor(b);
  let odd = whole && abs(b) < 16777216.0 && (i32(b) & 1) != 0;
  if (m == 0.0) {
    return select(select(0.0, inf(), b < 0.0), select(0.0, 1.0 / a, b < 0.0), odd);
  }
  if (is_inf(b)) {
    let grows = (m > 1.0) == (b > 0.0);
    return select(select(0.0, inf(), grows), 1.0, m == 1.0);
  }
  if (is_inf(a)) {
    let y = select(0.0, inf(), b > 0.0);
    return select(y, -y, a < 0.0 && odd);
  }
  if (a < 0.0 && !whole) {
    return nan();
  }
  if (b == 0.5) {
    return sqrt(a);
  }
  let y = exp2_product_(m, b);
  return select(y, -y, a < 0.0 && odd);
}

// m^b for m > 0: b · log2 m with the whole part of the logarithm kept apart, so that large powers stay exact.
fn exp2_product_(m: f32, b: f32) -> f32 {
  let parts = split_(m);
  let fraction = log_mantissa_(parts.y) * 1.44269504;
  let high = parts.x * b;
  let low = fraction * b;
  let n = round(high + low);
  if (n > 130.0) {
    return inf();
  }
  if (n < -152.0) {
    return 0.0;
  }
  let r = (high - n) + low;
  return scale_(exp_(r * 0.693147181), i32(n));
}

fn pow_i32(a: i32, b: i32) -> i32 {
  if (b < 0) {
    return select(select(0, select(-1, 1, (b & 1) == 0), a == -1), 1, a == 1);
  }
  var result = 1;
  var square = a;
  for (var e = b; e > 0; e = e >> 1u) {
    if ((e & 1) == 1) {
      result *= square;
    }
    square *= square;
  }
  return result;
}

fn pow_u32(a: u32, b: u32) -> u32 {
  return u32(pow_i32(i32(a), i32(b)));
}

// a − b · trunc(a / b), exactly: b · 2^k is taken off for every k from the largest on, as in a long division.
fn fmod_(a: f32, b: f32) -> f32 {
  let n = abs(b);
  let m = abs(a);
  if (is_nan(a) || is_nan(b) || is_inf(a) || n == 0.0) {
    return nan();
  }
  if (is_inf(b) || m < n) {
    return a;
  }
  var r = m;
  for (var k = i32(bitcast<u32>(m) >> 23u) - i32(bitcast<u32>(n) >> 23u); k >= 0; k--) {
    let part = scale_(n, k);
    r = select(r, r - part, r >= part);
  }
  return select(r, -r, a < 0.0);
}

fn floor_divide_(a: f32, b: f32) -> f32 {
  if (b == 0.0) {
    return a / b;
  }
  let r = fmod_(a, b);
  return round((a - r) / b) - select(0.0, 1.0, r != 0.0 && (r < 0.0) != (b < 0.0));
}

fn remainder_f32(a: f32, b: f32) -> f32 {
  let r = fmod_(a, b);
  return select(r, r + b, r != 0.0 && (r < 0.0) != (b < 0.0));
}

fn fmod_i32(a: i32, b: i32) -> i32 {
  if (b == 0) {
    return 0;
  }
  return a % b;
}

fn remainder_i32(a: i32, b: i32) -> i32 {
  let r = fmod_i32(a, b);
  return select(r, r + b, r != 0 && (r < 0) != (b < 0));
}

fn fmod_u32(a: u32, b: u32) -> u32 {
  if (b == 0u) {
    return 0u;
  }
  return a % b;
}

fn remainder_u32(a: u32, b: u32) -> u32 {
  return fmod_u32(a, b);
}
