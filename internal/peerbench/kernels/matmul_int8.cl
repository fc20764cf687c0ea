kernel void matmul_int8(global const char *a, global const char *b, global int *c) {
  uint col = get_global_id(0), row = get_global_id(1);
  int s = 0;
  for (uint k = 0; k < K; ++k) s += (int)a[row * K + k] * (int)b[col * K + k];
  c[row * N + col] = s;
}
