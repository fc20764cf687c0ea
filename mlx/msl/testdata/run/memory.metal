// Thread memory whose parts begin at any multiple of their own alignment.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

struct Three { ushort a, b, c; };
struct Bytes { uchar a[3]; };

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  Three list[4] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}};
  for (int i = 0; i < three; i++) list[i + 1] = list[three - i - 1];
  Three last = list[three];
  CHECK(list[three].a == 1 && list[1].c == 9 && list[2].b == 8 && last.c == 3 && list[three - 1].a == 7);
  Bytes bytes[3] = {{{1, 2, 3}}};
  bytes[three - 1] = bytes[three - 3];
  bytes[three - 3] = Bytes{};
  CHECK(bytes[2].a[three - 1] == 3 && bytes[2].a[0] == 1 && bytes[0].a[three - 2] == 0 && bytes[1].a[three - 3] == 0);
  device Three *there = (device Three *)f;
  there[three] = list[2];
  list[0] = there[three];
  CHECK(list[three - 3].a == 7 && list[0].b == 8 && there[three].c == 9);
  int4 whole = int4(1, 2, 3, 4);
  whole.zw[1] = 5;
  whole.wzyx[3]++;
  whole.xyz.zy[1] = 8;
  packed_int3 packed = {1, 2, 3};
  packed.yz[1] = 7;
  CHECK(all(whole == int4(2, 8, 3, 5)) && whole.zw[1] == 5 && whole.xx[1] == 2 && whole.wz[three - 2] == 3 && packed.z == 7);
}
