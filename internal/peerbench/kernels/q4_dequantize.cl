kernel void q4_dequantize(global const uint *w, global const float *scales, global const float *biases, global float *y) {
  uint i = get_global_id(0), v = w[i];
  float s = scales[i / 8], b = biases[i / 8];
  for (uint j = 0; j < 8; ++j) y[8 * i + j] = s * (float)(v >> 4 * j & 15u) + b;
}
