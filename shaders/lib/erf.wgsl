// The error function.

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
