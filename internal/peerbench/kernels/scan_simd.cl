kernel void scan_simd(global const float *x, global float *y) {
  uint tid = get_local_id(0), lane = tid % 32, at = get_global_id(1) * 256 + tid;
  local float buf[256];
  buf[tid] = x[at];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 1; k < 32; k *= 2) {
    float v = lane >= k ? buf[tid - k] : 0.0f;
    barrier(CLK_LOCAL_MEM_FENCE);
    buf[tid] += v;
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float s = buf[tid];
  for (uint k = 0; k < tid / 32; ++k) s += buf[32 * k + 31];
  y[at] = s;
}
