kernel void kmeans(global const float *x, global const float *centres, global uint *y) {
  uint i = get_global_id(0), best = 0;
  float least = INFINITY;
  for (uint k = 0; k < K; ++k) {
    float s = 0.0f;
    for (uint j = 0; j < D; ++j) { float d = x[i * D + j] - centres[k * D + j]; s += d * d; }
    if (s < least) { least = s; best = k; }
  }
  y[i] = best;
}
