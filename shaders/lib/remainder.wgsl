// Remainders and quotients rounded down.

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
