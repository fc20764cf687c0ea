kernel void nbody(global const float4 *x, global float4 *y) {
  uint i = get_global_id(0), tid = get_local_id(0);
  local float4 tile[128];
  float4 self = x[i];
  float3 a = 0.0f;
  for (uint base = 0; base < N; base += 128) {
    tile[tid] = x[base + tid];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint j = 0; j < 128; ++j) {
      float3 d = tile[j].xyz - self.xyz;
      float inv = rsqrt(dot(d, d) + 0.01f);
      a += d * (tile[j].w * inv * inv * inv);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  y[i] = (float4)(a, 0.0f);
}
