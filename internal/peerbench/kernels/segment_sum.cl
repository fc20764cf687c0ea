kernel void segment_sum(global const float *x, global const uint *start, global const uint *count, global float *y) {
  uint r = get_global_id(0);
  float s = 0.0f;
  for (uint j = start[r], end = j + count[r]; j < end; ++j) s += x[j];
  y[r] = s;
}
