kernel void life(global const uchar *x, global uchar *y) {
  uint q = get_global_id(0), r = get_global_id(1), n = 0;
  for (uint dy = 0; dy < 3; ++dy)
    for (uint dx = 0; dx < 3; ++dx) n += x[(r + dy + H - 1) % H * W + (q + dx + W - 1) % W];
  uint self = x[r * W + q];
  y[r * W + q] = n == 3 || (n == 4 && self);
}
