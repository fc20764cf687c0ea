kernel void q4_gemv_half(global const uint *w, global const half *scales, global const half *x, global float *y) {
  uint lane = get_local_id(0), row = get_global_id(1);
  local float buf[32];
  float s = 0.0f;
  for (uint p = lane; p < K / 8; p += 32) {
    uint v = w[row * (K / 8) + p];
    float d = 0.0f;
    for (uint j = 0; j < 8; ++j) d += vload_half(8 * p + j, x) * ((float)(v >> 4 * j & 15u) - 8.0f);
    s += d * vload_half(row * (K / 64) + p / 8, scales);
  }
  buf[lane] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 16; k > 0; k /= 2) {
    if (lane < k) buf[lane] += buf[lane + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (lane == 0) y[row] = buf[0];
}
