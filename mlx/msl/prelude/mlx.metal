// What MLX's preamble declares in front of every custom kernel, but for the
// bfloat overloads of the library, which mlx_math has.

#define MTL_CONST constant
#define MLX_MTL_PRAGMA_UNROLL _Pragma("clang loop unroll(full)")
#define instantiate_kernel(name, func, ...) \
  template [[host_name(name)]] [[kernel]] decltype(func<__VA_ARGS__>) func<__VA_ARGS__>;

using namespace metal;

typedef half float16_t;
typedef bfloat bfloat16_t;

inline uint16_t bfloat16_to_uint16(const bfloat16_t x) { return as_type<uint16_t>(x); }
inline bfloat16_t uint16_to_bfloat16(const uint16_t x) { return as_type<bfloat16_t>(x); }

static MTL_CONST constexpr int MAX_REDUCE_SPECIALIZED_DIMS = 4;
static MTL_CONST constexpr int REDUCE_N_READS = 4;
static MTL_CONST constexpr int REDUCE_N_WRITES = 4;
static MTL_CONST constexpr int SOFTMAX_N_READS = 4;
static MTL_CONST constexpr int RMS_N_READS = 4;
static MTL_CONST constexpr int RMS_LOOPED_LIMIT = 4096;

namespace mlx {
using os_log = metal::os_log;
} // namespace mlx

// ---- complex64_t ----

struct complex64_t;

// Whether a complex number can be made from, or turned into, a T.
template <typename T>
static constexpr constant bool can_convert_to_complex64 =
    !is_same_v<T, complex64_t> && (is_convertible_v<T, float> || is_same_v<T, bfloat16_t>);
template <typename T>
static constexpr constant bool can_convert_from_complex64 =
    !is_same_v<T, complex64_t> && (is_convertible_v<float, T> || is_same_v<T, bfloat16_t>);

struct complex64_t {
  float real;
  float imag;

#define IN_SPACE(space)                                                               \
  template <typename T, typename = enable_if_t<can_convert_to_complex64<T>>>          \
  constexpr complex64_t(T x) space : real(static_cast<float>(x)), imag(0) {}          \
  template <typename T, typename = enable_if_t<can_convert_from_complex64<T>>>        \
  constexpr operator T() const space {                                                \
    return static_cast<T>(real);                                                      \
  }

  constexpr complex64_t() thread : real(0), imag(0) {}
  constexpr complex64_t() threadgroup : real(0), imag(0) {}
  constexpr complex64_t(float re, float im) thread : real(re), imag(im) {}
  IN_SPACE(thread)
  IN_SPACE(threadgroup)
  IN_SPACE(device)
  IN_SPACE(constant)

#undef IN_SPACE
};

constexpr complex64_t operator-(complex64_t x) { return {-x.real, -x.imag}; }

constexpr bool operator==(complex64_t a, complex64_t b) { return a.real == b.real && a.imag == b.imag; }
constexpr bool operator!=(complex64_t a, complex64_t b) { return !(a == b); }
// The order is lexicographic.
constexpr bool operator>(complex64_t a, complex64_t b) {
  return a.real > b.real || (a.real == b.real && a.imag > b.imag);
}
constexpr bool operator>=(complex64_t a, complex64_t b) {
  return a.real > b.real || (a.real == b.real && a.imag >= b.imag);
}
constexpr bool operator<(complex64_t a, complex64_t b) { return b > a; }
constexpr bool operator<=(complex64_t a, complex64_t b) { return b >= a; }

constexpr complex64_t operator+(complex64_t a, complex64_t b) {
  return {a.real + b.real, a.imag + b.imag};
}
constexpr complex64_t operator+(float a, complex64_t b) { return {a + b.real, b.imag}; }
constexpr complex64_t operator+(complex64_t a, float b) { return {a.real + b, a.imag}; }

constexpr complex64_t operator-(complex64_t a, complex64_t b) {
  return {a.real - b.real, a.imag - b.imag};
}
constexpr complex64_t operator-(float a, complex64_t b) { return {a - b.real, -b.imag}; }
constexpr complex64_t operator-(complex64_t a, float b) { return {a.real - b, a.imag}; }

constexpr complex64_t operator*(complex64_t a, complex64_t b) {
  return {a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real};
}
constexpr complex64_t operator*(float a, complex64_t b) { return {a * b.real, a * b.imag}; }
constexpr complex64_t operator*(complex64_t a, float b) { return {a.real * b, a.imag * b}; }

constexpr complex64_t operator/(complex64_t a, complex64_t b) {
  float scale = b.real * b.real + b.imag * b.imag;
  return {(a.real * b.real + a.imag * b.imag) / scale, (a.imag * b.real - a.real * b.imag) / scale};
}
constexpr complex64_t operator/(float a, complex64_t b) {
  float scale = b.real * b.real + b.imag * b.imag;
  return {a * b.real / scale, -a * b.imag / scale};
}
constexpr complex64_t operator/(complex64_t a, float b) { return {a.real / b, a.imag / b}; }

