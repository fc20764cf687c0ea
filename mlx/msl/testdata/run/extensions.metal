// What clang takes beyond C++14: C++17's statements and the extensions of GNU.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__
#define LARGER(a, b) ({ __typeof__(a) x_ = (a); __auto_type y_ = (b); x_ > y_ ? x_ : y_; })

struct Inner { int b, c; };
struct Outer { Inner a; int z; int v[4]; };
__extension__ typedef struct { __extension__ union { struct { int b, c; }; int2 both; }; } Pair;
enum class Level : uchar { Low, High };
int band(int x) { switch (x) { case -3 ... -1: return 1; case 2 ... 5: case 9: return 2; case 7: return 3; default: return 4; } }
uint wide(uint x) { switch (x) { case 0xfffffff0u ... 0xffffffffu: return 1; default: return 0; } }
int counted(thread int &calls) { calls++; return calls; }
int first(int x) { return ({ if (x < 0) return -1; x + 1; }); }
decltype(auto) same(thread int &x) { return (x); }
int given(nullptr_t) { return 1; }
int given(const thread int *) { return 2; }
template <typename T> bool isNull(T p, nullptr_t q) { return p == q; }
struct Nothing { nullptr_t p; int v; };
// Metal's headers lack this one, and programs define it.
struct MTLStageInRegionIndirectArguments { uint stageInOrigin[3], stageInSize[3]; };
#pragma pack(push, 1)
struct Tight { uchar tag; float value; ushort list[3]; Inner in; };
#pragma pack(pop)
struct __attribute__((packed)) Mixed { uchar tag; int loose; int even __attribute__((aligned(4))); };
struct Loose { uchar tag; float value; };
Inner made(int x) { return {x, 2 * x}; }
struct Counted {
  int n;
  struct Iterator {
    int i;
    int operator*() const { return i * i; }
    thread Iterator &operator++() { ++i; return *this; }
    bool operator!=(Iterator o) const { return i != o.i; }
  };
  Iterator begin() const { return {0}; }
  Iterator end() const { return {n}; }
};
struct Flag { int on; explicit operator bool() const { return on != 0; } };
enum class Set : uchar { None, One, Two, Both = One | Two };
Set operator|(Set a, Set b) { return Set(uchar(a) | uchar(b)); }
thread Set &operator|=(thread Set &a, Set b) { return a = a | b; }
thread Set &operator++(thread Set &a) { return a = Set(uchar(a) + 1); }
int level(Level l) { using enum Level; return l == High ? 2 : 1; }

