// Powers: of floats, and of integers by squaring.

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
