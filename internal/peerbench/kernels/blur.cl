kernel void blur(global const uchar *x, global uchar *y) {
  int q = get_global_id(0), r = get_global_id(1), s = 8;
  for (int dy = -1; dy <= 1; ++dy)
    for (int dx = -1; dx <= 1; ++dx)
      s += (2 - abs(dy)) * (2 - abs(dx)) * x[clamp(r + dy, 0, H - 1) * W + clamp(q + dx, 0, W - 1)];
  y[r * W + q] = s >> 4;
}
