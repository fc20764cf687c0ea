kernel void int8_gemv_simd(global const char *w, global const char *x, global const float *scale, global float *y) {
  uint lane = get_local_id(0), row = get_global_id(1), g = get_local_id(1);
  global const char4 *a = (global const char4*)(w + row * D), *b = (global const char4*)x;
  local int all[8][32];
  local int *buf = all[g];
  int s = 0;
  for (uint j = lane; j < D / 4; j += 32) {
    int4 p = convert_int4(a[j]) * convert_int4(b[j]);
    s += p.x + p.y + p.z + p.w;
  }
  buf[lane] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 16; k > 0; k /= 2) {
    if (lane < k) buf[lane] += buf[lane + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (lane == 0) y[row] = (float)buf[0] * scale[row];
}
