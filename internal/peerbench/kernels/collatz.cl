kernel void collatz(global uint *y) {
  uint i = get_global_id(0), v = i + 1, n = 0;
  for (; v != 1; ++n) v = v % 2 ? 3 * v + 1 : v / 2;
  y[i] = n;
}
