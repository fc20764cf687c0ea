kernel void q8_gemv(global const char *w, global const float *scales, global const float4 *x, global float *y) {
  uint lane = get_local_id(0), row = get_global_id(1);
  local float buf[32];
  global const char4 *codes = (global const char4 *)(w + row * K);
  float s = 0.0f;
  for (uint j = lane; j < K / 4; j += 32) s += dot(convert_float4(codes[j]), x[j]);
  buf[lane] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = 16; k > 0; k /= 2) {
    if (lane < k) buf[lane] += buf[lane + k];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (lane == 0) y[row] = buf[0] * scales[row];
}
