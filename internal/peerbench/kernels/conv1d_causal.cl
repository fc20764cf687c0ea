kernel void conv1d_causal(global const float *x, global const float *w, global float *y) {
  uint c = get_global_id(0), s = get_global_id(1);
  float v = 0.0f;
  for (uint k = 0; k < 4; ++k)
    if (s + k >= 3) v += x[(s + k - 3) * C + c] * w[c * 4 + k];
  y[s * C + c] = v / (1.0f + exp(-v));
}
