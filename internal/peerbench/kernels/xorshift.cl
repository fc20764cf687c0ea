kernel void xorshift(global const uint *seed, global float *y) {
  uint i = get_global_id(0), s = seed[i];
  for (uint k = 0; k < 16; ++k) {
    s ^= s << 13;
    s ^= s >> 17;
    s ^= s << 5;
  }
  y[i] = (float)(s >> 8) / 16777216.0f;
}
