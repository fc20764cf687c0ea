constant constexpr int D = 1024;
constant constexpr int TG = 1024;
constant constexpr float eps = 1e-06f;
template <typename P0>
inline float go_squares(P0 row, uint first) {
  float s = 0.0f;
  for (uint j = first; j < uint(D); j += uint(TG)) {
    float v = row[j];
    s += v * v;
  }
  return s;
}
----
  uint tid = thread_position_in_threadgroup.x;
  uint base = threadgroup_position_in_grid.y * uint(D);
  threadgroup float scratch[32];
  float s = go_squares(x + base, tid);
  s = simd_sum(s);
  uint lane = thread_index_in_simdgroup;
  if (lane == 0u) {
    scratch[simdgroup_index_in_threadgroup] = s;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  s = 0.0f;
  if (lane < simdgroups_per_threadgroup) {
    s = scratch[lane];
  }
  s = simd_sum(s);
  float scale = rsqrt(s / float(D) + eps);
  for (uint j = tid; j < uint(D); j += uint(TG)) {
    y[base + j] = T(float(x[base + j]) * scale * float(w[j]));
  }
