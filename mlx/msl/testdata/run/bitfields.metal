// Bit-fields beside other members, and the bits between them.
#include <metal_stdlib>
using namespace metal;
#define CHECK(x) (out[n++] = (x) ? 1 : -__LINE__)

struct Word { uint a : 3; int b : 5; uint : 0; uint e : 7; };
union Both { struct { uint a : 3; uint b : 5; } f; uint word; };
struct Mixed { uchar k; uint a : 3; uint b : 5; uint : 3; uint c : 2; ushort d : 3; };
struct Around { Mixed m; int x; };
struct Made { uint a : 4; uint b : 4; Made(int v) : a(v), b(v + 1) {} };

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  Word q;
  q.a = three; q.b = -three; q.e = 100;
  q.a++; q.b -= 3; q.e <<= 1;
  CHECK(q.a == 4 && q.b == -6 && q.e == 72 && sizeof(Word) == 8);
  Both u = {};
  u.f.b = three;
  CHECK(u.word == 24);
  Both v = {{1, 2}};
  CHECK(v.word == 17);
  Mixed m{1, 2, 3};
  CHECK(as_type<uint>(*(thread uchar4 *)&m) == 0x1a01 && sizeof(Mixed) == 4);
  Mixed two[2] = {{1}, {}};
  CHECK(((thread uint *)two)[0] == 1 && ((thread uint *)two)[1] == 0);
  Around a = {{1, 2}, 5};
  a.m.d = 7;
  CHECK(*(thread uint *)&a == 0xe00201 && a.x == 5);
  Made made(three);
  CHECK(made.a == 3 && made.b == 4);
  out[n] = 0;
}
