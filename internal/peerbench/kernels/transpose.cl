kernel void transpose(global const float *x, global float *y) {
  uint column = get_global_id(0), row = get_global_id(1);
  y[column * M + row] = x[row * N + column];
}
