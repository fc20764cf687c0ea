// References: to what they bind, and what functions return through them.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

template <class T> struct Kind { static constant constexpr int v = 0; };
template <class T> struct Kind<T &&> { static constant constexpr int v = 1; using type = T; };
template <class T> struct Kind<thread T &> { static constant constexpr int v = 2; };
template <class T> int which(T &&x) { return Kind<T &&>::v; }
template <class T> constexpr thread T &&forward(thread remove_reference_t<T> &x) { return static_cast<thread T &&>(x); } // Metal's library has none
template <class T> int pass(T &&x) { return which(forward<T>(x)); }
int grown(float &&x) { x += 1; return int(x); }
int twice(int &&x) { return x * 2; }
int through(int (*fn)(int &&), int v) { return fn(int(v)); }

struct Counted {
  int a;
  Counted(int x) : a(x) {}
  Counted(thread const Counted &o) : a(o.a + 10) {}
  Counted(Counted &&o) : a(o.a + 100) {}
  thread Counted &next() { a += 1; return *this; }
  thread Counted &operator+=(int k) { a += k; return *this; }
};
int taken(Counted &&p) { p.a += 1; return p.a; }
thread Counted &same(thread Counted &p) { return p; }
thread const Counted &read(thread const Counted &p) { return p; }

struct Holder { Counted c; int k; };
Holder moved(Holder h) { return h; }
Counted passed(thread const Counted &c) { return c; }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0, i = 4;
  CHECK(which(1) == 1 && which(i) == 2 && pass(1) == 1 && pass(i) == 2);
  CHECK(is_same_v<Kind<int &&>::type, int> && is_same_v<remove_reference_t<int &&>, int> && is_rvalue_reference<int &&>::value);
  CHECK(grown(i) == 5 && i == 4 && grown(2.5f) == 3);
  CHECK(through(twice, 4) == 8);
  auto plus = [](auto &&x) { return x + 1; };
  CHECK(plus(3) == 4 && plus(i) == 5 && plus(three) == 4);
  int &&kept = 5;
  kept += 2;
  CHECK(kept == 7);
  auto &&other = i;
  other = 9;
  CHECK(i == 9);
  CHECK(move(i) == 9);

  Counted p(5);
  same(p).a = 7;
  CHECK(p.a == 7 && read(p).a == 7);
  p.next().next().a += 1;
  CHECK(p.a == 10);
  (p += 1) += 2;
  CHECK(p.a == 13);
  CHECK(taken(Counted(3)) == 4);
  CHECK(taken(move(p)) == 14 && p.a == 14);
  Counted q(move(p)), r(p);
  CHECK(q.a == 114 && r.a == 24);
  auto of = [](thread Counted &c) -> thread Counted & { return c; };
  of(p).a = 1;
  CHECK(p.a == 1);

  // What has a name is copied where a condition makes an object of it, and members are moved from with theirs.
  bool yes = three == 3;
  Counted s = yes ? p : Counted(8), t = yes ? Counted(8) : p, u = true ? p : Counted(8);
  CHECK(s.a == 11 && t.a == 8 && u.a == 11);
  CHECK(passed(yes ? p : Counted(3)).a == 21 && passed(true ? p : Counted(3)).a == 21);
  int one = 1, two = 2;
  thread int *at = &one;
  thread const int *const thread &reads = at;
  at = &two;
  CHECK(*reads == 2);
  Holder h{Counted(7), 1};
  Holder g = moved(h);
  CHECK(h.c.a == 7 && g.c.a == 117);
  out[n] = 0;
}