#define IN_SPACE(space)                                                         \
  constexpr space complex64_t &operator+=(space complex64_t &a, complex64_t b) { \
    return a = a + b;                                                           \
  }
IN_SPACE(thread)
IN_SPACE(threadgroup)
IN_SPACE(device)
#undef IN_SPACE

// The remainder of each part takes the sign of the divisor, as Python's does.
constexpr complex64_t operator%(complex64_t a, complex64_t b) {
  float re = a.real - b.real * static_cast<int64_t>(a.real / b.real);
  float im = a.imag - b.imag * static_cast<int64_t>(a.imag / b.imag);
  return {re != 0 && (re < 0) != (b.real < 0) ? re + b.real : re,
          im != 0 && (im < 0) != (b.imag < 0) ? im + b.imag : im};
}

// ---- properties of types ----

template <typename U>
struct WorkPerThread {
  static_assert(sizeof(U) <= 8, "Type too large");
  static constexpr int constant n = 8 / sizeof(U);
};

template <typename U>
struct Limits {
  static constexpr constant U max = numeric_limits<U>::max();
  static constexpr constant U min = numeric_limits<U>::min();
  static constexpr constant U finite_max = numeric_limits<U>::max();
  static constexpr constant U finite_min = numeric_limits<U>::min();
};

#define FLOAT_LIMITS(T)                                                \
  template <>                                                          \
  struct Limits<T> {                                                   \
    static constexpr constant T max = numeric_limits<T>::infinity();   \
    static constexpr constant T min = -numeric_limits<T>::infinity();  \
    static constexpr constant T finite_max = numeric_limits<T>::max(); \
    static constexpr constant T finite_min = -numeric_limits<T>::max(); \
  };
FLOAT_LIMITS(half)
FLOAT_LIMITS(float)
FLOAT_LIMITS(bfloat16_t)
#undef FLOAT_LIMITS

template <>
struct Limits<bool> {
  static constexpr constant bool max = true;
  static constexpr constant bool min = false;
};

template <>
struct Limits<complex64_t> {
  static constexpr constant complex64_t max =
      complex64_t(numeric_limits<float>::infinity(), numeric_limits<float>::infinity());
  static constexpr constant complex64_t min =
      complex64_t(-numeric_limits<float>::infinity(), -numeric_limits<float>::infinity());
};

template <bool condition, typename T, typename U>
struct ConditionalType {
  using type = U;
};
template <typename T, typename U>
struct ConditionalType<true, T, U> {
  using type = T;
};

template <typename T, typename U>
inline T ceildiv(T N, U M) {
  return (N + M - 1) / M;
}

// ---- from an element's number to its place, by shape and strides ----

template <typename IdxT = int64_t>
METAL_FUNC IdxT elem_to_loc(IdxT elem, constant const int *shape, constant const int64_t *strides, int ndim) {
  IdxT loc = 0;
  for (int d = ndim - 1; d >= 0 && elem > 0; --d) {
    loc += (elem % shape[d]) * IdxT(strides[d]);
    elem /= shape[d];
  }
  return loc;
}

// elem.x and elem.y count along the last two axes, elem.z over all others.
template <typename IdxT = int64_t>
METAL_FUNC IdxT elem_to_loc(uint3 elem, constant const int *shape, constant const int64_t *strides, int ndim) {
  IdxT loc = elem.x * IdxT(strides[ndim - 1]) + elem.y * IdxT(strides[ndim - 2]);
  for (int d = ndim - 3; d >= 0; --d) {
    loc += (elem.z % shape[d]) * IdxT(strides[d]);
    elem.z /= shape[d];
  }
  return loc;
}

template <typename IdxT = int64_t>
METAL_FUNC IdxT elem_to_loc_1(uint elem, constant const int64_t &stride) {
  return elem * IdxT(stride);
}

template <typename IdxT = int64_t>
METAL_FUNC IdxT elem_to_loc_2(uint2 elem, constant const int64_t strides[2]) {
  return elem.x * IdxT(strides[1]) + elem.y * IdxT(strides[0]);
}

template <typename IdxT = int64_t>
METAL_FUNC IdxT elem_to_loc_3(uint3 elem, constant const int64_t strides[3]) {
  return elem.x * IdxT(strides[2]) + elem.y * IdxT(strides[1]) + elem.z * IdxT(strides[0]);
}

template <typename IdxT = int64_t>
METAL_FUNC vec<IdxT, 2> elem_to_loc_2_nd(uint3 elem, constant const int *shape,
                                         constant const int64_t *a_strides,
                                         constant const int64_t *b_strides, int ndim) {
  return vec<IdxT, 2>(elem_to_loc<IdxT>(elem, shape, a_strides, ndim),
                      elem_to_loc<IdxT>(elem, shape, b_strides, ndim));
}

template <typename IdxT = int64_t>
METAL_FUNC vec<IdxT, 3> elem_to_loc_3_nd(uint3 elem, constant const int *shape,
                                         constant const int64_t *a_strides,
                                         constant const int64_t *b_strides,
                                         constant const int64_t *c_strides, int ndim) {
  return vec<IdxT, 3>(elem_to_loc<IdxT>(elem, shape, a_strides, ndim),
                      elem_to_loc<IdxT>(elem, shape, b_strides, ndim),
                      elem_to_loc<IdxT>(elem, shape, c_strides, ndim));
}

