kernel void rope_pairs(global const float *x, global const float *cosines, global const float *sines, global float *y) {
  uint j = get_global_id(0), s = get_global_id(2), at = (s * H + get_global_id(1)) * D + 2 * j;
  float c = cosines[s * (D / 2) + j], n = sines[s * (D / 2) + j], a = x[at], b = x[at + 1];
  y[at] = a * c - b * n;
  y[at + 1] = a * n + b * c;
}
