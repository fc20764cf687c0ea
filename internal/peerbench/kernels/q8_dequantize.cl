kernel void q8_dequantize(global const char *w, global const half *scales, global half *y) {
  uint i = get_global_id(0);
  vstore_half(w[i] * vload_half(i / 64, scales), i, y);
}
