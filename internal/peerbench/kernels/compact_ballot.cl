kernel void compact_ballot(global const float *x, global float *y, global uint *counts) {
  uint i = get_global_id(0), tid = get_local_id(0), g = get_group_id(0);
  local uint totals[8], keeps[256];
  float v = x[i];
  bool keep = v > 0.0f;
  uint lane = tid % 32, bits = 0;
  keeps[tid] = keep;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 0; k < 32; ++k) bits |= keeps[tid - lane + k] << k;
  uint before = popcount(bits & ((1u << lane) - 1));
  if (lane == 0) totals[tid / 32] = popcount(bits);
  barrier(CLK_LOCAL_MEM_FENCE);
  uint first = 0, all = 0;
  for (uint k = 0; k < 8; ++k) {
    if (k < tid / 32) first += totals[k];
    all += totals[k];
  }
  uint to = keep ? first + before : all + (tid - first - before);
  y[g * 256 + to] = keep ? v : 0.0f;
  if (tid == 0) counts[g] = all;
}
