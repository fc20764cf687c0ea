// Votes of <metal_simdgroup> and <metal_quadgroup>.

namespace metal {

// A mask of the active threads that voted for, one bit a thread.
class simd_vote {
 public:
  using vote_t = uint64_t;
  constexpr explicit simd_vote(vote_t v = 0) thread : bits(v) {}
  constexpr explicit operator vote_t() const thread { return bits; }
  constexpr bool all() const thread { return bits == 0xffffffff; }
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

inline simd_vote simd_ballot(bool vote) { return simd_vote(__metal_simd_ballot(vote)); }
inline simd_vote simd_active_threads_mask() { return simd_vote(__metal_simd_active_threads_mask()); }
inline quad_vote quad_ballot(bool vote) { return quad_vote(quad_vote::vote_t(__metal_quad_ballot(vote))); }
inline quad_vote quad_active_threads_mask() {
  return quad_vote(quad_vote::vote_t(__metal_quad_active_threads_mask()));
}

// What SIMD-group functions take.
template <typename T, typename = void>
struct __is_valid_simdgroup_type : bool_constant<is_arithmetic<T>::value && !is_same<T, bool>::value && !is_same<T, bfloat>::value && sizeof(T) <= 4> {};
template <typename T, int N>
struct __is_valid_simdgroup_type<vec<T, N>> : __is_valid_simdgroup_type<T> {};

} // namespace metal
