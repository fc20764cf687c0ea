kernel void embedding(global const ushort *table, global const int *ids, global ushort *y) {
  uint j = get_global_id(0), row = get_global_id(1);
  y[row * D + j] = table[ids[row] * D + j];
}
