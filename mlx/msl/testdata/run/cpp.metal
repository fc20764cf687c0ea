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
  out[n] = 0;
}
