kernel void block_match(global const uchar *a, global const uchar *b, global uint *y) {
  uint c = get_global_id(0), r = get_global_id(1), best = 0xffffffff, at = 0;
  for (uint d = 0; d < 16; ++d) {
    uint s = 0;
    for (uint v = 0; v < 8; ++v)
      for (uint u = 0; u < 8; ++u)
        s += abs((int)a[(r * 8 + v) * W + c * 8 + u] - (int)b[(r * 8 + v) * (W + 16) + c * 8 + u + d]);
    if (s < best) { best = s; at = d; }
  }
  y[r * (W / 8) + c] = at;
}
