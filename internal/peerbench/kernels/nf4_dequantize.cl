kernel void nf4_dequantize(global const uchar *w, global const float *absmax, constant float *levels, global float *y) {
  uint i = get_global_id(0), v = w[i];
  float s = absmax[i / 32];
  y[2 * i] = levels[v >> 4] * s;
  y[2 * i + 1] = levels[v & 15] * s;
}
