kernel void topk(global const float *x, global float *y) {
  uint row = get_global_id(0);
  float best[4] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
  for (uint j = 0; j < D; ++j) {
    float v = x[row * D + j];
    if (v <= best[3]) continue;
    for (uint k = 0; k < 4; ++k)
      if (v > best[k]) { float old = best[k]; best[k] = v; v = old; }
  }
  for (uint k = 0; k < 4; ++k) y[row * 4 + k] = best[k];
}
