kernel void csr_spmv(global const float *values, global const uint *columns, global const uint *count, global const float *x, global float *y) {
  uint r = get_global_id(0);
  float s = 0.0f;
  for (uint j = r * L, end = j + count[r]; j < end; ++j) s += values[j] * x[columns[j]];
  y[r] = s;
}
