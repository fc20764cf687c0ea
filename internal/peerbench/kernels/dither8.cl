kernel void dither8(global const uchar *x, global uchar *y) {
  uint c = get_global_id(0), r = get_global_id(1);
  uint u = (c ^ r) & 7, v = r & 7;
  uint t = (u & 1) << 5 | (v & 1) << 4 | (u & 2) << 2 | (v & 2) << 1 | (u & 4) >> 1 | (v & 4) >> 2;
  y[r * W + c] = x[r * W + c] > 4 * t + 2 ? 255 : 0;
}
