kernel void matmul_register(global const float *a, global const float *b, global float *c) {
  uint tx = get_local_id(0), ty = get_local_id(1), tid = ty * 16 + tx, left = get_group_id(0) * 64, top = get_group_id(1) * 64;
  local float ta[16][64], tb[16][64];
  float sum[4][4] = {{0}};
  for (uint k = 0; k < N; k += 16) {
    for (uint i = tid; i < 1024; i += 256) {
      ta[i % 16][i / 16] = a[(top + i / 16) * N + k + i % 16];
      tb[i / 64][i % 64] = b[(k + i / 64) * N + left + i % 64];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint i = 0; i < 16; ++i)
      for (uint r = 0; r < 4; ++r)
        for (uint q = 0; q < 4; ++q) sum[r][q] += ta[i][ty * 4 + r] * tb[i][tx + 16 * q];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  for (uint r = 0; r < 4; ++r)
    for (uint q = 0; q < 4; ++q) c[(top + ty * 4 + r) * N + left + tx + 16 * q] = sum[r][q];
}