constant float euler = exp(1.0f), powers[2] = {pow(2.0f, 3), log2(16.0f)};
constant int million = 1.f * pow(10.f, 6);

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  // Statement expressions.
  CHECK(LARGER(three, 2) == 3 && LARGER(2.5f, 2) == 2.5f);
  CHECK(first(-5) == -1 && first(three) == 4);
  int sum = 0;
  for (int i = 0; i < 10; i++) sum += ({ if (i == three) continue; if (i == 6) break; i; });
  CHECK(sum == 0 + 1 + 2 + 4 + 5);
  Inner copy = ({ Inner t = {three, 1}; t.b += 1; t; });
  CHECK(copy.b == 4 && copy.c == 1);
  CHECK(three > 2 && ({ bool ok = three == 3; ok; }));
  // c ?: y
  int calls = 0;
  CHECK((counted(calls) ?: 9) == 1 && calls == 1);
  CHECK((three ?: 8) == 3 && ((three - 3) ?: 8) == 8 && ((three - 3) ?: 1.5f) == 1.5f);
  // Ranges of cases.
  CHECK(band(-3) == 1 && band(-1) == 1 && band(0) == 4 && band(2) == 2 && band(5) == 2 && band(6) == 4 && band(7) == 3 && band(9) == 2);
  CHECK(wide(uint(-1)) == 1 && wide(0xffffffefu) == 0 && wide(uint(three)) == 0);
  // Designators.
  Outer o = {.a.b = 1, .a.c = 2, .v[1] = 5, .v[3] = three};
  CHECK(o.a.b == 1 && o.a.c == 2 && o.z == 0 && o.v[0] == 0 && o.v[1] == 5 && o.v[2] == 0 && o.v[3] == 3);
  int spread[] = {[1 ... 3] = three, [5] = 1, 2};
  CHECK(sizeof(spread) == 28 && spread[0] == 0 && spread[1] == 3 && spread[3] == 3 && spread[4] == 0 && spread[6] == 2);
  // Conditions with an initialiser.
  if (int a = three; a > 2) CHECK(a == 3); else CHECK(false);
  switch (int a = three + 1; a) { case 4: CHECK(true); break; default: CHECK(false); }
  switch (int a = three) { case 3: CHECK(a == 3); break; default: CHECK(false); }
  // Types of expressions, names of functions, offsets.
  int y = 1;
  same(y) = 4;
  CHECK(y == 4);
  const float cf = 1;
  __typeof__(cf + 1) g = 2;
  g += 1;
  CHECK(g == 3 && sizeof(__typeof__(char)) == 1);
  CHECK(__func__[0] == 'k' && sizeof(__FUNCTION__) == 2 && "abc"[1] == 'b');
  CHECK(offsetof(Outer, z) == 8 && __builtin_offsetof(Outer, v[2]) == 20 && offsetof(Outer, a.c) == 4);
  CHECK(level(Level::High) == 2 && level(Level::Low) == 1);
  // What clang is told not to warn of.
  __extension__ Pair two = {{{three, 4}}};
  __extension__ two.c += 1;
  CHECK(__extension__ two.both.x == 3 && -__extension__ ({ two.both.y; }) == -5);
  // Digraphs and words.
  int d<:2:> = <%1, 2%>;
  CHECK(d<:1:> == 2 and not (d[0] not_eq 1) or false);
  if (three == 3) [[likely]] y = 1; else [[unlikely]] y = 2;
  CHECK(y == 1 && __builtin_expect(three, 3) == 3 && __builtin_constant_p(4));
  if (three == 4) __builtin_unreachable();
  // Packed structures: members at any byte.
  CHECK(sizeof(Tight) == 19 && alignof(Tight) == 1 && sizeof(Loose) == 8 && sizeof(Mixed) == 12 && offsetof(Mixed, even) == 8);
  Tight tight[2] = {{1, 2.5f, {3, 4, 5}, {6, 7}}};
  for (int i = 0; i < 3; i++) tight[1].list[i] = tight[0].list[2 - i] + three;
  tight[1].value = tight[0].value * 2;
  tight[1].in = tight[0].in;
  tight[1].in.c += three;
  CHECK(tight[1].value == 5 && tight[1].list[0] == 8 && tight[1].list[three - 1] == 6 && tight[1].in.b == 6 && tight[1].in.c == 10);
  device Tight *there = (device Tight *)f;
  there[three] = tight[1];
  CHECK(there[3].value == 5 && ((device uchar *)f)[3 * 19 + 5] == 8);
  // Structured bindings.
  auto [mb, mc] = made(three);
  mb += 1;
  CHECK(mb == 4 && mc == 6);
  thread auto &[rb, rc] = copy;
  rb = 7;
  CHECK(copy.b == 7 && rc == 1);
  int pair[2] = {1, 2};
  auto [p0, p1] = pair;
  p0 = 5;
  CHECK(p0 + p1 == 7 && pair[0] == 1);
  auto [vx, vy] = float2(1, three);
  CHECK(vx + vy == 4);
  int total = 0;
  for (thread auto &[tag, value, list, in] : tight) total += list[0] + in.b;
  if (auto [b, c] = made(2); c == 4) total += b;
  CHECK(total == 3 + 6 + 8 + 6 + 2);
  int squares = 0;
  for (int square : Counted{three + 2}) {
    if (square == 4) continue;
    if (square == 16) break;
    squares += square;
  }
  CHECK(squares == 0 + 1 + 9);
  // Operators of enumerations, conversions to bool.
  Set set = Set::One | Set::Two;
  CHECK(set == Set::Both);
  Set more = Set::None;
  more |= Set::One;
  CHECK(++more == Set::Two);
  Flag flag = {three};
  CHECK(flag && !!flag && (flag ? true : false));
  // A vector of fewer components takes the first ones; constants may call the mathematical library.
  float4 four(1, 2, 3, 4);
  CHECK(all(float3(four) == float3(1, 2, 3)) && uint2(uint3(4, 5, 6)).y == 5 && half2(four).y == 2 && ((int2)four).y == 2);
  CHECK(abs(euler - 2.7182818f) < 1e-6f && powers[three - 2] == 4 && powers[0] == 8 && million == 1000000);
  MTLDispatchThreadgroupsIndirectArguments indirect = {uint(three), 1, 1};
  CHECK(indirect.threadgroupsPerGrid[0] == 3 && sizeof(indirect) == 12);
  nullptr_t null = nullptr;
  Nothing nothing = {null, three};
  const thread int *nowhere = nothing.p;
  CHECK(given(null) == 1 && given(nowhere) == 2 && isNull(nowhere, null) && isNull(nullptr, {}) && nothing.v == 3);
  CHECK([](nullptr_t p) { return !p; }(null) && sizeof(MTLStageInRegionIndirectArguments) == 24);
  out[n] = 0;
}
