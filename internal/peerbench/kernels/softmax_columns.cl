kernel void softmax_columns(global const float *x, global float *y) {
  uint c = get_global_id(0);
  float m = -INFINITY, s = 0.0f;
  for (uint r = 0; r < R; ++r) {
    float v = x[r * C + c];
    if (v > m) { s = s * exp(m - v) + 1.0f; m = v; }
    else s += exp(v - m);
  }
  for (uint r = 0; r < R; ++r) y[r * C + c] = exp(x[r * C + c] - m) / s;
}
