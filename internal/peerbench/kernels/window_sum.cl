kernel void window_sum(global const float *x, global float *y) {
  uint i = get_global_id(0), tid = get_local_id(0);
  local float tile[272];
  tile[tid + 8] = x[i];
  if (tid < 8) {
    tile[tid] = i >= 8 ? x[i - 8] : 0.0f;
    tile[tid + 264] = i + 256 < N ? x[i + 256] : 0.0f;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  float s = 0.0f;
  for (uint k = 0; k < 17; ++k) s += tile[tid + k];
  y[i] = s;
}
