uint spread(uint v) {
  v = (v | v << 8) & 0x00FF00FFu;
  v = (v | v << 4) & 0x0F0F0F0Fu;
  v = (v | v << 2) & 0x33333333u;
  return (v | v << 1) & 0x55555555u;
}

kernel void morton(global const ushort *x, global uint *y) {
  uint i = get_global_id(0);
  y[i] = spread(x[2 * i]) | spread(x[2 * i + 1]) << 1;
}
