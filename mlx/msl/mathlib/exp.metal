// Exponentials and hyperbolic functions: x = n ln 2 + r with |r| <= ln 2 / 2,
// a polynomial in r, and 2^n by two exact scalings. Shifting a sum with magic
// to the left leaves the integer alone in the exponent.

namespace mathlib {

// x kept where the result is neither 0 nor infinite by far; NaN stays.
inline float keep(float x, float lo, float hi) {
  float y = select(x, hi, x > hi);
  return select(y, lo, y < lo);
}

// 2^n for t = n + magic, n in [-126, 127].
inline float power_of(float t) { return as_type<float>((as_type<int>(t) << 23) + 0x3f800000); }

// x * 2^n with one rounding, for x near 1 and t = n + magic, n in [-252, 254].
inline float scale_by(float x, float t) {
  float h = (t - magic) * 0.5f + magic;
  return x * power_of(h) * as_type<float>(((as_type<int>(t) - as_type<int>(h)) << 23) + 0x3f800000);
}

// In even powers: x = 2 n ln 2 + r with |r| <= ln 2, so that both scalings are
// the same.
float exp(float x) {
  float c = keep(x, -104.0f, 89.0f);
  float t = c * 0.72134751f + magic;
  float n = t - magic;
  float r = (c - n * 1.38629150f) - n * 2.85721354e-06f;
  float z = r * r;
  float q = (0.00833610884f + r * 0.00141046767f) + z * 0.000196113444f;
  q = (0.500000347f + r * 0.16666614f) + z * (0.0416612583f + r * q);
  float s = power_of(t);
  return (1.0f + (r + z * q)) * s * s;
}

float exp2(float x) {
  float c = keep(x, -151.0f, 129.0f);
  float t = c + magic;
  float r = c - (t - magic);
  float q = 0.0013390970f + r * 0.000153288725f;
  q = 0.0555035956f + r * (0.00961850025f + r * q);
  q = 0.693147182f + r * (0.240226477f + r * q);
  return scale_by(1.0f + r * q, t);
}

float exp10(float x) {
  float c = keep(x, -45.5f, 38.75f);
  float t = c * 3.32192802f + magic;
  float n = t - magic;
  float r = (c - n * 0.301025391f) - n * 4.60503907e-06f;
  float q = 0.541840136f + r * 0.206210598f;
  q = 2.03465581f + r * (1.17129433f + r * q);
  q = 2.30258512f + r * (2.65094876f + r * q);
  return scale_by(1.0f + r * q, t);
}

// (e^x - 1) / 4 for x in [0, 90), which cannot overflow.
inline float quarter_expm1(float x) {
  float t = x * 1.44269502f + magic;
  float n = t - magic;
  float r = (x - n * 0.693145752f) - n * 1.42860677e-06f;
  float q = 0.00139327545f + r * 0.00019761287f;
  q = 0.0416664891f + r * (0.00833354704f + r * q);
  q = 0.5f + r * (0.166666657f + r * q);
  float p = r + r * r * q;
  float s = power(magic_int(t) - 2);
  return s * p + (s - 0.25f);
}

// With x = n ln 2 / 2 + h and u = tanh h it is (s - 1 + (s + 1) u) / (s + 1 + (s - 1) u)
// for s = 2^n: neither cancels, and h is so small that u takes three terms.
float tanh(float x) {
  float a = abs(x);
  float c = select(a, 10.0f, a > 10.0f);
  float t = c * 2.88539004f + magic;
  float n = t - magic;
  float h = (c - n * 0.346572876f) - n * 7.14303385e-07f;
  float z = h * h;
  float q = -0.333333315f + z * (0.133322355f + z * -0.052993049f);
  float u = h + h * z * q;
  float s = power_of(t);
  float less = s - 1.0f, more = s + 1.0f;
  return flip_sign((less + more * u) / (more + less * u), sign_of(x));
}

float sinh(float x) {
  float a = abs(x);
  float h = 2.0f * quarter_expm1(select(a, 89.5f, a > 89.5f));
  float y = copysign(h + select(h / (2.0f * h + 1.0f), 0.5f, h > 1.0e+10f), x);
  return select(y, x, a < 2.0e-4f);
}

float cosh(float x) {
  float a = abs(x);
  float h = 2.0f * quarter_expm1(select(a, 89.5f, a > 89.5f)) + 0.5f;
  return h + 0.25f / h;
}

} // namespace mathlib
