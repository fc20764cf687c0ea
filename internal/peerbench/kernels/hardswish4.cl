kernel void hardswish4(global const float4 *x, global float4 *y) {
  uint i = get_global_id(0);
  float4 v = x[i];
  y[i] = v * clamp(v + 3.0f, 0.0f, 6.0f) / 6.0f;
}
