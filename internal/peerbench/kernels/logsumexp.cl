kernel void logsumexp(global const float *x, global float *y) {
  uint row = get_global_id(0);
  float m = x[row * D], s = 1.0f;
  for (uint j = 1; j < D; ++j) {
    float v = x[row * D + j], top = fmax(m, v);
    s = s * exp(m - top) + exp(v - top);
    m = top;
  }
  y[row] = m + log(s);
}
