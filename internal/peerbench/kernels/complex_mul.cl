kernel void complex_mul(global const float2 *a, global const float2 *b, global float2 *y) {
  uint i = get_global_id(0);
  float2 p = a[i], q = b[i];
  y[i] = (float2)(p.x * q.x - p.y * q.y, p.x * q.y + p.y * q.x);
}
