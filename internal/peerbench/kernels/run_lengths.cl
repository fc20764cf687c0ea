kernel void run_lengths(global const uchar *x, global uint *y) {
  uint i = get_global_id(0), j = i + 1;
  while (j < N && x[j] == x[i]) ++j;
  y[i] = j - i;
}
