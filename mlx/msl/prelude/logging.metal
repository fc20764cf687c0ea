// <metal_logging>: the compiler turns calls of the variadic members into
// output of the kernel.

#if __METAL_VERSION__ >= 320
namespace metal {

enum os_log_type {
  os_log_type_default,
  os_log_type_info,
  os_log_type_debug,
  os_log_type_error,
  os_log_type_fault
};

struct os_log {
  constexpr os_log(constant char *subsystem, constant char *category) constant {}
  constexpr os_log(constant char *subsystem, constant char *category) thread {}

#define IN_SPACE(space)                                                              \
  void log(constant char *format, ...) const space;                                  \
  void log_info(constant char *format, ...) const space;                             \
  void log_debug(constant char *format, ...) const space;                            \
  void log_error(constant char *format, ...) const space;                            \
  void log_fault(constant char *format, ...) const space;                            \
  void log_with_type(os_log_type type, constant char *format, ...) const space;
  IN_SPACE(constant)
  IN_SPACE(thread)
#undef IN_SPACE
};

constant os_log os_log_default("", "");

} // namespace metal
#endif
