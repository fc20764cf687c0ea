kernel void argmax(global const float *x, global uint *y) {
  uint tid = get_local_id(0), row = get_group_id(0), at = tid;
  local float values[TG];
  local uint places[TG];
  float best = -INFINITY;
  for (uint j = tid; j < D; j += TG)
    if (x[row * D + j] > best) { best = x[row * D + j]; at = j; }
  values[tid] = best;
  places[tid] = at;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = TG / 2; k > 0; k /= 2) {
    if (tid < k && (values[tid + k] > values[tid] || (values[tid + k] == values[tid] && places[tid + k] < places[tid]))) {
      values[tid] = values[tid + k];
      places[tid] = places[tid + k];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (tid == 0) y[row] = places[0];
}
