kernel void groupnorm(global const float *x, global const float *w, global const float *b, global float *y) {
  uint tid = get_local_id(0), group = get_group_id(0), base = group * CG * HW;
  local float2 buf[TG];
  float2 s = 0.0f;
  for (uint j = tid; j < CG * HW; j += TG) { float v = x[base + j]; s += (float2)(v, v * v); }
  buf[tid] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = TG / 2; k > 0; k /= 2) {
    if (tid < k) buf[tid] += buf[tid + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float2 mean = buf[0] / (CG * HW);
  float inv = rsqrt(mean.y - mean.x * mean.x + eps);
  for (uint j = tid; j < CG * HW; j += TG) {
    uint c = group % G * CG + j / HW;
    y[base + j] = (x[base + j] - mean.x) * inv * w[c] + b[c];
  }
}
