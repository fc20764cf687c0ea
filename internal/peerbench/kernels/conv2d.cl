kernel void conv2d(global const float *x, global const float *w, global float *y) {
  uint co = get_global_id(0), column = get_global_id(1), row = get_global_id(2);
  float s = 0.0f;
  for (int dy = 0; dy < 3; ++dy)
    for (int dx = 0; dx < 3; ++dx) {
      int r = (int)row + dy - 1, q = (int)column + dx - 1;
      if (r < 0 || r >= H || q < 0 || q >= W) continue;
      for (int c = 0; c < CI; ++c) s += x[(r * W + q) * CI + c] * w[((dy * 3 + dx) * CI + c) * CO + co];
    }
  y[(row * W + column) * CO + co] = s;
}
