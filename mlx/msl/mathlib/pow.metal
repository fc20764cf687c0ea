// x^y = 2^(y log2 x) with log2 x in two floats.

namespace mathlib {

// 2^(hi + lo) for |hi| < 400.
inline float exp2_sum(float hi, float lo) {
  float t = hi + magic;
  float r = (hi - (t - magic)) + lo;
  float q = 0.0013390970f + r * 0.000153288725f;
  q = 0.0555035956f + r * (0.00961850025f + r * q);
  q = 0.693147182f + r * (0.240226477f + r * q);
  int n = magic_int(t);
  n = select(select(n, 200, n > 200), -200, n < -200);
  return scale(1.0f + r * q, n);
}

// log2 x as hi + lo, to about 2^-34 of it; x is positive and finite. With
// x = 2^k m it is k + log2 c + log2(m / c) for the c near m of three.
inline float log2_split(float x, thread float &lo) {
  bool tiny = x < 1.17549435e-38f;
  uint bits = as_type<uint>(select(x, x * 8388608.0f, tiny)) + (0x3f800000u - 0x3f3504f3u);
  float m = as_type<float>((bits & 0x007fffffu) + 0x3f3504f3u);
  float k = float(int(bits >> 23) - 127) - select(0.0f, 23.0f, tiny);
  bool low = m < 0.866025388f, high = m > 1.15470052f;
  float c = select(select(1.0f, 0.78125f, low), 1.28125f, high);
  k += select(select(0.0f, -0.356140137f, low), 0.357543945f, high);
  float c_lo = select(select(0.0f, -3.67350663e-06f, low), 8.05930540e-06f, high);
  // s = (m - c) / (m + c) in two parts: the remainder of the division is exact.
  float f = m - c;
  float d = m + c;
  float d_lo = m - (d - c);
  float s = f / d;
  float p = s * d;
  float s_lo = (((f - p) - product_error(s, d, p)) - s * d_lo) / d;
  float z = s * s;
  float q = z * (0.961796701f + z * (0.577068925f + z * 0.415348232f));
  // log2(m / c) = (2 / ln 2) atanh s
  float a = s * 2.88539004f;
  float a_lo = product_error(s, 2.88539004f, a) + (s * 3.85192607e-08f + s_lo * 2.88539004f) + s * q;
  float b = a + a_lo;
  a_lo -= b - a;
  float sum = k + b;
  lo = (b - (sum - k)) + (a_lo + c_lo);
  return sum;
}

float pow(float x, float y) {
  float ax = abs(x), ay = abs(y);
  float lo;
  float hi = log2_split(ax, lo);
  // Beyond 2^40 every power but that of 1 is 0 or infinite.
  float e = copysign(select(ay, 1.09951163e+12f, ay > 1.09951163e+12f), y);
  float p = e * hi;
  float p_lo = product_error(e, hi, p) + e * lo;
  bool far = abs(p) > 300.0f;
  float r = exp2_sum(select(p, copysign(300.0f, p), far), select(p_lo, 0.0f, far));
  // The base is 0 or infinite.
  bool vanishes = (ax == 0.0f) != (y < 0.0f);
  r = select(r, select(INFINITY, 0.0f, vanishes), ax == 0.0f || ax == INFINITY);
  // A negative base takes integers only; odd ones keep its sign.
  bool whole = rint(ay) == ay;
  bool odd = ay < 16777216.0f && (int(ay) & 1) != 0 && whole;
  r = select(r, NAN, x < 0.0f && ax != INFINITY && !whole);
  r = flip_sign(r, select(0u, sign_of(x), odd));
  r = select(r, NAN, is_nan(x) || is_nan(y));
  return select(r, 1.0f, y == 0.0f || x == 1.0f);
}

float fast_pow(float x, float y) { return exp2(y * log2(x)); }

} // namespace mathlib
