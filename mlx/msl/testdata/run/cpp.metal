// What C++ has and kernels seldom use.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

struct Left { int n; explicit operator bool() const { return n > 0; } };

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  // Conditions of loops that declare a variable.
  int sum = 0, left = three + 2;
  while (int x = left--) { if (x == 3) continue; sum += x; }
  CHECK(sum == 5 + 4 + 2 + 1 && left == -1);
  sum = 0;
  for (int j = 0; int y = three - j; j += y > 0) { if (y == 2) continue; sum += y; }
  CHECK(sum == 3 + 1);
  uint bits = 0x50 | three;
  while (uint low = bits & -bits) { if (low == 0x40) break; bits ^= low; }
  CHECK(bits == 0x40);
  sum = 0;
  while (Left l = Left{three - sum}) sum += l.n > 1 ? l.n - 1 : 1;
  CHECK(sum == 3);
  out[n] = 0;
}
