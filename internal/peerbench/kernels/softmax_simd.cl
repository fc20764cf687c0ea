kernel void softmax_simd(global const float *x, global float *y) {
  uint lane = get_local_id(0), at = get_global_id(1) * D + lane;
  local float buf[32];
  float4 v = (float4)(x[at], x[at + 32], x[at + 64], x[at + 96]);
  buf[lane] = fmax(fmax(v.x, v.y), fmax(v.z, v.w));
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 16; k > 0; k /= 2) {
    if (lane < k) buf[lane] = fmax(buf[lane], buf[lane + k]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float4 e = exp(v - buf[0]);
  barrier(CLK_LOCAL_MEM_FENCE);
  buf[lane] = e.x + e.y + e.z + e.w;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 16; k > 0; k /= 2) {
    if (lane < k) buf[lane] += buf[lane + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  e /= buf[0];
  y[at] = e.x, y[at + 32] = e.y, y[at + 64] = e.z, y[at + 96] = e.w;
}
