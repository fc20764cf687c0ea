kernel void maxpool(global const float *x, global float *y) {
  uint column = get_global_id(0), row = get_global_id(1), c = get_global_id(2);
  uint at = (c * 2 * H + 2 * row) * 2 * W + 2 * column;
  y[(c * H + row) * W + column] = fmax(fmax(x[at], x[at + 1]), fmax(x[at + 2 * W], x[at + 2 * W + 1]));
}
