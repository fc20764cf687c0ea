// What C++ has and kernels seldom use.
#include <metal_stdlib>
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
  Segment(int n) : from{.y = n}, to{.z = n, .x = 1} {}
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
  CHECK(Point{.y = three}.y == 3 && ((Point){.z = three, .x = 1}).z == 3 && Point{.x = 1, .z = 2}.y == 0);
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
  out[n] = 0;
}
