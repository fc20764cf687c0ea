kernel void histogram_device(global const float *x, global uint *y) {
  uint i = get_global_id(0);
  atomic_inc(&y[min((uint)(x[i] * BINS), (uint)(BINS - 1))]);
}
