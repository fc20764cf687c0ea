kernel void gemv(global const float *w, global const float *x, global float *y) {
  uint lane = get_local_id(0), row = get_global_id(1);
  local float buf[32];
  float s = 0.0f;
  for (uint j = lane; j < K; j += 32) s += w[row * K + j] * x[j];
  buf[lane] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 16; k > 0; k /= 2) {
    if (lane < k) buf[lane] += buf[lane + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (lane == 0) y[row] = buf[0];
}
