// Logarithms and inverse hyperbolic functions: x = 2^k m with m in
// [sqrt 1/2, sqrt 2), and log m by the series of 2 atanh(s), s = f / (2 + f),
// f = m - 1.

namespace mathlib {

// k and f of a positive finite x.
inline float reduce_log(float x, thread float &f) {
  bool tiny = x < 1.17549435e-38f;
  uint bits = as_type<uint>(select(x, x * 8388608.0f, tiny)) + (0x3f800000u - 0x3f3504f3u);
  f = as_type<float>((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
  return float(int(bits >> 23) - 127) - select(0.0f, 23.0f, tiny);
}

// log(1 + f) - f + f^2/2 for f from reduce_log.
inline float log_tail(float f, float half_square) {
  float s = f / (2.0f + f);
  float z = s * s;
  float q = z * (0.666666627f + z * (0.400009722f + z * (0.284988046f + z * 0.242783919f)));
  return s * (half_square + q);
}

// The result for what has no logarithm in the range of the main path.
inline float log_special(float x, float y) {
  y = select(y, x, x == INFINITY);
  y = select(y, -INFINITY, x == 0.0f);
  return select(y, NAN, !(x >= 0.0f));
}

float log(float x) {
  float f;
  float k = reduce_log(x, f);
  float h = 0.5f * f * f;
  float y = k * 0.693145752f + (f - (h - (log_tail(f, h) + k * 1.42860677e-06f)));
  return log_special(x, y);
}

// k + log(m) / log(b) with log m and the factor in two parts each, so that the
// large product is exact.
inline float log_base(float x, float k_hi, float k_lo, float scale_hi, float scale_lo) {
  float f;
  float k = reduce_log(x, f);
  float h = 0.5f * f * f;
  float hi = upper(f - h);
  float lo = (f - hi) - h + log_tail(f, h);
  float big = hi * scale_hi;
  float rest = lo * scale_lo + hi * scale_lo + lo * scale_hi + k * k_lo;
  float kb = k * k_hi;
  float sum = kb + big;
  rest += (kb - sum) + big;
  return log_special(x, sum + rest);
}

float log2(float x) { return log_base(x, 1.0f, 0.0f, 1.44287109f, -0.000176052854f); }

float log10(float x) { return log_base(x, 0.301025391f, 4.60503907e-06f, 0.434326172f, -3.16899714e-05f); }

// log(1 + x) for x >= 0: c is what 1 + x lost.
inline float log1p(float x) {
  float u = 1.0f + x;
  float c = select((x - (u - 1.0f)) / u, 0.0f, u > 16777216.0f);
  float f;
  float k = reduce_log(u, f);
  float h = 0.5f * f * f;
  float y = k * 0.693145752f + (f - (h - (log_tail(f, h) + (k * 1.42860677e-06f + c))));
  return select(y, u, !(u < INFINITY));
}

float asinh(float x) {
  float a = abs(x);
  bool large = a > 1.0e+10f;
  float b = select(a, 1.0f, large);
  float t = b + b * b / (1.0f + sqrt(b * b + 1.0f));
  return copysign(log1p(select(t, a, large)) + select(0.0f, 0.693147182f, large), x);
}

float acosh(float x) {
  bool large = x > 1.0e+10f;
  float d = select(x, 2.0f, large) - 1.0f;
  float t = d + sqrt(d * (d + 2.0f));
  float y = log1p(select(t, x, large)) + select(0.0f, 0.693147182f, large);
  return select(y, NAN, !(x >= 1.0f));
}

float atanh(float x) {
  float a = abs(x);
  float t = 2.0f * a / (1.0f - a);
  float y = copysign(0.5f * log1p(t), x);
  return select(y, NAN, !(a <= 1.0f));
}

} // namespace mathlib
