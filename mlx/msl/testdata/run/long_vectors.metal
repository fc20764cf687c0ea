#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

typedef vec<float, 8> float8x;
typedef vec<half, 16> half16x;
typedef vec<long, 16> long16x;

template <typename T, int N> T total(vec<T, N> v) { T s = 0; for (int i = 0; i < N; i++) s += v[i]; return s; }
template <typename T, int N> vec<T, N> upwards(T first) { vec<T, N> v; for (int i = 0; i < N; i++) v[i] = first + i; return v; }
template <typename T, int N> bool same(vec<T, N> a, vec<T, N> b) { for (int i = 0; i < N; i++) if (a[i] != b[i]) return false; return true; }
struct Mixed { uchar a; vec<ushort, 8> v; uchar b; };
constant vec<int, 8> table[2] = {{1, 2, 3}, 7};
constexpr int sixth(vec<int, 8> v) { return v[5]; }
static_assert(sixth(vec<int, 8>(1, 2, 3, 4, 5, 6, 7, 8)) == 6, "");

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  float8x a = upwards<float, 8>(three);
  CHECK(total(a) == 52 && a.x == 3 && a.w == 6 && a[7] == 10 && a[three] == 6);
  CHECK(total(a.lo) == 18 && total(a.hi) == 34 && total(a.even) == 24 && a.odd.hi.y == 10 && a.zyx.x == 5);
  CHECK(a.s7 == 10 && all(a.S2345 == a.lo.zw.xyxy + float4(0, 0, 2, 2)) && total(a.xyzwxy.s543) == 13 && same(a.s76543210.s76543210, a));
  half16x s = 0; s.sFa9b = half4(1, 2, 3, 4);
  CHECK(s[15] == 1 && s.sA == 2 && s[9] == 3 && s.Sb == 4 && total(s) == 10);
  a.hi = a.lo; a.even += 1; a.lo.odd = float2(7); a[three + 3] = 9;
  CHECK(same(a, float8x(4, 7, 6, 7, 4, 4, 9, 6)));
  CHECK(same(float8x(2) * a - 1, float8x(7, 13, 11, 13, 7, 7, 17, 11)) && same(-a, 0 - a));
  CHECK(same(float8x(a.hi, a.lo), float8x(4, 4, 9, 6, 4, 7, 6, 7)) && same(float8x(1, a.zw, a.x, a.hi), float8x(1, 6, 7, 4, 4, 4, 9, 6)));
  float8x b = {1, 2, 3}, c = 2;
  CHECK(total(b) == 6 && total(c) == 16 && same(vec<int, 8>(b * c), vec<int, 8>(2, 4, 6, 0, 0, 0, 0, 0)));
  vec<bool, 8> less = b < c;
  CHECK(less[0] && !less[1] && !less[2] && less[7] && same(less ? a : b, float8x(4, 2, 3, 7, 4, 4, 9, 6)) && same(!less, b >= c));
  CHECK(same(table[three - 3], vec<int, 8>(1, 2, 3, 0, 0, 0, 0, 0)) && total(table[1]) == 56);

  // Sizes, and bits.
  CHECK(sizeof(Mixed) == 48 && sizeof(half16x) == 32 && sizeof(vec<float, 5>) == 32 && alignof(vec<char, 9>) == 16 && sizeof(long16x) == 128);
  vec<ushort, 8> words = as_type<vec<ushort, 8>>(uint4(0x10002, 3, 4, 5));
  CHECK(words[0] == 2 && words[1] == 1 && words[4] == 4 && as_type<uint4>(words).w == 5 && as_type<ulong2>(words).y == 0x500000004);
  vec<uchar, 32> bytes = as_type<vec<uchar, 32>>(ulong4(0x80, 1, 2, 0xff00));
  CHECK(bytes[0] == 0x80 && bytes[three * 8 + 1] == 0xff && total(bytes) == 0x82 && sizeof(bytes) == 32);
  Mixed m = {1, words, 2};
  m.v >>= 1; m.v.hi = ~m.v.lo;
  CHECK(m.a == 1 && m.b == 2 && m.v[0] == 1 && m.v[2] == 1 && m.v[4] == 0xfffe && m.v[7] == 0xffff);

  // Memory: device, threadgroup, constant, and arrays of a thread's own.
  device float8x *p = (device float8x *)f;
  p[0] = a; p[1] = p[0].hi.x; p[1].odd.lo = p[0].lo.xy;
  CHECK(f[0] == 4 && f[6] == 9 && f[8] == 4 && f[9] == 4 && f[11] == 7 && f[15] == 4 && same(p[0], a));
  *(device half16x *)f = half16x(1, vec<half, 5>(2), vec<half, 8>(a), 3, 4);
  CHECK(((device half *)f)[5] == 2 && ((device half *)f)[6] == 4 && ((device half *)f)[15] == 4);
  ((device long16x *)f)[three - 2] = long16x(1) << upwards<long, 16>(three);
  CHECK(((device long *)f)[16] == 8 && ((device long *)f)[31] == 1 << 18);
  threadgroup vec<half, 8> shared[4];
  for (int i = 0; i < 4; i++) shared[i] = vec<half, 8>(i) + upwards<half, 8>(1);
  CHECK(total(shared[three]) == 60 && shared[2].hi.z == 9);
  vec<uchar, 16> own[3] = {};
  for (int i = 0; i < 3; i++) own[i][i + three] = i + 250;
  own[1] += own[2].lo.lo.x + 10;
  CHECK(own[0][3] == 250 && own[1][4] == 5 && own[1][15] == 10 && own[2][5] == 252);
  thread vec<uchar, 16> &last = own[three - 1];
  last++; auto [x0, x1, x2, x3, x4] = vec<int, 5>(5, 6, 7, 8, 9);
  CHECK(total(last) == 12 && x4 - x0 == 4);
  vec<ulong, 9> nine = upwards<ulong, 9>(1ul << 40);
  CHECK(nine[8] - nine[0] == 8 && nine.even[3] == nine[6] && sizeof(nine) == 128);
}
