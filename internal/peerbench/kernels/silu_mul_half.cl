kernel void silu_mul_half(global const half *a, global const half *b, global half *y) {
  uint i = get_global_id(0);
  float v = vload_half(i, a);
  vstore_half(v / (1.0f + exp(-v)) * vload_half(i, b), i, y);
}
