// Modified Bessel functions of the first kind: Abramowitz and Stegun 9.8.1 to 9.8.4 (errors below 2.2e-7).

fn i0_near_(x: f32) -> f32 {
  let z = (x / 3.75) * (x / 3.75);
  var p = 0.0045813;
  p = p * z + 0.0360768;
  p = p * z + 0.2659732;
  p = p * z + 1.2067492;
  p = p * z + 3.0899424;
  p = p * z + 3.5156229;
  return p * z + 1.0;
}

// √x e^−x I₀(x).
fn i0_far_(x: f32) -> f32 {
  let r = 3.75 / x;
  var p = 0.00392377;
  p = p * r - 0.01647633;
  p = p * r + 0.02635537;
  p = p * r - 0.02057706;
  p = p * r + 0.00916281;
  p = p * r - 0.00157565;
  p = p * r + 0.00225319;
  p = p * r + 0.01328592;
  return p * r + 0.39894228;
}

fn i1_near_(x: f32) -> f32 {
  let z = (x / 3.75) * (x / 3.75);
  var p = 0.00032411;
  p = p * z + 0.00301532;
  p = p * z + 0.02658733;
  p = p * z + 0.15084934;
  p = p * z + 0.51498869;
  p = p * z + 0.87890594;
  return x * (p * z + 0.5);
}

fn i1_far_(x: f32) -> f32 {
  let r = 3.75 / x;
  var p = -0.00420059;
  p = p * r + 0.01787654;
  p = p * r - 0.02895312;
  p = p * r + 0.02282967;
  p = p * r - 0.01031555;
  p = p * r + 0.00163801;
  p = p * r - 0.00362018;
  p = p * r - 0.03988024;
  return p * r + 0.39894228;
}

fn i0e_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) {
    return x;
  }
  if (a < 3.75) {
    return exp_(-a) * i0_near_(a);
  }
  return select(i0_far_(a) / sqrt(a), 0.0, is_inf(x));
}

// The exponential is taken in halves: it overflows before the function does.
fn i0_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) {
    return x;
  }
  if (a < 3.75) {
    return i0_near_(a);
  }
  let half = exp_(0.5 * a);
  return select((half * (i0_far_(a) / sqrt(a))) * half, inf(), is_inf(x));
}

fn i1e_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) {
    return x;
  }
  if (a < 3.75) {
    return exp_(-a) * i1_near_(x);
  }
  let y = select(i1_far_(a) / sqrt(a), 0.0, is_inf(x));
  return select(y, -y, x < 0.0);
}

fn i1_(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) {
    return x;
  }
  if (a < 3.75) {
    return i1_near_(x);
  }
  let half = exp_(0.5 * a);
  let y = select((half * (i1_far_(a) / sqrt(a))) * half, inf(), is_inf(x));
  return select(y, -y, x < 0.0);
}
