package codegen

// erfText computes the error function to about 1e-7: below 1 as x P(x^2), above
// as 1 - exp(Q(x) - x^2). P and Q are Chebyshev fits on [0, 1] and [1, 4].
const erfText = `inline float erf_(float x) {
  float a = abs(x), t = x * x;
  if (a < 1.0f) {
    float p = 7.875875063e-5f;
    p = fma(p, t, -0.0008016864287f);
    p = fma(p, t, 0.005189087423f);
    p = fma(p, t, -0.02685421201f);
    p = fma(p, t, 0.1128359472f);
    p = fma(p, t, -0.3761262667f);
    p = fma(p, t, 1.128379166f);
    return x * p;
  }
  if (a > 4.0f) return copysign(1.0f, x);
  float q = -1.327236181e-5f;
  q = fma(q, a, 0.0003169370225f);
  q = fma(q, a, -0.003432351381f);
  q = fma(q, a, 0.02260477224f);
  q = fma(q, a, -0.1032811176f);
  q = fma(q, a, 0.3608587424f);
  q = fma(q, a, -1.125893652f);
  q = fma(q, a, -0.0007658977797f);
  return copysign(1.0f - exp(q - t), x) + (x - x);
}
`
