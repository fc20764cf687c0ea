kernel void philox(global const uint *key, global uint4 *y) {
  uint i = get_global_id(0), k0 = key[0], k1 = key[1];
  uint4 c = (uint4)(i, 0, 0, 0);
  for (uint round = 0; round < 10; ++round) {
    c = (uint4)(mul_hi(0xCD9E8D57u, c.z) ^ c.y ^ k0, 0xCD9E8D57u * c.z, mul_hi(0xD2511F53u, c.x) ^ c.w ^ k1, 0xD2511F53u * c.x);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  y[i] = c;
}
