kernel void matmul_half_tiled(global const half *a, global const half *b, global half *c) {
  uint tx = get_local_id(0), ty = get_local_id(1), col = get_global_id(0), row = get_global_id(1);
  local ushort ta[16][16], tb[16][16];
  float s = 0.0f;
  for (uint k = 0; k < N; k += 16) {
    ta[ty][tx] = ((global const ushort *)a)[row * N + k + tx];
    tb[ty][tx] = ((global const ushort *)b)[(k + ty) * N + col];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint i = 0; i < 16; ++i) s += vload_half(i, (local const half *)ta[ty]) * vload_half(tx, (local const half *)tb[i]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  vstore_half(s, row * N + col, c);
}
