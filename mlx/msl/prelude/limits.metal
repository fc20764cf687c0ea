// <metal_limits>

namespace metal {

enum float_denorm_style {
  denorm_indeterminate = -1,
  denorm_absent = 0,
  denorm_present = 1
};

enum float_round_style {
  round_indeterminate = -1,
  round_toward_zero = 0,
  round_to_nearest = 1,
  round_toward_infinity = 2,
  round_toward_neg_infinity = 3
};

// What a type without limits has, and the others have in part.
template <typename T>
struct __no_limits {
  static constexpr constant bool is_specialized = false;
  static constexpr constant bool is_signed = false;
  static constexpr constant bool is_integer = false;
  static constexpr constant bool is_exact = false;
  static constexpr constant bool has_infinity = false;
  static constexpr constant bool has_quiet_NaN = false;
  static constexpr constant bool has_signaling_NaN = false;
  static constexpr constant bool has_denorm_loss = false;
  static constexpr constant bool is_iec559 = false;
  static constexpr constant bool is_bounded = false;
  static constexpr constant bool is_modulo = false;
  static constexpr constant bool traps = false;
  static constexpr constant bool tinyness_before = false;
  static constexpr constant float_denorm_style has_denorm = denorm_absent;
  static constexpr constant float_round_style round_style = round_toward_zero;
  static constexpr constant int digits = 0;
  static constexpr constant int digits10 = 0;
  static constexpr constant int max_digits10 = 0;
  static constexpr constant int radix = 0;
  static constexpr constant int min_exponent = 0;
  static constexpr constant int min_exponent10 = 0;
  static constexpr constant int max_exponent = 0;
  static constexpr constant int max_exponent10 = 0;
  static constexpr T min() { return T(); }
  static constexpr T max() { return T(); }
  static constexpr T lowest() { return T(); }
  static constexpr T epsilon() { return T(); }
  static constexpr T round_error() { return T(); }
  static constexpr T infinity() { return T(); }
  static constexpr T quiet_NaN() { return T(); }
  static constexpr T signaling_NaN() { return T(); }
  static constexpr T denorm_min() { return T(); }
};

// Kernels specialise the _impl template for types of their own.
template <typename T>
struct _numeric_limits_impl : __no_limits<T> {};
template <typename T>
struct numeric_limits : _numeric_limits_impl<T> {};
template <typename T>
struct numeric_limits<const T> : numeric_limits<T> {};
template <typename T>
struct numeric_limits<volatile T> : numeric_limits<T> {};
template <typename T>
struct numeric_limits<const volatile T> : numeric_limits<T> {};

#define INTEGER_LIMITS(T, sign, bits, digits_10, lo, hi)                    \
  template <>                                                              \
  struct _numeric_limits_impl<T> : __no_limits<T> {                        \
    static constexpr constant bool is_specialized = true;                  \
    static constexpr constant bool is_signed = sign;                       \
    static constexpr constant bool is_integer = true;                      \
    static constexpr constant bool is_exact = true;                        \
    static constexpr constant bool is_bounded = true;                      \
    static constexpr constant bool is_modulo = !sign;                      \
    static constexpr constant int digits = bits;                           \
    static constexpr constant int digits10 = digits_10;                    \
    static constexpr constant int radix = 2;                               \
    static constexpr T min() { return T(lo); }                             \
    static constexpr T max() { return T(hi); }                             \
    static constexpr T lowest() { return T(lo); }                          \
  };

INTEGER_LIMITS(bool, false, 1, 0, 0, 1)
INTEGER_LIMITS(char, true, 7, 2, -128, 127)
INTEGER_LIMITS(uchar, false, 8, 2, 0, 255)
INTEGER_LIMITS(short, true, 15, 4, -32768, 32767)
INTEGER_LIMITS(ushort, false, 16, 4, 0, 65535)
INTEGER_LIMITS(int, true, 31, 9, -2147483647 - 1, 2147483647)
INTEGER_LIMITS(uint, false, 32, 9, 0, 4294967295u)
INTEGER_LIMITS(long, true, 63, 18, -9223372036854775807l - 1, 9223372036854775807l)
INTEGER_LIMITS(ulong, false, 64, 19, 0, 18446744073709551615ul)

#undef INTEGER_LIMITS

// The values are given by their bits in U.
#define FLOAT_LIMITS(T, U, bits, d10, max_d10, min_e, min_e10, max_e, max_e10, \
                     lo, hi, eps, half_ulp, inf, nan, snan)                \
  template <>                                                              \
  struct _numeric_limits_impl<T> : __no_limits<T> {                        \
    static constexpr constant bool is_specialized = true;                  \
    static constexpr constant bool is_signed = true;                       \
    static constexpr constant bool has_infinity = true;                    \
    static constexpr constant bool has_quiet_NaN = true;                   \
    static constexpr constant bool has_signaling_NaN = true;               \
    static constexpr constant bool is_iec559 = true;                       \
    static constexpr constant bool is_bounded = true;                      \
    static constexpr constant float_denorm_style has_denorm = denorm_present; \
    static constexpr constant float_round_style round_style = round_to_nearest; \
    static constexpr constant int digits = bits;                           \
    static constexpr constant int digits10 = d10;                          \
    static constexpr constant int max_digits10 = max_d10;                  \
    static constexpr constant int radix = 2;                               \
    static constexpr constant int min_exponent = min_e;                    \
    static constexpr constant int min_exponent10 = min_e10;                \
    static constexpr constant int max_exponent = max_e;                    \
    static constexpr constant int max_exponent10 = max_e10;                \
    static constexpr T min() { return as_type<T>(U(lo)); }                 \
    static constexpr T max() { return as_type<T>(U(hi)); }                 \
    static constexpr T lowest() { return -as_type<T>(U(hi)); }             \
    static constexpr T epsilon() { return as_type<T>(U(eps)); }            \
    static constexpr T round_error() { return as_type<T>(U(half_ulp)); }   \
    static constexpr T infinity() { return as_type<T>(U(inf)); }           \
    static constexpr T quiet_NaN() { return as_type<T>(U(nan)); }          \
    static constexpr T signaling_NaN() { return as_type<T>(U(snan)); }     \
    static constexpr T denorm_min() { return as_type<T>(U(1)); }           \
  };

