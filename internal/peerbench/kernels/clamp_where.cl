kernel void clamp_where(global const uchar *m, global const float *x, global const float *z, global float *y) {
  uint i = get_global_id(0);
  y[i] = m[i] ? clamp(x[i], -1.0f, 1.0f) : z[i];
}
