// <metal_array>, <metal_uniform>, <metal_utility>

namespace metal {

// An aggregate: array<float, 3> a = {1, 2, 3}.
template <typename T, size_t N>
struct array {
  T __elems[N ? N : 1];

  using value_type = T;

#define IN_SPACE(space)                                                            \
  constexpr const space T &operator[](size_t i) const space { return __elems[i]; } \
  constexpr space T &operator[](size_t i) space { return __elems[i]; }             \
  constexpr const space T &front() const space { return __elems[0]; }              \
  constexpr const space T &back() const space { return __elems[N - 1]; }           \
  constexpr const space T *data() const space { return __elems; }                  \
  constexpr space T *data() space { return __elems; }                              \
  constexpr const space T *begin() const space { return __elems; }                 \
  constexpr space T *begin() space { return __elems; }                             \
  constexpr const space T *end() const space { return __elems + N; }               \
  constexpr space T *end() space { return __elems + N; }                           \
  constexpr size_t size() const space { return N; }                                \
  constexpr size_t max_size() const space { return N; }                            \
  constexpr bool empty() const space { return N == 0; }                            \
  void fill(T v) space {                                                           \
    for (size_t i = 0; i < N; i++) __elems[i] = v;                                 \
  }

  IN_SPACE(thread)
  IN_SPACE(device)
  IN_SPACE(threadgroup)

#undef IN_SPACE

  constexpr const constant T &operator[](size_t i) const constant { return __elems[i]; }
  constexpr const constant T &front() const constant { return __elems[0]; }
  constexpr const constant T &back() const constant { return __elems[N - 1]; }
  constexpr const constant T *data() const constant { return __elems; }
  constexpr const constant T *begin() const constant { return __elems; }
  constexpr const constant T *end() const constant { return __elems + N; }
  constexpr size_t size() const constant { return N; }
  constexpr size_t max_size() const constant { return N; }
  constexpr bool empty() const constant { return N == 0; }
};

// A view of an array that lies elsewhere, in the address space of its type.
#define ARRAY_REF(space, primary, view)                                                             \
  template <typename T>                                                                             \
  struct primary {                                                                                  \
    constexpr array_ref() thread : first(nullptr), length(0) {}                                     \
    constexpr array_ref(const space T &x) thread : first(&x), length(1) {}                          \
    constexpr array_ref(const space T *p, size_t n) thread : first(p), length(n) {}                 \
    template <size_t N>                                                                             \
    constexpr array_ref(const space T (&a)[N]) thread : first(a), length(N) {}                      \
    template <size_t N>                                                                             \
    constexpr array_ref(const space array<T, N> &a) thread : first(a.data()), length(N) {}          \
                                                                                                    \
    constexpr size_t size() const thread { return length; }                                         \
    constexpr bool empty() const thread { return length == 0; }                                     \
    constexpr const space T &operator[](size_t i) const thread { return first[i]; }                 \
    constexpr const space T &front() const thread { return first[0]; }                              \
    constexpr const space T &back() const thread { return first[length - 1]; }                      \
    constexpr const space T *data() const thread { return first; }                                  \
                                                                                                    \
   private:                                                                                         \
    const space T *first;                                                                           \
    size_t length;                                                                                  \
  };                                                                                                \
  template <typename T>                                                                             \
  constexpr view make_array_ref(const space T &x) { return view(x); }                               \
  template <typename T>                                                                             \
  constexpr view make_array_ref(const space T *p, size_t n) { return view(p, n); }                  \
  template <typename T, size_t N>                                                                   \
  constexpr view make_array_ref(const space T (&a)[N]) { return view(a); }                          \
  template <typename T, size_t N>                                                                   \
  constexpr view make_array_ref(const space array<T, N> &a) { return view(a); }

ARRAY_REF(thread, array_ref, array_ref<T>)
ARRAY_REF(device, array_ref<device T>, array_ref<device T>)
ARRAY_REF(constant, array_ref<constant T>, array_ref<constant T>)
ARRAY_REF(threadgroup, array_ref<threadgroup T>, array_ref<threadgroup T>)

#undef ARRAY_REF

// What a braced list of one type converts to; kernels only name it.
template <typename T>
class initializer_list {
 public:
  using value_type = T;
  using reference = const thread T &;
  using const_reference = const thread T &;
  using size_type = size_t;
  using iterator = const thread T *;
  using const_iterator = const thread T *;

  constexpr initializer_list() thread : first(nullptr), length(0) {}
  constexpr const thread T *begin() const thread { return first; }
  constexpr const thread T *end() const thread { return first + length; }
  constexpr size_t size() const thread { return length; }

 private:
  const thread T *first;
  size_t length;
};

// A value that all threads agree on; the promise is not used.
template <typename T>
using uniform = T;
template <typename T>
constexpr T make_uniform(T x) {
  return x;
}

// Lists of integers as types.
template <typename T, T... I>
struct integer_sequence {
  using value_type = T;
  static constexpr size_t size() { return sizeof...(I); }
};
template <typename A, typename B>
struct __joined_sequences;
template <typename T, T... I, T... J>
struct __joined_sequences<integer_sequence<T, I...>, integer_sequence<T, J...>> {
  using type = integer_sequence<T, I..., (T(sizeof...(I)) + J)...>;
};
template <typename T, size_t N>
struct __counted : __joined_sequences<typename __counted<T, N / 2>::type, typename __counted<T, N - N / 2>::type> {};
template <typename T>
struct __counted<T, 0> {
  using type = integer_sequence<T>;
};
template <typename T>
struct __counted<T, 1> {
  using type = integer_sequence<T, T(0)>;
};
template <typename T, T N>
using make_integer_sequence = typename __counted<T, size_t(N)>::type;
template <size_t... I>
using index_sequence = integer_sequence<size_t, I...>;
template <size_t N>
using make_index_sequence = make_integer_sequence<size_t, N>;
template <typename... Ts>
using index_sequence_for = make_index_sequence<sizeof...(Ts)>;

template <typename T>
void swap(thread T &a, thread T &b) {
  T t = a;
  a = b;
  b = t;
}

template <typename T>
constexpr thread remove_reference_t<T> &&move(T &&x) {
  return static_cast<thread remove_reference_t<T> &&>(x);
}

} // namespace metal
