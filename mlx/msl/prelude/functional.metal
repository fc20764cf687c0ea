// <metal_functional>

namespace metal {

#define FUNCTION_OBJECT(name, op)                            \
  template <typename T>                                      \
  struct name {                                              \
    using first_argument_type = T;                           \
    using second_argument_type = T;                          \
    using result_type = T;                                   \
    T operator()(T a, T b) const thread { return a op b; }   \
  };

FUNCTION_OBJECT(plus, +)
FUNCTION_OBJECT(minus, -)
FUNCTION_OBJECT(multiplies, *)

#undef FUNCTION_OBJECT

} // namespace metal
