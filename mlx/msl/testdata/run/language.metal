#include <metal_stdlib>
#pragma clang diagnostic ignored "-Wreorder-init-list"
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

template <typename... Ts> constexpr int count(Ts...) { return sizeof...(Ts); }
template <typename... Ts> float sum(Ts... xs) { return (float(xs) + ...); }
template <typename... Ts> float right(Ts... xs) { return (float(xs) - ...); }
template <typename... Ts> float left(Ts... xs) { return (... - float(xs)); }
template <typename T> T addall(T x) { return x; }
template <typename T, typename... R> T addall(T x, R... r) { return x + addall(r...); }
template <typename T, enable_if_t<is_floating_point_v<T>, bool> = true> int kind(T) { return 1; }
template <typename T, enable_if_t<is_integral_v<T>, bool> = true> int kind(T) { return 2; }
template <typename T> struct Traits { static constexpr constant int id = 0; };
template <typename T> struct Traits<device T *> { static constexpr constant int id = 1; };
template <typename T, int N> struct Traits<vec<T, N>> { static constexpr constant int id = N; };
struct Complex {
  float re, im;
  Complex() : re(0), im(0) {}
  Complex(float r, float i = 0) : re(r), im(i) {}
  Complex operator*(Complex o) const { return Complex(re * o.re - im * o.im, re * o.im + im * o.re); }
  thread Complex &operator+=(Complex o) { re += o.re; im += o.im; return *this; }
  bool operator==(Complex o) const { return re == o.re && im == o.im; }
};
Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
constant int table[2][3] = {{1, 2, 3}, {4, 5}};
struct Item { int a; float2 b; int c[2]; };
constant Item items[] = {{1, {2, 3}, {4, 5}}, {.a = 9, .c = {7}}};
constexpr int tri(int n) { int s = 0; for (int i = 1; i <= n; i++) { if (i == 3) continue; s += i; } return s; }
struct Defaults { int a = 3; float b{1.5f}; int c; };
struct Bits { uint lo : 4; uint mid : 9; int hi : 5; };
union Pun { float f; uint u; uchar b[4]; };
template <typename F> float twice(F f, float x) { return f(f(x)); }
template <float (*fn)(float)> float through(float x) { return fn(x); }
float dbl(float x) { return 2 * x; }
void swap2(thread int &a, thread int &b) { int t = a; a = b; b = t; }
Item make(int a) { Item it = {a, float2(a, 1)}; it.c[1] = a * 2; return it; }
int early(int x) { for (int i = 0; i < 10; i++) { if (i == x) return i * 10; while (true) { if (x > 4) break; i++; break; } } return -1; }
int cases(int a) { int r = 0; switch (a) { case 0: for (int i = 0; i < 5; i++) { if (i == 2) break; r++; } break; case 1: case 2: r = 5; case 3: return r + 100; default: r = 9; } return r; }
int fact(int n) { return n <= 1 ? 1 : n * fact(n - 1); }
int side(thread int &x) { x++; return 1; }
struct Acc { int v; int get() const { return v; } Acc add(int k) const { return {v + k}; } static int three() { return 3; } };
template <typename T, int N> struct Stack { T v[N]; int top = 0; void push(T x) { v[top++] = x; } T pop() { return v[--top]; } thread T &operator[](int i) { return v[i]; } };
struct Base { int x; int twice() const { return 2 * x; } };
struct Derived : Base { int y; };
enum Flags { A = 1, B = A << 2, C };
enum class Mode : uchar { X = 7, Y };
int over(float) { return 1; }
int over(int) { return 2; }
int over(const thread float *) { return 3; }
int over(const device float *) { return 4; }