// Walks over elements, keeping one counter for each of the last DIM axes; the
// innermost looper counts all that remain, or, unless General, exactly one.
template <int DIM, typename OffsetT = size_t, bool General = true>
struct LoopedElemToLoc {
  int dim;
  LoopedElemToLoc<DIM - 1, OffsetT, General> inner_looper;
  OffsetT offset{0};
  int index{0};

  LoopedElemToLoc(int dim) thread : dim(dim), inner_looper(dim - 1) {}

  void next(const constant int *shape, const constant int64_t *strides) thread {
    next(1, shape, strides);
  }

  void next(int n, const constant int *shape, const constant int64_t *strides) thread {
    if (dim == 0) {
      return;
    }
    int size = shape[dim - 1];
    index += n;
    if (index < size) {
      offset += n * OffsetT(strides[dim - 1]);
      return;
    }
    inner_looper.next(index / size, shape, strides);
    index %= size;
    offset = inner_looper.location() + index * OffsetT(strides[dim - 1]);
  }

  OffsetT location() thread { return offset; }
};

template <typename OffsetT>
struct LoopedElemToLoc<1, OffsetT, true> {
  int dim;
  OffsetT offset{0};
  uint index{0};

  LoopedElemToLoc(int dim) thread : dim(dim) {}

  void next(const constant int *shape, const constant int64_t *strides) thread {
    next(1, shape, strides);
  }

  void next(int n, const constant int *shape, const constant int64_t *strides) thread {
    index += n;
    offset = dim > 1 ? elem_to_loc<OffsetT>(index, shape, strides, dim) : index * OffsetT(strides[0]);
  }

  OffsetT location() thread { return offset; }
};

template <typename OffsetT>
struct LoopedElemToLoc<1, OffsetT, false> {
  OffsetT offset{0};

  LoopedElemToLoc(int) thread {}

  void next(const constant int *, const constant int64_t *strides) thread { offset += OffsetT(strides[0]); }

  void next(int n, const constant int *, const constant int64_t *strides) thread {
    offset += n * OffsetT(strides[0]);
  }

  OffsetT location() thread { return offset; }
};

// ---- functions ----

// log(1 + x), exact to a few ulp near 0: the rounding of 1 + x cancels in the quotient.
inline float log1p(float x) {
  float y = 1.0f + x;
  if (y == INFINITY) {
    return INFINITY;
  }
  return y == 1.0f ? x : x * (metal::log(y) / (y - 1.0f));
}

inline bfloat16_t log1p(bfloat16_t x) { return bfloat16_t(log1p(float(x))); }

inline complex64_t log1p(complex64_t z) {
  float x = z.real;
  float y = z.imag;
  float arg = metal::atan2(y, x + 1);
  if (metal::precise::sqrt(x * x + y * y) < 0.5f) {
    float r = x * (2 + x) + y * y;
    return {r == 0 ? x : 0.5f * log1p(r), arg};
  }
  return {metal::log(metal::sqrt((x + 1) * (x + 1) + y * y)), arg};
}

#define SHUFFLE(name)                                                                  \
  inline uint64_t name(uint64_t data, uint16_t n) {                                    \
    return as_type<uint64_t>(metal::name(as_type<uint2>(data), n));                    \
  }                                                                                    \
  inline int64_t name(int64_t data, uint16_t n) {                                      \
    return as_type<int64_t>(metal::name(as_type<uint2>(data), n));                     \
  }                                                                                    \
  inline bool name(bool data, uint16_t n) { return metal::name(uint32_t(data), n); }   \
  inline complex64_t name(complex64_t data, uint16_t n) {                              \
    return complex64_t(metal::name(data.real, n), metal::name(data.imag, n));          \
  }
SHUFFLE(simd_shuffle)
SHUFFLE(simd_shuffle_down)
SHUFFLE(simd_shuffle_up)
#undef SHUFFLE

inline uint64_t simd_shuffle_and_fill_up(uint64_t data, uint64_t fill, uint16_t delta) {
  return as_type<uint64_t>(
      metal::simd_shuffle_and_fill_up(as_type<uint2>(data), as_type<uint2>(fill), delta));
}
inline int64_t simd_shuffle_and_fill_up(int64_t data, int64_t fill, uint16_t delta) {
  return as_type<int64_t>(
      metal::simd_shuffle_and_fill_up(as_type<uint2>(data), as_type<uint2>(fill), delta));
}
inline bool simd_shuffle_and_fill_up(bool data, bool fill, uint16_t delta) {
  return metal::simd_shuffle_and_fill_up(uint32_t(data), uint32_t(fill), delta);
}
inline complex64_t simd_shuffle_and_fill_up(complex64_t data, complex64_t fill, uint16_t delta) {
  return complex64_t(metal::simd_shuffle_and_fill_up(data.real, fill.real, delta),
                     metal::simd_shuffle_and_fill_up(data.imag, fill.imag, delta));
}
