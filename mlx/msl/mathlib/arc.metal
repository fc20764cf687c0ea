// Inverse trigonometric functions.

namespace mathlib {

// atan(y / x) for 0 <= y <= x, and x not 0: above tan(pi/8) it is
// pi/4 + atan((y - x) / (y + x)).
inline float atan_ratio(float y, float x) {
  bool upper_half = y > 0.414213562f * x;
  float t = select(y, y - x, upper_half) / select(x, y + x, upper_half);
  float z = t * t;
  float q = 0.105987072f + z * -0.0608866401f;
  q = z * (-0.333333164f + z * (0.199985266f + z * (-0.142443433f + z * q)));
  float base = select(0.0f, 0.785398185f, upper_half);
  float rest = select(0.0f, -2.18556941e-08f, upper_half);
  return base + (t + (t * q + rest));
}

float atan(float x) {
  float a = abs(x);
  bool big = a > 1.0f;
  float t = atan_ratio(select(a, 1.0f, big), select(1.0f, a, big));
  t = select(t, 1.57079637f - (t + 4.37113883e-08f), big);
  t = select(t, 1.57079637f, a == INFINITY);
  return copysign(select(t, x, is_nan(x)), x);
}

float atan2(float y, float x) {
  float ax = abs(x), ay = abs(y);
  bool swap = ay > ax;
  float lo = select(ay, ax, swap), hi = select(ax, ay, swap);
  // Away from overflow and underflow; 0 / 0 is 0 and inf / inf is 1 here.
  float s = select(select(1.0f, 0.25f, hi > 1.0e+38f), 16777216.0f, hi < 1.0e-30f);
  bool both_inf = lo == INFINITY;
  float t = atan_ratio(select(lo * s, 1.0f, both_inf), select(select(hi * s, 1.0f, both_inf), 1.0f, hi == 0.0f));
  t = select(t, 0.0f, hi == INFINITY && !both_inf);
  t = select(t, 1.57079637f - (t + 4.37113883e-08f), swap);
  t = select(t, 3.14159274f - (t + 8.74227766e-08f), sign_of(x) != 0u);
  return copysign(select(t, NAN, is_nan(x) || is_nan(y)), y);
}

// (asin(s) - s) / s for z = s^2 in [0, 1/4].
inline float asin_tail(float z) {
  float q = 0.0143812587f + z * 0.0375900604f;
  q = 0.0445146598f + z * (0.0318245888f + z * q);
  return z * (0.166666597f + z * (0.0750051811f + z * q));
}

// Beyond 1/2 by asin(x) = pi/2 - 2 asin(sqrt((1 - x) / 2)).
float asin(float x) {
  float a = abs(x);
  bool big = a > 0.5f;
  float z = select(a * a, (1.0f - a) * 0.5f, big);
  float s = select(a, sqrt(z), big);
  float t = s + s * asin_tail(z);
  return copysign(select(t, 1.57079637f - (2.0f * t + 4.37113883e-08f), big), x);
}

float acos(float x) {
  float a = abs(x);
  bool big = a > 0.5f;
  float z = select(a * a, (1.0f - a) * 0.5f, big);
  float s = select(a, sqrt(z), big);
  float t = s + s * asin_tail(z);
  float near = select(2.0f * t, 3.14159274f - (2.0f * t + 8.74227766e-08f), x < 0.0f);
  float mid = 1.57079637f - (copysign(t, x) + 4.37113883e-08f);
  return select(mid, near, big);
}

} // namespace mathlib