// A sum of 7,776 terms.
#define SIX(x) x + x + x + x + x + x

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  // Packs, folds, templates.
  CHECK(count(1, 2.0f, three) == 3);
  CHECK(sum(1, 2.5f, 3u) == 6.5f);
  CHECK(right(5, 3, 1) == 3 && left(5, 3, 1) == 1);
  CHECK(addall(1, 2, three) == 6);
  CHECK(kind(1.0f) == 1 && kind(three) == 2);
  CHECK(Traits<device float *>::id == 1 && Traits<half3>::id == 3 && Traits<int>::id == 0);
  // Records.
  Complex z = Complex(1, 2) * Complex(3);
  z += {1, 2};
  CHECK(z == Complex(4, 8));
  CHECK(z + 2.0f == Complex(6, 8));
  CHECK(table[1][1] == 5 && table[1][2] == 0 && table[three - 3][2] == 3);
  CHECK(items[1].a == 9 && items[1].c[0] == 7 && items[1].c[1] == 0 && items[three - 3].b.y == 3);
  Item it = make(three);
  Item copy = it;
  copy.c[0] = 5;
  CHECK(it.a == 3 && it.b.x == 3 && it.c[0] == 0 && it.c[1] == 6 && copy.c[0] == 5);
  Defaults d;
  Defaults e = {7};
  CHECK(d.a == 3 && d.b == 1.5f && e.a == 7 && e.b == 1.5f && e.c == 0);
  Bits bits;
  bits.lo = three + 14; bits.mid = 300; bits.hi = -3;
  CHECK(bits.lo == 1 && bits.mid == 300 && bits.hi == -3 && sizeof(Bits) == 4);
  Pun pun;
  pun.f = 1.0f;
  CHECK(pun.u == 0x3f800000 && pun.b[3] == 0x3f);
  Stack<int, 4> st;
  st.push(1); st.push(three); st[0] += 5;
  CHECK(st.pop() == 3 && st.pop() == 6 && st.top == 0);
  Derived der; der.x = 4; der.y = 5;
  CHECK(der.twice() == 8 && der.y == 5 && sizeof(Derived) == 8);
  CHECK(Acc{2}.add(3).add(4).get() == 9 && Acc::three() == 3);
  // Constants.
  constexpr int q = tri(5);
  int sized[tri(4)];
  CHECK(q == 12 && sizeof(sized) == 28);
  CHECK(B == 4 && C == 5 && uint(Mode::Y) == 8 && sizeof(Mode) == 1);
  // Control flow.
  CHECK(early(0) == 0 && early(2) == 20 && early(7) == 70 && early(11) == -1);
  CHECK(cases(0) == 2 && cases(1) == 105 && cases(2) == 105 && cases(3) == 100 && cases(8) == 9);
  CHECK(fact(5) == 120 && fact(three) == 6);
  int x = 0;
  bool both = three > 5 && side(x);
  bool either = three < 5 || side(x);
  CHECK(!both && either && x == 0);
  int y = three > 1 ? side(x) : (x = 50);
  CHECK(y == 1 && x == 1);
  int loops = 0;
  do { loops++; if (loops == 2) continue; } while (loops < 4);
  for (;;) { if (++loops > 8) break; }
  CHECK(loops == 9);
  int total = 0;
  for (int i = 0, j = 10; i < j; ++i, --j) { for (int l = 0; l < 3; ++l) { if (l == 1) continue; total += l; } if (i == 3) break; }
  CHECK(total == 8);
  // Lambdas and function arguments.
  float cap = 3;
  auto byvalue = [cap](float v) { return v * cap; };
  auto byref = [&](auto v) { cap += v; return cap; };
  CHECK(twice(byvalue, 2) == 18);
  CHECK(byref(1) == 4 && byref(2.5f) == 6.5f && cap == 6.5f);
  CHECK(through<dbl>(4) == 8);
  // A copy is made with the lambda, not with its call; that of a mutable one is its own.
  int before = 1; float2 pair = float2(1, 2); device float *place = f;
  auto copies = [=]() { return before + int(pair.y) + int(place - f); };
  auto partly = [=, &before](int x) { before += x; return before + int(pair.x); };
  auto counts = [=]() mutable { return ++before; };
  before = 10; pair = 20; place = f + 5;
  CHECK(copies() == 3 && before == 10);
  CHECK(partly(2) == 13 && before == 12 && copies() == 3);
  CHECK(counts() == 2 && counts() == 3 && before == 12);
  // References and pointers.
  int p1 = 1, p2 = 2;
  swap2(p1, p2);
  thread int *pp = &p1;
  *pp += 10; pp = &p2; ++*pp;
  CHECK(p1 == 12 && p2 == 2);
  float loc[3] = {1, 2};
  CHECK(over(1.0f) == 1 && over(1) == 2 && over(loc) == 3 && over(f) == 4);
  device float *fp = f + 2;
  *fp++ = 4; fp[0] = 5; *--fp += 1;
  CHECK(f[2] == 5 && f[3] == 5 && fp - f == 2 && fp == &f[2]);
  // Integers.
  uchar uc = 250; uc += 10;
  char sc = 127; sc++;
  short sh = -7;
  CHECK(uc == 4 && sc == -128 && sh / 2 == -3 && sh % 4 == -3 && (sh >> 1) == -4);
  uint u = 1u << 31; u <<= 1;
  CHECK(u == 0 && (-1 >> 31) == -1 && (0xffffffffu >> 31) == 1 && ~0 == -1);
  ulong big = 0x123456789abcdef0ul * 16;
  CHECK(big == 0x23456789abcdef00ul && uint(big >> 32) == 0x23456789u);
  CHECK(-1 < 1 && !(uint(-1) < 1u) && sizeof(1 + 'a') == 4 && true + true == 2);
  // Floats.
  half h = 1.0h; h += 2; h *= 1.5f;
  bfloat bf = bfloat(three) + bfloat(0.5f);
  CHECK(h == 4.5h && bf == bfloat(3.5f) && sizeof(h * 2) == 2 && sizeof(h * 2.0f) == 4);
  CHECK(int(2.9f) == 2 && int(-2.9f) == -2 && uint(3.5h) == 3 && bool(0.5f) && float(uchar(255)) == 255);
  CHECK(as_type<uint>(1.0f) == 0x3f800000 && as_type<float>(ushort2(0, 0x4000)) == 2.0f && as_type<half2>(0x3c004000u).y == 1.0h);
  // Vectors.
  float4 v = float4(1, float2(2, 3), 4);
  v.yz = v.zy; v.x += 10; v[3] = 7;
  CHECK(all(v == float4(11, 3, 2, 7)) && v.wzyx.x == 7 && v[three - 1] == 2);
  int3 iv = int3(v.xyz) << 1; iv.zx = int2(0, 1);
  CHECK(all(iv == int3(1, 6, 0)) && any(iv > 5) && (iv & 3).y == 2);
  packed_float3 pf = float3(1, 2, 3);
  float3 up = pf; up *= 2;
  CHECK(sizeof(packed_float3) == 12 && up.z == 6 && pf.y == 2 && (pf + up).x == 3);
  CHECK(sizeof(float3) == 16 && alignof(half4) == 8 && sizeof(bool4) == 4);
  float2x3 m = float2x3(float3(1, 2, 3), float3(4, 5, 6));
  m[1].y = 50;
  float3 mv = m * float2(1, 2);
  float2 vm = float3(1, 0, 1) * m;
  CHECK(all(mv == float3(9, 102, 15)) && all(vm == float2(4, 10)) && transpose(m)[1][0] == 2);
  // Returns that are never reached.
  auto chosen = [&](int x) { if (sizeof(int) == 8) return 2; if (x > 3) return 5; int z[3] = {1, 2, x}; return z[2]; };
  const int settled = [&] { if (false) return 2; return three; }();
  CHECK(chosen(three) == 3 && chosen(three + 1) == 5 && settled == 3);
  // Lambdas that call themselves, deeper than can be emitted where they are called.
  auto fib = [](auto self, int n) { if (n < 2) return n; return self(self, n - 1) + self(self, n - 2); };
  CHECK(fib(fib, 10) == 55);
  auto even = [](auto even, auto odd, int n) -> bool { return n == 0 ? true : odd(even, odd, n - 1); };
  auto odd = [](auto even, auto odd, int n) -> bool { return n == 0 ? false : even(even, odd, n - 1); };
  CHECK(even(even, odd, 10) && !odd(even, odd, 10));
  auto gcd = [](auto self, auto a, auto b) -> decltype(a) { return b == 0 ? a : self(self, b, a % b); };
  CHECK(gcd(gcd, 48, 36 * three) == 12 && gcd(gcd, 48u, 18u) == 6u);
  auto product = [&](int a, float b) -> decltype(a * b) { return a * b + three; };
  CHECK(product(3, 1.5f) == 7.5f);
  // What a matrix multiplies is rounded before it is added, as all arithmetic is; fma() alone fuses.
  float near = 1 + 0x1p-12f * (three - 2), squared = near * near;
  CHECK(fma(near, near, -squared) == 0x1p-24f);
  CHECK((float2x2(float2(-1, 0), float2(near, near)) * float2(squared, near)).x == 0);
  CHECK((float2(squared, near) * float2x2(float2(-1, near), float2(0))).x == 0);
  CHECK((float2x2(float2(-1, 0), float2(near, near)) * float2x2(float2(0), float2(squared, near)))[1].x == 0);

  // An enumerator that no long holds makes the enumeration a ulong.
  enum Wide { most = 0xb5c0fbcfec4d3b2ful, beyond };
  const ulong wide[] = {most, beyond};
  CHECK(wide[1] == 0xb5c0fbcfec4d3b30ul && most > 0 && sizeof(Wide) == 8);
  enum Apart { below = -1, above = 0x7fffffff };
  CHECK(below < 0 && sizeof(Apart) == 4);

  // A matrix is divided by a number; halves of vectors are read and stored to.
  CHECK((float2x2(6, 9, 1, 2) / 3.0f)[0].y == 3 && (float2x2(6, 9, 1, 2) / 3.0f)[1].x == 1 / 3.0f);
  uint4 quarters = {1, 2, 3, 4};
  quarters.even += quarters.odd;
  quarters.hi.lo = quarters.lo.hi * 10;
  CHECK(all(quarters == uint4(3, 2, 20, 4)) && all(float3(1, 2, 3).even == float2(1, 3)));
  out[n] = 0;
  CHECK(SIX(SIX(SIX(SIX(SIX(three))))) == 7776 * three);
}
