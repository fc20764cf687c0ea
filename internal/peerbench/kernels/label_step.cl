kernel void label_step(global const int *x, global int *y) {
  int c = get_global_id(0), r = get_global_id(1), i = r * W + c, v = x[i];
  if (v > 20) {
    if (c > 0) v = max(v, x[i - 1]);
    if (c < W - 1) v = max(v, x[i + 1]);
    if (r > 0) v = max(v, x[i - W]);
    if (r < H - 1) v = max(v, x[i + W]);
  }
  y[i] = v;
}
