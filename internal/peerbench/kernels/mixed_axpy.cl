kernel void mixed_axpy(global const half *x, global const float *z, global float *y) {
  uint i = get_global_id(0);
  y[i] = alpha * vload_half(i, x) + z[i];
}
