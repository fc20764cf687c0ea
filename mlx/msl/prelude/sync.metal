// The enumerations of <metal_atomic>, <metal_compute> and <metal_simdgroup>.

namespace metal {

enum memory_order {
  memory_order_relaxed = 0,
  memory_order_acquire = 2,
  memory_order_release = 3,
  memory_order_acq_rel = 4,
  memory_order_seq_cst = 5
};

enum thread_scope {
  thread_scope_thread,
  thread_scope_simdgroup,
  thread_scope_threadgroup,
  thread_scope_device,
  thread_scope_system
};

enum class mem_flags : uint {
  mem_none = 0,
  mem_device = 1,
  mem_threadgroup = 2,
  mem_texture = 4,
  mem_threadgroup_imageblock = 8,
  mem_object_data = 16
};

constexpr mem_flags operator|(mem_flags a, mem_flags b) { return mem_flags(uint(a) | uint(b)); }
constexpr mem_flags operator&(mem_flags a, mem_flags b) { return mem_flags(uint(a) & uint(b)); }
constexpr mem_flags operator^(mem_flags a, mem_flags b) { return mem_flags(uint(a) ^ uint(b)); }
constexpr mem_flags operator~(mem_flags a) { return mem_flags(~uint(a)); }

// What a vote returns where the mask is wanted as a type of its own.
class simd_vote {
 public:
  using vote_t = uint64_t;
  constexpr explicit simd_vote(vote_t v = 0) thread : bits(v) {}
  constexpr explicit operator vote_t() const thread { return bits; }
  constexpr bool all() const thread { return bits == 0xfffffffful; }
  constexpr bool any() const thread { return bits != 0; }

 private:
  vote_t bits;
};

class quad_vote {
 public:
  using vote_t = ushort;
  constexpr explicit quad_vote(vote_t v = 0) thread : bits(v) {}
  constexpr explicit operator vote_t() const thread { return bits; }
  constexpr bool all() const thread { return bits == 0xf; }
  constexpr bool any() const thread { return bits != 0; }

 private:
  vote_t bits;
};

} // namespace metal
