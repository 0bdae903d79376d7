// Numbers by their bits: fractions, signs, neighbours; common divisors of integers.

fn frac_(x: f32) -> f32 {
  return select(x - trunc(x), nan(), !is_finite(x));
}

fn copysign_(a: f32, b: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(a) & 0x7fffffffu) | (bitcast<u32>(b) & 0x80000000u));
}

fn nextafter_(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b)) {
    return nan();
  }
  let from_bits = bitcast<u32>(a);
  let to_bits = bitcast<u32>(b);
  // Compared as integers, in which the negative numbers run the other way: subnormal numbers differ there, too.
  let from_order = select(i32(from_bits), -i32(from_bits & 0x7fffffffu), from_bits >> 31u == 1u);
  let to_order = select(i32(to_bits), -i32(to_bits & 0x7fffffffu), to_bits >> 31u == 1u);
  if (from_order == to_order) {
    return b;
  }
  let next = from_order + select(-1, 1, to_order > from_order);
  let bits = select(u32(next), u32(-next) | 0x80000000u, next < 0 || (next == 0 && from_order < 0));
  return bitcast<f32>(bits);
}

fn gcd_u32(a: u32, b: u32) -> u32 {
  var x = a;
  var y = b;
  while (y != 0u) {
    let rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

fn gcd_i32(a: i32, b: i32) -> i32 {
  return i32(gcd_u32(u32(abs(a)), u32(abs(b))));
}

fn lcm_u32(a: u32, b: u32) -> u32 {
  if (a == 0u || b == 0u) {
    return 0u;
  }
  return (a / gcd_u32(a, b)) * b;
}

fn lcm_i32(a: i32, b: i32) -> i32 {
  if (a == 0 || b == 0) {
    return 0;
  }
  return abs((a / gcd_i32(a, b)) * b);
}
