// What C++ has and kernels seldom use.
#include <metal_stdlib>
#pragma clang diagnostic ignored "-Wreorder-init-list"
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

enum Tone : uchar { Soft, Loud };
enum class Depth { Flat };
enum Loose { First };
struct Voice { Tone tone{1}; int level; Voice(int t, int l) : tone{uchar(t)}, level(l) {} };
struct Named {
  int v;
  int how() & { return v; }
  int how() const & { return 10 + v; }
  int how() && { return 20 + v; }
};
Named named(int x) { return Named{x}; }
template <typename... T> struct alignas(T...) Aligned { uchar bytes[16]; };
class Sealed {
  int v;
  friend class Opener;
  friend int opened(Sealed s);
  template <typename T> friend struct Lens;
  template <typename T> friend Sealed operator*(T a, Sealed s) { return Sealed(int(a * s.v)); }
 public:
  explicit Sealed(int x) : v(x) {}
};
class Opener { public: static int look(Sealed s) { return s.v; } };
int opened(Sealed s) { return 2 * s.v; }
template <typename T> struct Lens { static T look(Sealed s) { return T(s.v); } };
int total(thread const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += v[i]; return s; }
float wide(int x) { return x; }
float wide(float x) { return 2 * x; }
int later(int x) { int after(int); return after(x) + 1; }
int narrow(int x) { float wide(float); return int(wide(x)); }
int after(int x) { return 3 * x; }

struct Point { int x, y, z; };
struct Segment {
  Point from, to;
  Segment(int n) : from{.y = n}, to{.x = 1, .z = n} {}
};

struct Based {
  int a;
  Based(int x) : a(x) {}
  Based(float2 v, int k = 3) : a(int(v.x) + k) {}
  template <typename T> Based(T x, T y, T z) : a(x + y + z) {}
};
struct Heir : Based { using Based::Based; int b = 5; Heir(int x) : Based(10 * x) {} };
template <typename T> struct Sum { T v; template <typename... U> Sum(T x, U... rest) : v((x + ... + rest)) {} };
template <typename T> struct Child : Sum<T> { using Base = Sum<T>; using Base::Base; T w = 1; };
struct Plain { int q; Plain() : q(9) {} Plain(int x) : q(x) {} };
struct Both : Plain { using Plain::Plain; int r = 2; };
typedef float (*Map)(float);
struct Maps { Map f[3]; };
float mapped(Map f, float x) { return f(x); }
Map mapOf(int i) { return i == 0 ? Map([](float x) { return x * 2; }) : static_cast<Map>([](float x) -> float { return -x; }); }

enum Small { One = 1, Ten = 10 };
enum Wide { Huge = 0xffffffffu };
enum Thin : uchar { Few = 3 };
template <typename T> int unsignedness(T) { return is_unsigned<T>::value ? 1 : 0; }
struct Traced { int id; Traced(int i) : id(i) {} Traced(thread const Traced &o) : id(o.id + 1000) {} };
int byValue(Traced t) { return t.id; }
struct Lead { long pad = 9; };
template <typename D> struct Curious {
  int tripled() const { return static_cast<thread const D *>(this)->v * 3; }
  void bump() { static_cast<thread D *>(this)->v++; static_cast<thread D &>(*this).v++; }
};
struct Odd : Lead, Curious<Odd> { int v; Odd(int x) : v(x) {} };
struct Root { int r = 1; int g(int x) const { return x + r; } };
struct Mid : Lead, Root { int m = 2; using Root::g; float g(float x) const { return x + 0.5f; } };
struct Leaf : Lead, Mid { int l = 3; };
auto adder(int k) { return [k](int x) { return x + k; }; }
struct Around {
  struct Within { int q; Within(int x) : q(x + 1) {} int both(thread const Around &o) const { return q + o.z; } };
  int z = 6;
  Within in{3};
  int method(int x = 12) const;
};
int Around::method(int x) const { return x + z; }
template <typename T> struct Scaled { T t; T by(T k = T(4)) const; };
template <typename T> T Scaled<T>::by(T k) const { return t * k; }
struct Handle { thread int *p; operator thread int *() const { return p; } };
struct Squares { int v[4]; constexpr Squares() : v() { for (int i = 0; i < 4; i++) v[i] = i * i; } };
constexpr constant Squares squares;

