// <metal_type_traits>

namespace metal {

template <typename T, T v>
struct integral_constant {
  static constexpr constant T value = v;
  using value_type = T;
  using type = integral_constant<T, v>;
  constexpr operator T() const thread { return v; }
  constexpr operator T() const constant { return v; }
  constexpr T operator()() const thread { return v; }
  constexpr T operator()() const constant { return v; }
};

template <bool B>
using bool_constant = integral_constant<bool, B>;
using true_type = bool_constant<true>;
using false_type = bool_constant<false>;

// A trait on one or two types that the compiler answers.
#define UNARY_TRAIT(name)                                    \
  template <typename T>                                      \
  constexpr constant bool name##_v = __##name(T);            \
  template <typename T>                                      \
  struct name : bool_constant<__##name(T)> {};
#define BINARY_TRAIT(name)                                   \
  template <typename T, typename U>                          \
  constexpr constant bool name##_v = __##name(T, U);         \
  template <typename T, typename U>                          \
  struct name : bool_constant<__##name(T, U)> {};

UNARY_TRAIT(is_void)
UNARY_TRAIT(is_integral)
UNARY_TRAIT(is_floating_point)
UNARY_TRAIT(is_arithmetic)
UNARY_TRAIT(is_signed)
UNARY_TRAIT(is_unsigned)
UNARY_TRAIT(is_fundamental)
UNARY_TRAIT(is_compound)
UNARY_TRAIT(is_scalar)
UNARY_TRAIT(is_object)
UNARY_TRAIT(is_array)
UNARY_TRAIT(is_pointer)
UNARY_TRAIT(is_member_pointer)
UNARY_TRAIT(is_member_function_pointer)
UNARY_TRAIT(is_member_object_pointer)
UNARY_TRAIT(is_reference)
UNARY_TRAIT(is_lvalue_reference)
UNARY_TRAIT(is_rvalue_reference)
UNARY_TRAIT(is_enum)
UNARY_TRAIT(is_union)
UNARY_TRAIT(is_class)
UNARY_TRAIT(is_function)
UNARY_TRAIT(is_const)
UNARY_TRAIT(is_volatile)
UNARY_TRAIT(is_empty)
UNARY_TRAIT(is_trivial)
UNARY_TRAIT(is_trivially_copyable)
UNARY_TRAIT(is_standard_layout)
UNARY_TRAIT(is_vector)
BINARY_TRAIT(is_same)
BINARY_TRAIT(is_convertible)
BINARY_TRAIT(is_base_of)
BINARY_TRAIT(is_assignable)

#undef UNARY_TRAIT
#undef BINARY_TRAIT

template <typename T, typename... Args>
constexpr constant bool is_constructible_v = __is_constructible(T, Args...);
template <typename T, typename... Args>
struct is_constructible : bool_constant<__is_constructible(T, Args...)> {};
template <typename T>
constexpr constant bool is_default_constructible_v = __is_constructible(T);
template <typename T>
struct is_default_constructible : bool_constant<__is_constructible(T)> {};

// A number has none.
template <typename T>
struct vec_elements : integral_constant<size_t, 0> {};
template <typename T>
struct vec_elements<const T> : vec_elements<T> {};
template <typename T, int N>
struct vec_elements<vec<T, N>> : integral_constant<size_t, N> {};
template <typename T, int N>
struct vec_elements<packed_vec<T, N>> : integral_constant<size_t, N> {};

template <bool B, typename T = void>
struct enable_if {};
template <typename T>
struct enable_if<true, T> {
  using type = T;
};
template <bool B, typename T = void>
using enable_if_t = typename enable_if<B, T>::type;

template <bool B, typename T, typename U>
struct conditional {
  using type = T;
};
template <typename T, typename U>
struct conditional<false, T, U> {
  using type = U;
};
template <bool B, typename T, typename U>
using conditional_t = typename conditional<B, T, U>::type;

template <typename... Bs>
struct conjunction : true_type {};
template <typename B>
struct conjunction<B> : B {};
template <typename B, typename... Bs>
struct conjunction<B, Bs...> : conditional_t<bool(B::value), conjunction<Bs...>, B> {};
template <typename... Bs>
constexpr constant bool conjunction_v = conjunction<Bs...>::value;

template <typename... Bs>
struct disjunction : false_type {};
template <typename B>
struct disjunction<B> : B {};
template <typename B, typename... Bs>
struct disjunction<B, Bs...> : conditional_t<bool(B::value), B, disjunction<Bs...>> {};
template <typename... Bs>
constexpr constant bool disjunction_v = disjunction<Bs...>::value;

template <typename B>
struct negation : bool_constant<!bool(B::value)> {};
template <typename B>
constexpr constant bool negation_v = !bool(B::value);

// Names of Apple's own headers that kernels use.
template <typename... Bs>
using _conjunction = conjunction<Bs...>;
template <typename... Bs>
using _disjunction = disjunction<Bs...>;
template <typename B>
using _negation = negation<B>;

// A trait that maps a type to a type, with its _t form.
#define TRANSFORM(name, from, to)          \
  template <typename T>                    \
  struct name {                            \
    using type = T;                        \
  };                                       \
  template <typename T>                    \
  struct name<from> {                      \
    using type = to;                       \
  };                                       \
  template <typename T>                    \
  using name##_t = typename name<T>::type;

TRANSFORM(remove_const, const T, T)
TRANSFORM(remove_volatile, volatile T, T)

template <typename T>
struct remove_cv {
  using type = remove_volatile_t<remove_const_t<T>>;
};
template <typename T>
using remove_cv_t = typename remove_cv<T>::type;

#undef TRANSFORM

template <typename T>
struct remove_addrspace {
  using type = T;
};
template <typename T>
struct remove_reference {
  using type = T;
};
template <typename T>
struct remove_pointer {
  using type = T;
};

#define IN_SPACE(space)                  \
  template <typename T>                  \
  struct remove_addrspace<space T> {     \
    using type = T;                      \
  };                                     \
  template <typename T>                  \
  struct remove_reference<space T &> {   \
    using type = T;                      \
  };                                     \
  template <typename T>                  \
  struct remove_reference<space T &&> {  \
    using type = T;                      \
  };                                     \
  template <typename T>                  \
  struct remove_pointer<space T *> {     \
    using type = T;                      \
  };                                     \
  template <typename T>                  \
  struct remove_pointer<space T *const> { \
    using type = T;                      \
  };

IN_SPACE(thread)
IN_SPACE(device)
IN_SPACE(constant)
IN_SPACE(threadgroup)

#undef IN_SPACE

template <typename T>
using remove_addrspace_t = typename remove_addrspace<T>::type;
template <typename T>
using remove_reference_t = typename remove_reference<T>::type;
template <typename T>
using remove_pointer_t = typename remove_pointer<T>::type;
template <typename T>
using remove_cvref_t = remove_cv_t<remove_reference_t<T>>;
template <typename T>
struct remove_cvref {
  using type = remove_cvref_t<T>;
};

template <typename T>
struct add_const {
  using type = const T;
};
template <typename T>
using add_const_t = const T;
template <typename T>
struct add_volatile {
  using type = volatile T;
};
template <typename T>
using add_volatile_t = volatile T;
template <typename T>
struct add_cv {
  using type = const volatile T;
};
template <typename T>
using add_cv_t = const volatile T;

template <typename T>
struct remove_extent {
  using type = T;
};
template <typename T>
struct remove_extent<T[]> {
  using type = T;
};
template <typename T, size_t N>
struct remove_extent<T[N]> {
  using type = T;
};
template <typename T>
using remove_extent_t = typename remove_extent<T>::type;

template <typename T>
struct remove_all_extents {
  using type = T;
};
template <typename T>
struct remove_all_extents<T[]> : remove_all_extents<T> {};
template <typename T, size_t N>
struct remove_all_extents<T[N]> : remove_all_extents<T> {};
template <typename T>
using remove_all_extents_t = typename remove_all_extents<T>::type;

template <typename T>
struct rank : integral_constant<size_t, 0> {};
template <typename T>
struct rank<T[]> : integral_constant<size_t, rank<T>::value + 1> {};
template <typename T, size_t N>
struct rank<T[N]> : integral_constant<size_t, rank<T>::value + 1> {};
template <typename T>
constexpr constant size_t rank_v = rank<T>::value;

template <typename T, uint I = 0>
struct extent : integral_constant<size_t, 0> {};
template <typename T>
struct extent<T[], 0> : integral_constant<size_t, 0> {};
template <typename T, uint I>
struct extent<T[], I> : extent<T, I - 1> {};
template <typename T, size_t N>
struct extent<T[N], 0> : integral_constant<size_t, N> {};
template <typename T, size_t N, uint I>
struct extent<T[N], I> : extent<T, I - 1> {};
template <typename T, uint I = 0>
constexpr constant size_t extent_v = extent<T, I>::value;

template <typename T>
struct alignment_of : integral_constant<size_t, alignof(T)> {};
template <typename T>
constexpr constant size_t alignment_of_v = alignof(T);

template <typename T>
struct decay {
  using type = remove_cv_t<remove_reference_t<T>>;
};
template <typename T>
using decay_t = typename decay<T>::type;

template <typename T>
struct underlying_type {
  using type = __underlying_type(T);
};
template <typename T>
using underlying_type_t = typename underlying_type<T>::type;

template <typename T>
struct make_signed {};
template <typename T>
struct make_unsigned {};

#define SIGNS(S, U)           \
  template <>                 \
  struct make_signed<S> {     \
    using type = S;           \
  };                          \
  template <>                 \
  struct make_signed<U> {     \
    using type = S;           \
  };                          \
  template <>                 \
  struct make_unsigned<S> {   \
    using type = U;           \
  };                          \
  template <>                 \
  struct make_unsigned<U> {   \
    using type = U;           \
  };

SIGNS(char, uchar)
SIGNS(short, ushort)
SIGNS(int, uint)
SIGNS(long, ulong)

#undef SIGNS

template <typename T, int N>
struct make_signed<vec<T, N>> {
  using type = vec<typename make_signed<T>::type, N>;
};
template <typename T, int N>
struct make_unsigned<vec<T, N>> {
  using type = vec<typename make_unsigned<T>::type, N>;
};
template <typename T>
using make_signed_t = typename make_signed<T>::type;
template <typename T>
using make_unsigned_t = typename make_unsigned<T>::type;

template <typename T>
struct make_scalar {
  using type = T;
};
template <typename T, int N>
struct make_scalar<vec<T, N>> {
  using type = T;
};
template <typename T>
using make_scalar_t = typename make_scalar<T>::type;

template <typename T>
T declval();

template <typename... Ts>
struct common_type {};
template <typename T>
struct common_type<T> {
  using type = decay_t<T>;
};
template <typename T, typename U>
struct common_type<T, U> {
  using type = decay_t<decltype(true ? declval<T>() : declval<U>())>;
};
template <typename T, typename U, typename... Ts>
struct common_type<T, U, Ts...> : common_type<typename common_type<T, U>::type, Ts...> {};
template <typename... Ts>
using common_type_t = typename common_type<Ts...>::type;

template <typename F, typename... Args>
struct __call_result {
  using type = decltype(declval<F>()(declval<Args>()...));
};
template <typename F>
struct result_of;
template <typename F, typename... Args>
struct result_of<F(Args...)> : __call_result<F, Args...> {};
template <typename F>
using result_of_t = typename result_of<F>::type;
template <typename F, typename... Args>
using invoke_result_t = typename __call_result<F, Args...>::type;

} // namespace metal
