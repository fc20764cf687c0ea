kernel void binary_search(global const float *table, global const float *x, global uint *y) {
  uint i = get_global_id(0), lo = 0, hi = M;
  float v = x[i];
  while (lo < hi) {
    uint mid = (lo + hi) / 2;
    if (table[mid] < v) lo = mid + 1; else hi = mid;
  }
  y[i] = lo;
}
