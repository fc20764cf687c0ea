// The enumerations of <metal_atomic> and <metal_compute>, and what says how textures are accessed.

namespace metal {

enum memory_order {
  memory_order_relaxed = 0,
#if __METAL_VERSION__ >= 410
  memory_order_acquire = 2,
  memory_order_release = 3,
  memory_order_acq_rel = 4,
#endif
#if __METAL_VERSION__ >= 320
  memory_order_seq_cst = 5
#endif
};

#if __METAL_VERSION__ >= 320
enum thread_scope {
  thread_scope_thread,
  thread_scope_simdgroup,
  thread_scope_threadgroup,
  thread_scope_device,
  thread_scope_system
};
#endif

enum class access { sample, read, write, read_write };

enum class mem_flags : uint {
  mem_none = 0,
  mem_device = 1,
  mem_threadgroup = 2,
  mem_device_and_threadgroup = 3, // deprecated
  mem_texture = 4,
  mem_threadgroup_imageblock = 8,
  mem_object_data = 16
};

constexpr mem_flags operator|(mem_flags a, mem_flags b) { return mem_flags(uint(a) | uint(b)); }
constexpr mem_flags operator&(mem_flags a, mem_flags b) { return mem_flags(uint(a) & uint(b)); }
constexpr mem_flags operator^(mem_flags a, mem_flags b) { return mem_flags(uint(a) ^ uint(b)); }
constexpr mem_flags operator~(mem_flags a) { return mem_flags(~uint(a)); }

} // namespace metal
