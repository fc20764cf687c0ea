kernel void hamming(global const uint *x, global const uint *code, global uint *y) {
  uint i = get_global_id(0), n = 0;
  for (uint j = 0; j < 8; ++j) n += popcount(x[8 * i + j] ^ code[j]);
  y[i] = n;
}
