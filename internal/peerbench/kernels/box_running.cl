kernel void box_running(global const float *x, global float *y) {
  uint r = get_global_id(0);
  float s = 0.0f;
  for (uint c = 0; c < 8; ++c) s += x[r * W + c];
  for (uint c = 0; c < W; ++c) {
    if (c + 8 < W) s += x[r * W + c + 8];
    if (c >= 9) s -= x[r * W + c - 9];
    y[r * W + c] = s;
  }
}
