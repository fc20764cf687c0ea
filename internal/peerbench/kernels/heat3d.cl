kernel void heat3d(global const float *x, global float *y) {
  int px = get_global_id(0), py = get_global_id(1), pz = get_global_id(2), i = (pz * N + py) * N + px;
  float s = x[i - min(px, 1)] + x[i + min(N - 1 - px, 1)] + x[i - N * min(py, 1)] + x[i + N * min(N - 1 - py, 1)];
  s += x[i - N * N * min(pz, 1)] + x[i + N * N * min(N - 1 - pz, 1)];
  y[i] = x[i] + 0.1f * (s - 6.0f * x[i]);
}
