// C++17: deduced class template arguments, layout of bases, labels inside of statements, packs.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__
#define P(...) h = h * 31 + uint(__VA_ARGS__)

namespace deduction {
template <typename T> struct Pair { T a, b; Pair(T x, T y) : a(x), b(y) {} };
template <typename T> struct Plain { T a; int b; };
template <typename T> Plain(T, int) -> Plain<T>;
template <typename T, int N> struct Array { T v[N]; Array(const thread T (&x)[N]) { for (int i = 0; i < N; i++) v[i] = x[i]; } };
template <typename T> struct Copied { T t; Copied(T x) : t(x) {} Copied(const thread Copied &o) : t(o.t + 1) {} };
template <typename T> struct Wide { T x; explicit Wide(T y) : x(y) {} };
Wide(int) -> Wide<long>;
template <typename... Ts> struct Tuple { int n = sizeof...(Ts); Tuple(Ts...) {} };
template <typename T = int, int N = 3> struct Defaults { T x; Defaults(T y = 7) : x(y) {} int n() const { return N; } };
template <typename T> struct Range { using value = T; T lo, hi; Range(value a, value b) : lo(a), hi(b) {} Range(thread T *p, int) : lo(*p), hi(*p) {} };
template <typename F> struct Call { F f; Call(F g) : f(g) {} int operator()(int x) { return f(x); } };
namespace inner { template <typename T, typename U> struct Two { T a; U b; Two(T x, U y) : a(x), b(y) {} }; }
template <typename T> int doubled(T x) { Pair a(x, x); const Pair b = a; return a.a + b.b; }
uint run(int three) {
  uint h = 0;
  Pair p(1, three);
  Pair q{3L, 4L};
  P(p.b); P(sizeof(q)); P(Pair(5, 6).b);
  P((Plain{1.5f, 2}).a * 2);
  int z[3] = {1, 2, three};
  Array a(z);
  P(sizeof(a)); P(a.v[2]);
  Copied c(3);
  Copied d = c;
  P(d.t); P(sizeof(d)); P(sizeof(Wide(1))); P(sizeof(Wide('x')));
  Tuple t(1, 2.0f, 'c'), w(t);
  Tuple u(t, 1);
  P(t.n); P(u.n); P(w.n);
  Defaults e;
  Defaults f(2L);
  P(e.x); P(sizeof(f)); P(Defaults(5).n());
  int nine = 9;
  P(Range(&nine, 3).lo); P(Range('a', 'b').hi);
  Call g([=](int x) { return x + three; });
  P(g(3)); P((Call{[&](int x) { return x * nine; }})(5));
  P(inner::Two(p, 'c').a.b); P(doubled(three)); P(doubled(2.5f));
  return h;
}
}

namespace tail_padding {
struct Made { Made() {} int x; char c; };
struct Behind : Made { char d; };
struct Plain { int x; char c; };
struct After : Plain { char d; };
struct Sealed { int x; private: char c; };
struct Opened : Sealed { char d; };
struct First { long x; char c; First() : x(1), c(2) {} };
struct Second : First { char d; short s; Second() : d(4), s(9) {} };
struct Third : Second { char e; Third() : e(7) {} };
struct Bits { Bits() {} int x; int b : 3; };
struct MoreBits : Bits { int d : 4; char e; };
uint run(int three) {
  uint h = 0;
  P(sizeof(Made)); P(sizeof(Behind)); P(sizeof(After)); P(sizeof(Opened)); P(sizeof(Second)); P(sizeof(Third)); P(sizeof(MoreBits));
  Behind b;
  b.d = three;
  Made m;
  m.x = 5; m.c = 6;
  thread Made &base = b;
  base = m;
  P(b.d); P(b.x); P(b.c);
  Third t;
  t.e = 9;
  Second s[2];
  s[1].s = 77;
  thread Second &mid = t;
  mid = s[1];
  P(t.e); P(t.s); P(t.c);
  MoreBits n;
  n.b = 2; n.d = 5; n.e = 6;
  Bits one;
  one.b = 1;
  thread Bits &low = n;
  low = one;
  P(n.b); P(n.d); P(n.e);
  return h;
}
}

