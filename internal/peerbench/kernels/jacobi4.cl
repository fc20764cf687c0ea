kernel void jacobi4(global const float4 *u, global const float4 *f, global float4 *y) {
  uint q = get_global_id(0), r = get_global_id(1), i = r * (W / 4) + q;
  float4 c = u[i];
  if (r > 0 && r < H - 1) {
    float left = q > 0 ? u[i - 1].w : 0.0f, right = q < W / 4 - 1 ? u[i + 1].x : 0.0f;
    float4 w = (float4)(left, c.xyz), e = (float4)(c.yzw, right);
    float4 v = 0.25f * (w + e + u[i - W / 4] + u[i + W / 4] - f[i]);
    if (q == 0) v.x = c.x;
    if (q == W / 4 - 1) v.w = c.w;
    c = v;
  }
  y[i] = c;
}
