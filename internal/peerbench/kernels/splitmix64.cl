kernel void splitmix64(global const ulong *x, global ulong *y) {
  uint i = get_global_id(0);
  ulong z = x[i] + 0x9E3779B97F4A7C15ul;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ul;
  z = (z ^ z >> 27) * 0x94D049BB133111EBul;
  y[i] = z ^ z >> 31;
}
