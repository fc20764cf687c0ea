kernel void histogram(global const uchar *x, global uint *y) {
  uint tid = get_local_id(0), base = get_group_id(0) * 4096;
  local uint bins[256];
  bins[tid] = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint j = tid; j < 4096; j += 256) atomic_inc(&bins[x[base + j]]);
  barrier(CLK_LOCAL_MEM_FENCE);
  atomic_add(&y[tid], bins[tid]);
}
