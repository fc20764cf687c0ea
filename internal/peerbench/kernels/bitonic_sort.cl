kernel void bitonic_sort(global const float *x, global float *y) {
  uint i = get_local_id(0), at = get_global_id(1) * 256 + i;
  local float v[256];
  v[i] = x[at];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 2; k <= 256; k *= 2)
    for (uint j = k / 2; j > 0; j /= 2) {
      uint other = i ^ j;
      float a = v[i], b = v[other];
      bool lower = ((i & j) == 0) == ((i & k) == 0);
      barrier(CLK_LOCAL_MEM_FENCE);
      v[i] = lower ? fmin(a, b) : fmax(a, b);
      barrier(CLK_LOCAL_MEM_FENCE);
    }
  y[at] = v[i];
}
