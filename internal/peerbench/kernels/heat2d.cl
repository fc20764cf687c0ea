kernel void heat2d(global const float *x, global float *y) {
  uint q = get_global_id(0), r = get_global_id(1), i = r * W + q;
  if (q == 0 || q == W - 1 || r == 0 || r == H - 1) { y[i] = x[i]; return; }
  y[i] = x[i] + 0.2f * (x[i - 1] + x[i + 1] + x[i - W] + x[i + W] - 4.0f * x[i]);
}