enum class Turn { left, right };
struct Turning { int n; operator Turn() const { return n > 0 ? Turn::right : Turn::left; } operator float() const { return n; } };
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
  // Enumerations from numbers, lists of arrays that have no name.
  Tone tone{1};
  Voice voice(1, three);
  CHECK(tone == Loud && Depth{3} == Depth(three) && voice.tone == Loud && voice.level == 3 && Tone{uchar(three)} == Tone(3));
  CHECK(total((int[]){1, 2, three}, 3) == 6 && ((const int[4]){1, [2] = 5})[three - 1] == 5 && sizeof((char[]){'a', 'b'}) == 2);
  // Designators in lists behind a type or a member.
  CHECK(Point{.y = three}.y == 3 && ((Point){.x = 1, .z = three}).z == 3 && Point{.x = 1, .z = 2}.y == 0);
  Segment segment(three);
  CHECK(segment.from.x == 0 && segment.from.y == 3 && segment.to.x == 1 && segment.to.y == 0 && segment.to.z == 3);
  // Member functions for one kind of value.
  Named mine{1};
  const Named fixed{2};
  CHECK(mine.how() == 1 && fixed.how() == 12 && named(3).how() == 23);
  // Alignment by a pack; friends.
  CHECK(alignof(Aligned<uchar, float2, int>) == 8 && alignof(Aligned<>) == 1 && sizeof(Aligned<float4>) == 16);
  CHECK(Opener::look(Sealed(three)) == 3 && opened(Sealed(2)) == 4 && Lens<float>::look(2.5f * Sealed(2)) == 5);
  // c ?: y names an object if both do.
  int first = 0, second = three;
  (first ?: second) = 8;
  CHECK(first == 0 && second == 8);
  (second ?: first) += 1;
  CHECK(first == 0 && second == 9 && (first ?: 4) == 4);
  // Functions declared in blocks.
  CHECK(later(three) == 10 && narrow(three) == 6);
  // Inherited constructors.
  Heir h1(float2(three), 1), h2(three), h3(1, 2, three), h4(float2(2));
  CHECK(h1.a == 4 && h1.b == 5 && h2.a == 30 && h3.a == 6 && h4.a == 5);
  Child<int> c1(1, 2, three), c2{three};
  Both b1, b2(three);
  CHECK(c1.v == 6 && c1.w == 1 && c2.v == 3 && b1.q == 9 && b1.r == 2 && b2.q == 3 && b2.r == 2);
  // Lambdas without captures give pointers to functions.
  Maps maps = {{[](float x) { return x + 1; }, [](float x) { float y = x; for (int i = 0; i < 2; i++) y *= x; return y; },
                +[](float x) { if (x > 2) return 1.0f; return 0.0f; }}};
  CHECK(maps.f[three - 3](2) == 3 && maps.f[three - 2](2) == 8 && maps.f[three - 1](2) == 0);
  CHECK(mapped([](float x) { constexpr float five = 5; return x + five; }, 2) == 7 && mapOf(three)(4) == -4 && mapOf(three - 3)(4) == 8);
  Map map = nullptr;
  map = [](float x) { return x / 2; };
  CHECK(map && (*map)(three) == 1.5f);
  // Enumerations are promoted to int where that holds them.
  int minus = -three;
  CHECK(minus < Ten && One - 2 < 0 && -One < 0 && (three < 0 ? One : minus) == -3);
  CHECK(unsignedness(One + 1) == 0 && unsignedness(Huge + 1) == 1 && unsignedness(Few + 1) == 0 && unsignedness(~One) == 0 && unsignedness(One << 1) == 0);
  // Copy constructors run where a named object is copied.
  Traced t1(three);
  Traced t2 = t1, t3(t2);
  auto t4 = t3;
  CHECK(t2.id == 1003 && t3.id == 2003 && t4.id == 3003 && byValue(t1) == 1003 && byValue(Traced(5)) == 5);
  // Casts to a derived class, bases behind others, members that a class takes from its base.
  Odd odd(three);
  odd.bump();
  CHECK(odd.v == 5 && odd.tripled() == 15 && odd.pad == 9);
  Leaf leaf;
  leaf.r = 7;
  thread Root &root = leaf;
  CHECK(root.r == 7 && static_cast<thread Leaf &>(root).l == 3 && static_cast<thread Leaf *>(&root)->m == 2);
  CHECK(leaf.g(three) == 10 && leaf.g(1.0f) == 1.5f);
  // Lambdas that functions return.
  auto f1 = adder(three), f2 = adder(10);
  CHECK(f1(1) == 4 && f2(f1(2)) == 15 && adder(1)(1) == 2);
  // Members seen from a nested class, default arguments, pointers by conversion, constants by a constructor.
  Around around;
  CHECK(around.in.q == 4 && around.in.both(around) == 10 && around.method() == 18 && around.method(1) == 7 && Scaled<float>{2}.by() == 8);
  int held[2] = {1, three};
  Handle handle{held};
  CHECK(handle[1] == 3 && *handle == 1 && squares.v[three] == 9);
  Turning turning{three};
  switch (turning) { case Turn::left: CHECK(false); break; case Turn::right: CHECK(true); }
  out[n] = 0;
}
