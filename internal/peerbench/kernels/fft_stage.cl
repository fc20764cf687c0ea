kernel void fft_stage(global const float2 *x, global const float2 *w, global float2 *y) {
  uint t = get_global_id(0), k = t % M, at = get_global_id(1) * N + t / M * 2 * M + k;
  float2 a = x[at], b = x[at + M], z = w[k];
  b = (float2)(b.x * z.x - b.y * z.y, b.x * z.y + b.y * z.x);
  y[at] = a + b;
  y[at + M] = a - b;
}
