kernel void transpose_tiled(global const float *x, global float *y) {
  uint tx = get_local_id(0), ty = get_local_id(1), left = get_group_id(0) * 32, top = get_group_id(1) * 32;
  local float tile[32][33];
  for (uint j = ty; j < 32; j += 8) tile[j][tx] = x[(top + j) * N + left + tx];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint j = ty; j < 32; j += 8) y[(left + j) * M + top + tx] = tile[tx][j];
}
