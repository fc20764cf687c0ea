kernel void lerp_half4(global const half *a, global const half *b, global const half *t, global half *y) {
  uint i = get_global_id(0);
  float4 u = vload_half4(i, a), v = vload_half4(i, b);
  float4 s = vload_half4(i, t);
  vstore_half4(mix(u, v, s), i, y);
}
