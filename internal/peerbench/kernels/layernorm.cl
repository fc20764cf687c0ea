float total(float v, local float *buf, uint tid) {
  buf[tid] = v;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = TG / 2; k > 0; k /= 2) {
    if (tid < k) buf[tid] += buf[tid + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float all = buf[0];
  barrier(CLK_LOCAL_MEM_FENCE);
  return all;
}

kernel void layernorm(global const float *x, global const float *w, global const float *b, global float *y) {
  uint tid = get_local_id(0), base = get_group_id(0) * D;
  local float buf[TG];
  float s = 0.0f, q = 0.0f;
  for (uint j = tid; j < D; j += TG) s += x[base + j];
  float mean = total(s, buf, tid) / D;
  for (uint j = tid; j < D; j += TG) { float d = x[base + j] - mean; q += d * d; }
  float inv = rsqrt(total(q, buf, tid) / D + eps);
  for (uint j = tid; j < D; j += TG) y[base + j] = (x[base + j] - mean) * inv * w[j] + b[j];
}