FLOAT_LIMITS(half, ushort, 11, 3, 5, -13, -4, 16, 4,
             0x0400, 0x7bff, 0x1400, 0x3800, 0x7c00, 0x7e00, 0x7d00)
FLOAT_LIMITS(bfloat, ushort, 8, 2, 4, -125, -37, 128, 38,
             0x0080, 0x7f7f, 0x3c00, 0x3f00, 0x7f80, 0x7fc0, 0x7fa0)
FLOAT_LIMITS(float, uint, 24, 6, 9, -125, -37, 128, 38,
             0x00800000, 0x7f7fffff, 0x34000000, 0x3f000000, 0x7f800000, 0x7fc00000, 0x7fa00000)

#undef FLOAT_LIMITS

// The limits of a vector are vectors.
template <typename T, int N>
struct _numeric_limits_impl<vec<T, N>> : _numeric_limits_impl<T> {
  static constexpr vec<T, N> min() { return vec<T, N>(numeric_limits<T>::min()); }
  static constexpr vec<T, N> max() { return vec<T, N>(numeric_limits<T>::max()); }
  static constexpr vec<T, N> lowest() { return vec<T, N>(numeric_limits<T>::lowest()); }
  static constexpr vec<T, N> epsilon() { return vec<T, N>(numeric_limits<T>::epsilon()); }
  static constexpr vec<T, N> round_error() { return vec<T, N>(numeric_limits<T>::round_error()); }
  static constexpr vec<T, N> infinity() { return vec<T, N>(numeric_limits<T>::infinity()); }
  static constexpr vec<T, N> quiet_NaN() { return vec<T, N>(numeric_limits<T>::quiet_NaN()); }
  static constexpr vec<T, N> signaling_NaN() { return vec<T, N>(numeric_limits<T>::signaling_NaN()); }
  static constexpr vec<T, N> denorm_min() { return vec<T, N>(numeric_limits<T>::denorm_min()); }
};

} // namespace metal
