kernel void matmul_naive(global const float *a, global const float *b, global float *c) {
  uint col = get_global_id(0), row = get_global_id(1);
  float s = 0.0f;
  for (uint k = 0; k < N; ++k) s += a[row * N + k] * b[k * N + col];
  c[row * N + col] = s;
}
