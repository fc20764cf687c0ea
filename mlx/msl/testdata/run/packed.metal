// Members of packed structures in thread memory, which lie across words.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

struct __attribute__((packed)) Record { uchar tag; uint word; half h; ulong wide; ushort small; float2 pair; };
struct __attribute__((packed)) Odd { uchar tag; Record in; };

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  Record list[4];
  for (int i = 0; i < 4; i++) list[i] = Record{uchar(i), 0x01020304u * i, half(i) / 2, 0x0102030405060708ul * i, ushort(1000 * i), float2(i, -i)};
  thread Record &r = list[three - 1];
  CHECK(r.tag == 2 && r.word == 0x02040608 && r.h == 1.0h && r.wide == 0x020406080a0c0e10ul && r.small == 2000);
  CHECK(r.pair.x == 2 && r.pair.y == -2);
  r.word ^= 0xff000000;
  r.wide = ~r.wide;
  r.small++;
  r.pair.y += 10;
  CHECK(list[2].word == 0xfd040608 && list[2].wide == ~0x020406080a0c0e10ul && list[2].small == 2001 && list[2].pair.y == 8 && list[2].pair.x == 2);
  CHECK(list[three].tag == 3 && list[three - 2].pair.y == -1 && list[three].word == 0x0306090c && list[1].small == 1000);
  Odd odd[2] = {{7, list[three]}, {8, list[three - 2]}};
  odd[three - 2].in.wide += odd[three - 3].in.wide;
  CHECK(odd[1].in.wide == 0x04080c1014181c20ul && odd[three - 3].in.h == 1.5h && odd[three - 3].tag == 7 && odd[1].in.tag == 1);
}
