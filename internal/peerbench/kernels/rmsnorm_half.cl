kernel void rmsnorm_half(global const half *x, global const half *w, global half *y) {
  uint lane = get_local_id(0), base = get_group_id(1) * D;
  local float buf[32];
  float s = 0.0f;
  for (uint j = lane; j < D; j += 32) { float v = vload_half(base + j, x); s += v * v; }
  buf[lane] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 16; k > 0; k /= 2) {
    if (lane < k) buf[lane] += buf[lane + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float inv = rsqrt(buf[0] / D + eps);
  for (uint j = lane; j < D; j += 32) vstore_half(vload_half(base + j, x) * inv * vload_half(j, w), base + j, y);
}
