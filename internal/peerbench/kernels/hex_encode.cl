kernel void hex_encode(global const uchar *x, global uchar *y) {
  uint i = get_global_id(0), hi = x[i] >> 4, lo = x[i] & 15;
  y[2 * i] = hi < 10 ? hi + 48 : hi + 87;
  y[2 * i + 1] = lo < 10 ? lo + 48 : lo + 87;
}
