// MLX's overloads of the library on bfloat16_t: computed in float and rounded
// back, where Metal's own library would give a float.

#define UNARY(name) \
  METAL_FUNC bfloat16_t name(bfloat16_t x) { return bfloat16_t(name(float(x))); }
#define BINARY(name) \
  METAL_FUNC bfloat16_t name(bfloat16_t x, bfloat16_t y) { return bfloat16_t(name(float(x), float(y))); }
#define TERNARY(name) \
  METAL_FUNC bfloat16_t name(bfloat16_t x, bfloat16_t y, bfloat16_t z) { \
    return bfloat16_t(name(float(x), float(y), float(z))); \
  }
#define MATHS \
  UNARY(abs) UNARY(acos) UNARY(acosh) UNARY(asin) UNARY(asinh) UNARY(atan) UNARY(atanh) \
  UNARY(ceil) UNARY(cos) UNARY(cosh) UNARY(cospi) UNARY(exp) UNARY(exp10) UNARY(exp2) \
  UNARY(fabs) UNARY(floor) UNARY(fract) UNARY(log) UNARY(log10) UNARY(log2) UNARY(rint) \
  UNARY(round) UNARY(rsqrt) UNARY(sin) UNARY(sinh) UNARY(sinpi) UNARY(sqrt) UNARY(tan) \
  UNARY(tanh) UNARY(tanpi) UNARY(trunc) \
  BINARY(atan2) BINARY(divide) BINARY(fmax) BINARY(fmin) BINARY(fmod) BINARY(max) BINARY(min) \
  BINARY(pow) BINARY(powr) \
  TERNARY(fma) TERNARY(fmax3) TERNARY(fmedian3) TERNARY(fmin3) TERNARY(max3) TERNARY(median3) \
  TERNARY(min3) \
  METAL_FUNC bfloat16_t fdim(bfloat16_t x, bfloat16_t y) { return x > y ? x - y : bfloat16_t(0.0f); } \
  METAL_FUNC bfloat16_t frexp(bfloat16_t x, thread int &e) { return bfloat16_t(frexp(float(x), e)); } \
  METAL_FUNC bfloat16_t ldexp(bfloat16_t x, int k) { return bfloat16_t(ldexp(float(x), k)); } \
  METAL_FUNC bfloat16_t nextafter(bfloat16_t x, bfloat16_t y) { \
    return bfloat16_t(nextafter(float(x), float(y))); \
  }

namespace metal {
MATHS
namespace fast {
MATHS
} // namespace fast
namespace precise {
MATHS
} // namespace precise

// The SIMD-group functions move the bits; reductions compute in float.
#define MOVE(name)                                                        \
  METAL_FUNC bfloat16_t name(bfloat16_t x, ushort n) {                    \
    return uint16_to_bfloat16(name(bfloat16_to_uint16(x), n));            \
  }
#define FILL(name)                                                                        \
  METAL_FUNC bfloat16_t name(bfloat16_t x, bfloat16_t fill, ushort delta) {               \
    return uint16_to_bfloat16(name(bfloat16_to_uint16(x), bfloat16_to_uint16(fill), delta)); \
  }                                                                                       \
  METAL_FUNC bfloat16_t name(bfloat16_t x, bfloat16_t fill, ushort delta, ushort modulo) { \
    return uint16_to_bfloat16(name(bfloat16_to_uint16(x), bfloat16_to_uint16(fill), delta, modulo)); \
  }
MOVE(simd_broadcast)
MOVE(simd_shuffle)
MOVE(simd_shuffle_down)
MOVE(simd_shuffle_up)
MOVE(simd_shuffle_xor)
MOVE(simd_shuffle_rotate_down)
MOVE(simd_shuffle_rotate_up)
FILL(simd_shuffle_and_fill_down)
FILL(simd_shuffle_and_fill_up)
UNARY(simd_max)
UNARY(simd_min)
UNARY(simd_sum)
UNARY(simd_product)
UNARY(simd_prefix_exclusive_product)
UNARY(simd_prefix_exclusive_sum)
UNARY(simd_prefix_inclusive_product)
UNARY(simd_prefix_inclusive_sum)

#undef UNARY
#undef BINARY
#undef TERNARY
#undef MATHS
#undef MOVE
#undef FILL

} // namespace metal