namespace jumps {
int copied(thread int *to, thread int *from, int count) {
  int n = (count + 7) / 8;
  switch (count % 8) {
  case 0: do { *to++ = *from++;
  case 7: *to++ = *from++; case 6: *to++ = *from++; case 5: *to++ = *from++; case 4: *to++ = *from++;
  case 3: *to++ = *from++; case 2: *to++ = *from++; case 1: *to++ = *from++;
    } while (--n > 0);
  }
  return n;
}
uint run(int three) {
  uint h = 0;
  int a[40], b[40];
  for (int i = 0; i < 40; i++) { a[i] = 0; b[i] = i * i; }
  for (int k = 7; k < 34; k += 7 + (k & 1)) { P(copied(a, b, k)); for (int i = 0; i < 40; i++) P(a[i]); }
  for (int k = 0; k < 9; k++) {
    int s = 0, n = 5;
    switch (k) {
      while (n > 0) { case 0: s += 1; n--; if (n == 2) continue; if (s > 6) break; case 1: s += 20; case 5: n--; }
      break;
    case 2: if (three == 3) { s += 1; case 3: s += 10; } else { s += 100; case 4: s += 1000; }
      s += 5;
      break;
    default: s = -1;
    case 7: if (k == 7) case 8: s += 3;
      for (s++; s < 9; s++) { n--; case 6: if (s == three) continue; s += 2; }
    }
    P(s); P(n);
  }
  return h;
}
}

namespace private_bases {
struct A { int f(int x) { return x; } int g() { return 5; } int v = 8; };
struct B : private A { using A::g; using A::v; int h() { return f(3); } };
struct C : B { int i() { return g() + v; } };
uint run(int three) {
  uint h = 0;
  B b;
  C c;
  P(b.g()); P(b.h()); P(b.v); P(c.g()); P(c.i()); P(c.v);
  return h;
}
}

namespace literals {
template <typename T> int size(T x) { return sizeof(x) * 100 + x[1]; }
uint run(int three) {
  uint h = 0;
  auto s = "abc";
  P(sizeof(s)); P(sizeof("abc")); P(s[1]); P(*(s + 2)); P(size("hello"));
  s = "xyz";
  P(s[0]);
  return h;
}
}

namespace hidden_types {
struct node { int x, y; };
enum color { red, green };
uint run(int three) {
  uint h = 0;
  int node = three, color = 7;
  struct node n = {4, 5};
  n.x += node;
  enum color c = green;
  P(n.x); P(c + color); P(sizeof(struct node));
  return h;
}
}

namespace packs {
template <int N> struct Is { enum { v = N }; template <typename T> static T of(T x) { return x * N; } };
template <typename... Ts> int total() { return (int(Ts::v) + ...); }
template <typename... Ts> int mixed(int k) { return (Ts::of(k) + ... + 1) * 10 + (0 + ... + Ts::template of<int>(2)); }
template <typename... Ts> bool all_above() { return ((Ts::v > 1) && ...); }
template <typename T> struct One { T a = 1; T get() { return a; } };
template <typename T> struct Other { T b = 2; T get() { return b; } };
template <typename T, template <typename> class... C> struct Mix : C<T>... { T sum() { return (C<T>::get() + ...); } };
template <template <typename> class... C> int sizes() { return (sizeof(C<char>) + ... + 0) * 100 + (sizeof(C<int>) + ...); }
uint run(int three) {
  uint h = 0;
  P((total<Is<1>, Is<2>>())); P((mixed<Is<3>, Is<4>>(5)));
  P((all_above<Is<2>, Is<3>>())); P((all_above<Is<2>, Is<1>>()));
  Mix<int, One, Other> m;
  P(m.sum());
  m.a = three;
  P(m.sum()); P(sizeof(m)); P((sizes<One, Other>()));
  return h;
}
}

// Local classes as deduced results.
auto divided(int a) { struct R { int q, r; int sum() const { return q + r; } }; return R{a / 3, a % 3}; }
auto either(int a) { typedef struct { int v; } T; if (a > 3) return T{a}; return T{-a}; }
template <typename F> auto applied(F f, int x) { constexpr int C = 5; struct R { int v; int w() const { return v + C; } }; return R{f(x)}; }
auto counted(int n) { struct S { int d; }; if (n == 0) return S{1}; S s = counted(n - 1); s.d += n; return s; }

kernel void k(device int *out [[buffer(0)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(deduction::run(three) == 1508220234u);
  CHECK(tail_padding::run(three) == 1724588252u);
  CHECK(jumps::run(three) == 1504985544u);
  CHECK(private_bases::run(three) == 146159862u);
  CHECK(literals::run(three) == 235770000u);
  CHECK(hidden_types::run(three) == 6983u);
  CHECK(packs::run(three) == 2176082396u);
  auto local = [&](int x) { struct L { int a, b; }; return L{x, three}; };
  auto ratio = divided(20);
  ratio = divided(three * 5);
  CHECK(ratio.sum() == 5 && either(three).v == -3 && either(4).v == 4 && counted(4).d == 11 && local(1).a + local(2).b == 4);
  CHECK(applied([&](int x) { return x + three; }, 3).w() == 11 && applied([](int x) { return x; }, 3).w() == 8);
  int object = three;
  decltype(auto) itself = (object);
  decltype(auto) copy = object;
  itself += 4;
  CHECK(object == 7 && copy == 3);
}
