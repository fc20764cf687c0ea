// Sine, cosine and tangent: x = n pi/2 + r + lo with |r| <= pi/4.

namespace mathlib {

// The first words of 2/pi after 32 zero bits.
constant uint two_over_pi[8] = {0x00000000u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u,
                                0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu};

inline uint word_at(int bit) {
  int i = bit >> 5;
  ulong pair = ulong(two_over_pi[i]) << 32 | two_over_pi[i + 1];
  return uint(pair >> (32 - (bit & 31)));
}

// Reduction of x >= 2^16 (Payne and Hanek): of 2/pi only those 96 bits count
// whose product with x is neither a multiple of 4 nor too small to see.
inline int reduce_large(float x, thread float &r, thread float &lo) {
  uint bits = as_type<uint>(x);
  ulong m = (bits & 0x007fffffu) | 0x00800000u;
  int first = int(bits >> 23 & 0xffu) - (127 - 7);
  ulong p = (m * word_at(first) << 32) + m * word_at(first + 32) + (m * word_at(first + 64) >> 32);
  long f = long(p << 2); // the fraction, in [-1/2, 1/2) as a signed number
  float fh = float(f);
  float fl = float(f - long(fh));
  float s = 8.51530395e-20f; // pi/2 / 2^64 and what it lacks
  r = fh * s;
  lo = product_error(fh, s, r) + (fl * s + fh * -2.36987092e-27f);
  return int(p >> 62) + select(0, 1, f < 0);
}

// Reduction of 0 <= x <= 100000 (Cody and Waite): the first four parts of pi/2
// are so short that their products with n are exact.
inline int reduce_small(float x, thread float &r, thread float &lo) {
  float t = x * 0.636619747f + magic;
  float n = t - magic;
  r = ((x - n * 1.5625f) - n * 0.00830078125f) - n * -4.47034836e-06f;
  float c = n * 1.59488991e-08f;
  float d = n * -5.56443155e-11f;
  float r1 = r - c;
  float r2 = r1 - d;
  lo = ((r - r1) - c) + ((r1 - r2) - d);
  r = r2;
  return as_type<int>(t);
}

inline int reduce(float x, thread float &r, thread float &lo) {
  if (x > 100000.0f) {
    return reduce_large(x, r, lo);
  }
  return reduce_small(x, r, lo);
}

inline float sin_kernel(float r, float lo) {
  float z = r * r;
  float q = -0.166666538f + z * (0.00833210908f + z * -0.000195084183f);
  return r + (r * z * q + lo);
}

inline float cos_kernel(float r, float lo) {
  float z = r * r;
  float h = 0.5f * z;
  float w = 1.0f - h;
  float q = 0.0416666456f + z * (-0.0013887299f + z * 2.44302937e-05f);
  return w + (((1.0f - w) - h) + (z * z * q - r * lo));
}

// sin(n pi/2 + r + lo)
inline float quadrant(int n, float r, float lo) {
  float v = select(sin_kernel(r, lo), cos_kernel(r, lo), (n & 1) != 0);
  return flip_sign(v, uint(n & 2) << 30);
}

inline float tangent(int n, float r, float lo) {
  float s = sin_kernel(r, lo), c = cos_kernel(r, lo);
  bool odd = (n & 1) != 0;
  return select(s, c, odd) / select(c, -s, odd);
}

// NaN for what is not finite.
inline float finite_only(float x, float y) { return select(y, NAN, !(abs(x) < INFINITY)); }

float sin(float x) {
  float r, lo;
  int n = reduce(abs(x), r, lo);
  return finite_only(x, flip_sign(quadrant(n, r, lo), sign_of(x)));
}

float cos(float x) {
  float r, lo;
  int n = reduce(abs(x), r, lo);
  return finite_only(x, quadrant(n + 1, r, lo));
}

float tan(float x) {
  float r, lo;
  int n = reduce(abs(x), r, lo);
  return finite_only(x, flip_sign(tangent(n, r, lo), sign_of(x)));
}

// The fast variants keep the accuracy up to 100000 and lose it beyond.
inline int reduce_fast(float x, thread float &r) {
  float t = x * 0.636619747f + magic;
  float n = t - magic;
  r = ((x - n * 1.5625f) - n * 0.00830078125f) - n * -4.45445493e-06f;
  return as_type<int>(t);
}

float fast_sin(float x) {
  float r;
  int n = reduce_fast(abs(x), r);
  return flip_sign(quadrant(n, r, 0.0f), sign_of(x));
}

float fast_cos(float x) {
  float r;
  int n = reduce_fast(abs(x), r);
  return quadrant(n + 1, r, 0.0f);
}

float fast_tan(float x) {
  float r;
  int n = reduce_fast(abs(x), r);
  return flip_sign(tangent(n, r, 0.0f), sign_of(x));
}

// x >= 0 less the nearest multiple of 1/2, and that multiple's place in the period.
inline int reduce_pi(float x, thread float &r) {
  float n = rint(2.0f * x);
  r = x - 0.5f * n;
  return int(n - 4.0f * floor(0.25f * n));
}

inline float sinpi_kernel(float r) {
  float z = r * r;
  float q = z * (-5.16771269f + z * (2.55015469f + z * (-0.598981678f + z * 0.0791652352f)));
  return r * 3.14159274f + r * (q - 8.74227766e-08f);
}

inline float cospi_kernel(float r) {
  float z = r * r;
  return 1.0f + z * (-4.93480206f + z * (4.05869675f + z * (-1.33475649f + z * 0.228950739f)));
}

// Zeros of sinpi and cospi at other points than 0 are positive.
inline float quadrant_pi(int n, float r) {
  float v = select(sinpi_kernel(r), cospi_kernel(r), (n & 1) != 0);
  return flip_sign(v, uint(n & 2) << 30) + 0.0f;
}

float sinpi(float x) {
  float r;
  int n = reduce_pi(select(abs(x), 0.0f, abs(x) > 16777216.0f), r);
  return finite_only(x, flip_sign(quadrant_pi(n, r), sign_of(x)));
}

float cospi(float x) {
  float r;
  int n = reduce_pi(select(abs(x), 0.0f, abs(x) > 16777216.0f), r);
  return finite_only(x, quadrant_pi(n + 1, r));
}

float tanpi(float x) {
  float r;
  int n = reduce_pi(select(abs(x), 0.0f, abs(x) > 16777216.0f), r);
  return finite_only(x, flip_sign(quadrant_pi(n, r) / quadrant_pi(n + 1, r), sign_of(x)));
}

} // namespace mathlib
