kernel void murmur(global const uint *x, global uint *y) {
  uint i = get_global_id(0), h = 0;
  for (uint j = 0; j < 4; ++j) {
    h ^= rotate(x[4 * i + j] * 0xCC9E2D51u, 15u) * 0x1B873593u;
    h = rotate(h, 13u) * 5 + 0xE6546B64u;
  }
  h ^= 16;
  h = (h ^ h >> 16) * 0x85EBCA6Bu;
  h = (h ^ h >> 13) * 0xC2B2AE35u;
  y[i] = h ^ h >> 16;
}
