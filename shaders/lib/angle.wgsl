// Inverse functions of the sine family, hyperbolic functions and their inverses.

// Taylor series of arc sine (Abramowitz and Stegun 4.4.40) for |x| ≤ ½.
fn asin_core_(x: f32) -> f32 {
  let z = x * x;
  var p = 12155.0 / 1245184.0;
  p = p * z + 6435.0 / 557056.0;
  p = p * z + 143.0 / 10240.0;
  p = p * z + 231.0 / 13312.0;
  p = p * z + 63.0 / 2816.0;
  p = p * z + 35.0 / 1152.0;
  p = p * z + 5.0 / 112.0;
  p = p * z + 3.0 / 40.0;
  p = p * z + 1.0 / 6.0;
  return (p * z) * x + x;
}

fn asin_(x: f32) -> f32 {
  let a = abs(x);
  if (a > 1.0 || is_nan(x)) {
    return nan();
  }
  if (a <= 0.5) {
    return asin_core_(x);
  }
  let y = 1.57079633 - 2.0 * asin_core_(sqrt(0.5 * (1.0 - a)));
  return select(y, -y, x < 0.0);
}

fn acos_(x: f32) -> f32 {
  let a = abs(x);
  if (a > 1.0 || is_nan(x)) {
    return nan();
  }
  if (a <= 0.5) {
    return 1.57079633 - asin_core_(x);
  }
  let y = 2.0 * asin_core_(sqrt(0.5 * (1.0 - a)));
  return select(y, 3.14159265 - y, x < 0.0);
}

// For 0 ≤ a ≤ 1. Above tan(π/8) the angle is π/4 and that of (a − 1) / (a + 1); the rest is the series 4.4.42.
fn atan_core_(a: f32) -> f32 {
  let far = a > 0.414213562;
  let x = select(a, (a - 1.0) / (a + 1.0), far);
  let z = x * x;
  var p = 1.0 / 17.0;
  p = p * -z + 1.0 / 15.0;
  p = p * -z + 1.0 / 13.0;
  p = p * -z + 1.0 / 11.0;
  p = p * -z + 1.0 / 9.0;
  p = p * -z + 1.0 / 7.0;
  p = p * -z + 1.0 / 5.0;
  p = p * -z + 1.0 / 3.0;
  let y = x - (p * z) * x;
  return select(y, 0.785398163 + y, far);
}

fn atan_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) {
    return x;
  }
  if (is_inf(x)) {
    return select(1.57079633, -1.57079633, x < 0.0);
  }
  var y = atan_core_(select(a, 1.0 / a, a > 1.0));
  y = select(y, 1.57079633 - y, a > 1.0);
  return select(y, -y, x < 0.0);
}

fn is_negative_(x: f32) -> bool {
  return (bitcast<u32>(x) >> 31u) == 1u;
}

fn atan2_(y: f32, x: f32) -> f32 {
  if (is_nan(y) || is_nan(x)) {
    return nan();
  }
  let a = abs(y);
  let b = abs(x);
  let steep = a > b;
  var ratio = 0.0;
  if (is_inf(y) && is_inf(x)) {
    ratio = 1.0;
  } else if (!is_inf(max(a, b)) && max(a, b) > 0.0) {
    // Quotients are inexact where the divisor is very large or very small.
    let scale = select(select(1.0, 1.0842022e-19, max(a, b) > 1e19), 1.8446744e19, max(a, b) < 1e-19);
    ratio = (min(a, b) * scale) / (max(a, b) * scale);
  }
  var angle = atan_core_(ratio);
  angle = select(angle, 1.57079633 - angle, steep);
  angle = select(angle, 3.14159265 - angle, is_negative_(x));
  return select(angle, -angle, is_negative_(y));
}

fn sinh_(x: f32) -> f32 {
  let a = abs(x);
  var y = 0.0;
  if (a < 10.0) {
    let e = expm1_(a);
    y = 0.5 * (e + e / (e + 1.0));
  } else {
    let half = exp_(0.5 * a);
    y = (0.5 * half) * half;
  }
  return select(select(y, -y, x < 0.0), x, is_nan(x));
}

fn cosh_(x: f32) -> f32 {
  let half = exp_(0.5 * abs(x));
  return select((0.5 * half) * half + 0.5 / (half * half), x, is_nan(x));
}

fn asinh_(x: f32) -> f32 {
  let a = abs(x);
  var y = 0.0;
  if (a < 10000.0) {
    let z = a * a;
    y = log1p_(a + z / (1.0 + sqrt(z + 1.0)));
  } else {
    y = log_(a) + 0.693147181;
  }
  return select(select(y, -y, x < 0.0), x, is_nan(x));
}

fn acosh_(x: f32) -> f32 {
  if (x < 1.0 || is_nan(x)) {
    return nan();
  }
  let t = x - 1.0;
  if (x < 10000.0) {
    return log1p_(t + sqrt(t * (x + 1.0)));
  }
  return log_(x) + 0.693147181;
}

fn atanh_(x: f32) -> f32 {
  let a = abs(x);
  if (a > 1.0 || is_nan(x)) {
    return nan();
  }
  var y = inf();
  if (a < 1.0) {
    y = 0.5 * log1p_((a + a) / (1.0 - a));
  }
  return select(y, -y, x < 0.0);
}

fn hypot_(a: f32, b: f32) -> f32 {
  if (is_inf(a) || is_inf(b)) {
    return inf();
  }
  if (is_nan(a) || is_nan(b)) {
    return nan();
  }
  let high = max(abs(a), abs(b));
  let low = min(abs(a), abs(b));
  if (high == 0.0) {
    return 0.0;
  }
  // Squares neither overflow nor vanish between these scales.
  let scale = select(select(1.0, 1.3552527e-20, high > 1e18), 1.8446744e19, high < 1e-18);
  let x = high * scale;
  let y = low * scale;
  return sqrt(x * x + y * y) / scale;
}

// Whole turns are taken off x before it is multiplied by π.
fn sinc_(x: f32) -> f32 {
  if (x == 0.0) {
    return 1.0;
  }
  if (is_inf(x)) {
    return nan();
  }
  return sin_(3.14159265 * (x - 2.0 * round(0.5 * x))) / (3.14159265 * x);
}
