// The classes of Metal's library: matrices.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

bool same(float2x2 m, float a, float b, float c, float d) { return all(m[0] == float2(a, b)) && all(m[1] == float2(c, d)); }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  float x = three + 2;
  packed_float2 v = float2(x, 6);
  CHECK(same(float2x2(x), 5, 0, 0, 5));
  CHECK(same(float2x2(1, 2, x, 4), 1, 2, 5, 4));
  CHECK(same(float2x2(1, x), 1, 1, 5, 5)); // as many as columns: each becomes one
  CHECK(same(float2x2(v, 1), 5, 6, 1, 1));
  CHECK(same(float2x2({1}, {2, x}), 1, 0, 2, 5));
  float2x2 of_columns = {v, 3}, of_one{x}, of_lists = {{1, 2}, {x}};
  CHECK(same(of_columns, 5, 6, 3, 3));
  CHECK(same(of_one, 5, 5, 0, 0)); // a list holds columns
  CHECK(same(of_lists, 1, 2, 5, 0));
  of_lists *= 2;
  CHECK(same(of_lists, 2, 4, 10, 0));
  out[n] = 0;
}
