// Powers of 2, logarithms to the base 10, and sums and products with logarithms.

fn exp2_(x: f32) -> f32 {
  let n = round(clamp(x, -152.0, 130.0));
  let y = scale_(exp_((clamp(x, -152.0, 130.0) - n) * 0.693147181), i32(n));
  return select(select(select(y, inf(), x >= 128.0), 0.0, x < -150.0), x, is_nan(x));
}

// The whole power of 2 times log10 2 in two parts, of which the first is exact.
fn log10_(x: f32) -> f32 {
  let parts = split_(x);
  let y = parts.x * 0.301025391 + (log_mantissa_(parts.y) * 0.434294482 + parts.x * 4.60503881e-6);
  return log_special_(x, y);
}

fn logaddexp_(a: f32, b: f32) -> f32 {
  let high = max_(a, b);
  if (is_nan(high) || is_inf(high)) {
    return high;
  }
  return high + log1p_(exp_(-abs(a - b)));
}

fn logaddexp2_(a: f32, b: f32) -> f32 {
  let high = max_(a, b);
  if (is_nan(high) || is_inf(high)) {
    return high;
  }
  return high + 1.44269504 * log1p_(exp2_(-abs(a - b)));
}

fn xlogy_(x: f32, y: f32) -> f32 {
  return select(select(x * log_(y), 0.0, x == 0.0 && !is_nan(x)), y, is_nan(y));
}

fn xlog1py_(x: f32, y: f32) -> f32 {
  return select(select(x * log1p_(y), 0.0, x == 0.0 && !is_nan(x)), y, is_nan(y));
}

fn entr_(x: f32) -> f32 {
  let y = select(-x * log_(x), 0.0, x == 0.0);
  return select(select(y, -inf(), x < 0.0), x, is_nan(x));
}

// tanh(log(1 + e)) is n / (n + 2) with n = e (e + 2).
fn mish_(x: f32) -> f32 {
  let e = exp_(min(x, 20.0));
  let n = e * (e + 2.0);
  return select(x * (n / (n + 2.0)), x, x > 20.0 || is_nan(x));
}
