kernel void cumprod(global const float *x, global float *y) {
  uint row = get_global_id(0);
  float p = 1.0f;
  for (uint j = 0; j < D; ++j) {
    p *= x[row * D + j];
    y[row * D + j] = p;
  }
}
