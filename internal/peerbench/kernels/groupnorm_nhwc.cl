#define K (C / G)
kernel void groupnorm_nhwc(global const half *x, global const half *w, global const half *b, global half *y) {
  uint tid = get_local_id(0), g = get_group_id(1), n = get_group_id(2);
  local float sums[256], squares[256];
  uint base = n * P * C + g * K;
  float s = 0.0f, q = 0.0f;
  for (uint i = tid; i < P * K; i += 256) {
    float v = vload_half(base + i / K * C + i % K, x);
    s += v; q += v * v;
  }
  sums[tid] = s; squares[tid] = q;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 128; k > 0; k /= 2) {
    if (tid < k) { sums[tid] += sums[tid + k]; squares[tid] += squares[tid + k]; }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float mean = sums[0] / (P * K), inv = rsqrt(squares[0] / (P * K) - mean * mean + eps);
  for (uint i = tid; i < P * K; i += 256) {
    uint at = base + i / K * C + i % K, c = g * K + i % K;
    vstore_half((vload_half(at, x) - mean) * inv * vload_half(c, w) + vload_half(c, b), at, y);
  }
}
