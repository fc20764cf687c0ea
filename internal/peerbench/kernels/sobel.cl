kernel void sobel(global const uchar *x, global uchar *y) {
  uint q = get_global_id(0), r = get_global_id(1), i = r * W + q;
  if (q == 0 || q == W - 1 || r == 0 || r == H - 1) { y[i] = 0; return; }
  int dx = x[i - W + 1] - x[i - W - 1] + 2 * (x[i + 1] - x[i - 1]) + x[i + W + 1] - x[i + W - 1];
  int dy = x[i + W - 1] - x[i - W - 1] + 2 * (x[i + W] - x[i - W]) + x[i + W + 1] - x[i - W + 1];
  y[i] = min(abs(dx) + abs(dy), 255u);
}
