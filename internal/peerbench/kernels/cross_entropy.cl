kernel void cross_entropy(global const float *x, global const uint *labels, global float *y) {
  uint tid = get_local_id(0), row = get_group_id(0);
  local float buf[TG];
  float s = 0.0f;
  for (uint j = tid; j < V; j += TG) s += exp(x[row * V + j]);
  buf[tid] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = TG / 2; k > 0; k /= 2) {
    if (tid < k) buf[tid] += buf[tid + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (tid == 0) y[row] = log(buf[0]) - x[row * V + labels[row]];
}
