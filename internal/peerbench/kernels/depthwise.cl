kernel void depthwise(global const float *x, global const float *w, global float *y) {
  uint column = get_global_id(0), row = get_global_id(1), c = get_global_id(2);
  float s = 0.0f;
  for (int dy = -1; dy <= 1; ++dy)
    for (int dx = -1; dx <= 1; ++dx) {
      int r = (int)row + dy, q = (int)column + dx;
      if (r >= 0 && r < H && q >= 0 && q < W) s += x[(c * H + r) * W + q] * w[c * 9 + dy * 3 + dx + 4];
    }
  y[(c * H + row) * W + column] = s;
}
