// The complementary error function, its logarithm and its inverse: the normal distribution's tails.

// The bits of a that leave its square exact.
fn head_(a: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
}

// e^(x²) erfc(x) for x ≥ 0: t = 1 / (1 + x/2) times the exponential of a polynomial in t (Numerical Recipes, erfc;
// relative error 1.2e-7).
fn erfcx_core_(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * x);
  var p = 0.17087277;
  p = p * t - 0.82215223;
  p = p * t + 1.48851587;
  p = p * t - 1.13520398;
  p = p * t + 0.27886807;
  p = p * t - 0.18628806;
  p = p * t + 0.09678418;
  p = p * t + 0.37409196;
  p = p * t + 1.00002368;
  return t * exp_(t * p - 1.26551223);
}

fn erfc_(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.5) {
    return 1.0 - erf_(x);
  }
  if (a > 20.0) {
    return select(0.0, 2.0, x < 0.0);
  }
  let head = head_(a);
  let y = exp_(-head * head) * (exp_(-(a - head) * (a + head)) * erfcx_core_(a));
  return select(select(y, 2.0 - y, x < 0.0), x, is_nan(x));
}

fn erfcx_(x: f32) -> f32 {
  if (is_nan(x)) {
    return x;
  }
  if (x < -10.0) {
    return inf();
  }
  let a = abs(x);
  let y = erfcx_core_(a);
  if (x >= 0.0) {
    return y;
  }
  let head = head_(a);
  return 2.0 * (exp_(head * head) * exp_((a - head) * (a + head))) - y;
}

fn log_ndtr_(x: f32) -> f32 {
  if (is_nan(x)) {
    return x;
  }
  if (x < -1e18) {
    return -inf();
  }
  if (x < -1.0) {
    return log_(0.5 * erfcx_core_(-0.707106781 * x)) - 0.5 * x * x;
  }
  return log1p_(-0.5 * erfc_(0.707106781 * x));
}

// The normal quantile by Wichura's algorithm AS 241 (1988), PPND7: relative error 1e-7. Here for p = ½ + q, |q| ≤ 0.425.
fn quantile_center_(q: f32) -> f32 {
  let r = 0.180625 - q * q;
  let above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
  let below = ((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0;
  return q * above / below;
}

// For p at most 0.075; as a positive number.
fn quantile_tail_(p: f32) -> f32 {
  let r = sqrt(-log_(p));
  if (r <= 5.0) {
    let s = r - 1.6;
    let above = ((0.17023821103 * s + 1.3067284816) * s + 2.7568153900) * s + 1.4234372777;
    return above / ((0.12021132975 * s + 0.73700164250) * s + 1.0);
  }
  let s = r - 5.0;
  let above = ((0.017337203997 * s + 0.42868294337) * s + 3.0812263860) * s + 6.6579051150;
  return above / ((0.012258202635 * s + 0.24197894225) * s + 1.0);
}

fn ndtri_(p: f32) -> f32 {
  if (is_nan(p) || p < 0.0 || p > 1.0) {
    return nan();
  }
  let q = p - 0.5;
  if (abs(q) <= 0.425) {
    return quantile_center_(q);
  }
  let tail = min(p, 1.0 - p);
  if (tail == 0.0) {
    return select(inf(), -inf(), q < 0.0);
  }
  let y = quantile_tail_(tail);
  return select(y, -y, q < 0.0);
}

fn erfinv_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x) || a > 1.0) {
    return nan();
  }
  if (a <= 0.85) {
    return quantile_center_(0.5 * x) * 0.707106781;
  }
  var y = inf();
  if (a < 1.0) {
    y = quantile_tail_(0.5 * (1.0 - a)) * 0.707106781;
  }
  return select(y, -y, x < 0.0);
}
