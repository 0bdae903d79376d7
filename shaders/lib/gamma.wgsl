// The gamma function's logarithm and the derivatives of that: digamma, polygamma, Hurwitz' zeta function.

// log Γ(2 + t) for |t| ≤ ½: the series of Abramowitz and Stegun 6.1.33.
fn lgamma_core_(t: f32) -> f32 {
  var p = 2.05072128e-5;
  p = p * t - 4.49262367e-5;
  p = p * t + 9.94575128e-5;
  p = p * t - 0.000223154758;
  p = p * t + 0.000509669525;
  p = p * t - 0.00119275391;
  p = p * t + 0.00289051033;
  p = p * t - 0.00738555103;
  p = p * t + 0.0205808084;
  p = p * t - 0.0673523011;
  p = p * t + 0.322467033;
  p = p * t + 0.422784335;
  return p * t;
}

// log Γ(x) for x > 0: Stirling's series (6.1.41) from 8 on; below, recurrence (6.1.15) to the numbers around 2.
fn lgamma_positive_(x: f32) -> f32 {
  if (x >= 8.0) {
    if (x > 1e30) {
      return select(x * (log_(x) - 1.0), x, is_inf(x));
    }
    let r = 1.0 / x;
    let z = r * r;
    return (x - 0.5) * log_(x) - x + (((z / 1260.0 - 1.0 / 360.0) * z + 1.0 / 12.0) * r + 0.918938533);
  }
  var y = x;
  var product = 1.0;
  while (y > 2.5) {
    y -= 1.0;
    product *= y;
  }
  if (y < 0.5) {
    return lgamma_core_(y) - log_(y * (y + 1.0));
  }
  if (y < 1.5) {
    return lgamma_core_(y - 1.0) - log_(y);
  }
  return lgamma_core_(y - 2.0) + log_(product);
}

// sin πx for what is left of x after its nearest whole number, |x| ≤ ½.
fn sin_of_turn_(x: f32) -> f32 {
  return sin_(3.14159265 * x);
}

// Below 0 by reflection (6.1.17): Γ(x) Γ(−x) = −π / (x sin πx).
fn lgamma_(x: f32) -> f32 {
  if (is_nan(x)) {
    return x;
  }
  if (is_inf(x)) {
    return inf();
  }
  if (x > 0.0) {
    return lgamma_positive_(x);
  }
  let rest = abs(x - round(x));
  if (rest == 0.0) {
    return inf();
  }
  return (1.14472989 - log_(-x)) - log_(sin_of_turn_(rest)) - lgamma_positive_(-x);
}

// The asymptotic series 6.3.18 from 6 on; below, recurrence (6.3.5).
fn digamma_positive_(x: f32) -> f32 {
  var y = x;
  var sum = 0.0;
  while (y < 6.0) {
    sum += 1.0 / y;
    y += 1.0;
  }
  let r = 1.0 / y;
  let z = r * r;
  let series = ((z / 252.0 - 1.0 / 120.0) * z + 1.0 / 12.0) * z;
  return log_(y) - (0.5 * r + series) - sum;
}

// Below 0 by reflection (6.3.7).
fn digamma_(x: f32) -> f32 {
  if (is_nan(x) || bitcast<u32>(x) == 0xff800000u) {
    return nan();
  }
  if (x > 0.0) {
    return select(digamma_positive_(x), x, is_inf(x));
  }
  if (x == 0.0) {
    return select(-inf(), inf(), bitcast<u32>(x) >> 31u == 1u);
  }
  let rest = x - round(x);
  if (rest == 0.0) {
    return nan();
  }
  let turn = 3.14159265 * rest;
  return digamma_positive_(1.0 - x) - 3.14159265 * cos_(turn) / sin_(turn);
}

// Σ (q + k)^−s for q > 0 and s > 1: terms until q is large beside s, then Euler's and Maclaurin's formula (23.1.30).
fn zeta_positive_(s: f32, q: f32) -> f32 {
  var a = q;
  var sum = 0.0;
  var first = 0.0;
  while (a < 9.0 + min(s, 100.0)) {
    sum += pow_(a, -s);
    a += 1.0;
  }
  let power = pow_(a, -s);
  let r = 1.0 / a;
  var factor = s * r;
  var series = factor / 12.0;
  factor *= ((s + 1.0) * r) * ((s + 2.0) * r);
  series -= factor / 720.0;
  factor *= ((s + 3.0) * r) * ((s + 4.0) * r);
  series += factor / 30240.0;
  factor *= ((s + 5.0) * r) * ((s + 6.0) * r);
  series -= factor / 1209600.0;
  return sum + power * (a / (s - 1.0) + 0.5 + series);
}

// For q < 0 and whole s, the sum over all whole numbers less the part that is too much.
fn zeta_(s: f32, q: f32) -> f32 {
  if (is_nan(s) || is_nan(q) || s < 1.0) {
    return nan();
  }
  if (s == 1.0) {
    return inf();
  }
  if (q > 0.0) {
    return select(zeta_positive_(s, q), 0.0, is_inf(q));
  }
  if (is_inf(q)) {
    return nan();
  }
  let rest = q - round(q);
  if (rest == 0.0) {
    return inf();
  }
  if (s != floor(s)) {
    return nan();
  }
  let mirrored = zeta_positive_(s, 1.0 - rest) - zeta_positive_(s, 1.0 - q);
  let odd = s - 2.0 * floor(0.5 * s) == 1.0;
  return (zeta_positive_(s, 1.0 + rest) + select(mirrored, -mirrored, odd)) + pow_(rest, -s);
}

// The n-th derivative of digamma (6.4.10).
fn polygamma_(x: f32, n: f32) -> f32 {
  if (n == 0.0) {
    return digamma_(x);
  }
  var factorial = 1.0;
  for (var k = 2.0; k <= n && k < 40.0; k += 1.0) {
    factorial *= k;
  }
  let y = factorial * zeta_(n + 1.0, x);
  return select(y, -y, n - 2.0 * floor(0.5 * n) == 0.0);
}
