// The macros of <metal_stdlib>: constants, and names that headers rely on.

#define METAL_FUNC inline __attribute__((__always_inline__))

#define __METAL_FAST_MATH__ 1
#define __METAL_PRECISE_MATH__ 0
#define __METAL_MAYBE_FAST_MATH__ 0

#define CHAR_BIT 8
#define SCHAR_MAX 127
#define SCHAR_MIN (-128)
#define CHAR_MAX 127
#define CHAR_MIN (-128)
#define UCHAR_MAX 255
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define INT_MAX 2147483647
#define INT_MIN (-2147483647 - 1)
#define UINT_MAX 4294967295u
#define LONG_MAX 9223372036854775807l
#define LONG_MIN (-9223372036854775807l - 1)
#define ULONG_MAX 18446744073709551615ul

#define INT8_MAX CHAR_MAX
#define INT8_MIN CHAR_MIN
#define UINT8_MAX UCHAR_MAX
#define INT16_MAX SHRT_MAX
#define INT16_MIN SHRT_MIN
#define UINT16_MAX USHRT_MAX
#define INT32_MAX INT_MAX
#define INT32_MIN INT_MIN
#define UINT32_MAX UINT_MAX
#define INT64_MAX LONG_MAX
#define INT64_MIN LONG_MIN
#define UINT64_MAX ULONG_MAX
#define SIZE_MAX ULONG_MAX

#define INFINITY (as_type<float>(0x7f800000u))
#define NAN (as_type<float>(0x7fc00000u))
#define HUGE_VALF INFINITY
#define HUGE_VALH (as_type<half>(ushort(0x7c00)))
#define HUGE_VALBF (as_type<bfloat>(ushort(0x7f80)))
#define MAXFLOAT FLT_MAX
#define MAXHALF HALF_MAX
#define MAXBFLOAT BFLT_MAX
#define FP_ILOGB0 (-2147483647 - 1)
#define FP_ILOGBNAN (-2147483647 - 1)

#define assert(condition) ((void)0)

#define FLT_RADIX 2
#define FLT_DIG 6
#define FLT_MANT_DIG 24
#define FLT_DECIMAL_DIG 9
#define FLT_MAX_10_EXP 38
#define FLT_MAX_EXP 128
#define FLT_MIN_10_EXP (-37)
#define FLT_MIN_EXP (-125)
#define FLT_MAX 3.40282347e+38f
#define FLT_MIN 1.17549435e-38f
#define FLT_TRUE_MIN 1.40129846e-45f
#define FLT_EPSILON 1.1920929e-07f

#define HALF_RADIX 2
#define HALF_DIG 3
#define HALF_MANT_DIG 11
#define HALF_DECIMAL_DIG 5
#define HALF_MAX_10_EXP 4
#define HALF_MAX_EXP 16
#define HALF_MIN_10_EXP (-4)
#define HALF_MIN_EXP (-13)
#define HALF_MAX 65504.0h
#define HALF_MIN 6.10351562e-05h
#define HALF_TRUE_MIN 5.96046448e-08h
#define HALF_EPSILON 9.765625e-04h

#define BFLT_RADIX 2
#define BFLT_DIG 2
#define BFLT_MANT_DIG 8
#define BFLT_DECIMAL_DIG 4
#define BFLT_MAX_10_EXP 38
#define BFLT_MAX_EXP 128
#define BFLT_MIN_10_EXP (-37)
#define BFLT_MIN_EXP (-125)
#define BFLT_MAX 3.38953139e+38bf
#define BFLT_MIN 1.17549435e-38bf
#define BFLT_TRUE_MIN 9.18354962e-41bf
#define BFLT_EPSILON 7.8125e-03bf

#define M_E_F 2.718281828f
#define M_LOG2E_F 1.442695041f
#define M_LOG10E_F 0.4342944819f
#define M_LN2_F 0.6931471806f
#define M_LN10_F 2.302585093f
#define M_PI_F 3.141592654f
#define M_PI_2_F 1.570796327f
#define M_PI_4_F 0.7853981634f
#define M_1_PI_F 0.3183098862f
#define M_2_PI_F 0.6366197724f
#define M_2_SQRTPI_F 1.128379167f
#define M_SQRT2_F 1.414213562f
#define M_SQRT1_2_F 0.7071067812f

#define M_E_H 2.718281828h
#define M_LOG2E_H 1.442695041h
#define M_LOG10E_H 0.4342944819h
#define M_LN2_H 0.6931471806h
#define M_LN10_H 2.302585093h
#define M_PI_H 3.141592654h
#define M_PI_2_H 1.570796327h
#define M_PI_4_H 0.7853981634h
#define M_1_PI_H 0.3183098862h
#define M_2_PI_H 0.6366197724h
#define M_2_SQRTPI_H 1.128379167h
#define M_SQRT2_H 1.414213562h
#define M_SQRT1_2_H 0.7071067812h

#define M_E_BF 2.718281828bf
#define M_LOG2E_BF 1.442695041bf
#define M_LOG10E_BF 0.4342944819bf
#define M_LN2_BF 0.6931471806bf
#define M_LN10_BF 2.302585093bf
#define M_PI_BF 3.141592654bf
#define M_PI_2_BF 1.570796327bf
#define M_PI_4_BF 0.7853981634bf
#define M_1_PI_BF 0.3183098862bf
#define M_2_PI_BF 0.6366197724bf
#define M_2_SQRTPI_BF 1.128379167bf
#define M_SQRT2_BF 1.414213562bf
#define M_SQRT1_2_BF 0.7071067812bf

