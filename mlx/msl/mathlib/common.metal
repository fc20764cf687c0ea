// What the other files share. All arithmetic is float32 without fused
// operations: executors without FMA give the same bits.

using namespace metal;

#define INFINITY (as_type<float>(0x7f800000u))
#define NAN (as_type<float>(0x7fc00000u))

namespace mathlib {

// x + magic rounds |x| < 2^22 to an integer, which then stands in the low bits.
constant float magic = 12582912.0f; // 1.5 * 2^23

inline int magic_int(float t) { return as_type<int>(t) - 0x4b400000; }

// 2^n for n in [-126, 127].
inline float power(int n) { return as_type<float>((n + 127) << 23); }

// x * 2^n with one rounding, for x near 1 and n in [-252, 254].
inline float scale(float x, int n) {
  int h = n >> 1;
  return x * power(h) * power(n - h);
}

// The upper 12 bits of the mantissa: products of such numbers are exact.
inline float upper(float x) { return as_type<float>(as_type<uint>(x) & 0xfffff000u); }

// The error of the product p = a * b.
inline float product_error(float a, float b, float p) {
  float ah = upper(a), bh = upper(b), al = a - ah, bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}

inline bool is_nan(float x) { return x != x; }

inline float flip_sign(float x, uint sign) { return as_type<float>(as_type<uint>(x) ^ sign); }

inline uint sign_of(float x) { return as_type<uint>(x) & 0x80000000u; }

} // namespace mathlib
