// Closures: copies and their state, in members, as pointers to functions.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__
#define P(...) h = h * 31 + uint(__VA_ARGS__)

namespace copies {
template <typename F> int twice(F f) { return f() + f(); }
template <typename F> int through(thread F &f) { return f() * 100 + f(); }
uint run(int three) {
  uint h = 0;
  int c = 0;
  auto l = [c]() mutable { return ++c; };
  auto m = l;
  P(l()); P(l()); P(m()); P(m());
  auto q = l;
  P(q()); P(l()); P(twice(l)); P(twice(l)); P(l());
  P(twice([c]() mutable { return ++c; })); P(through(l)); P(l());
  int t = 0;
  for (int i = 0; i < three; i++) { auto f = [i]() mutable { return i += 10; }; auto g = f; t += f() + f(); P(g()); P(t); }
  return h;
}
}

namespace nested {
struct Big { int a[4]; int s; };
uint run(int three) {
  uint h = 0;
  int c = 3;
  auto l = [c, d = 5]() mutable { c += d; d *= 2; return c; };
  auto o = [l]() mutable { return l() + l(); };
  P(o()); P(l()); P(o());
  auto p = o;
  P(p()); P(o());
  Big b;
  b.s = 0;
  for (int i = 0; i < 4; i++) b.a[i] = i;
  auto sum = [=](int k) mutable { b.a[k & 3] += k; b.s += b.a[k & 3]; return b.s; };
  P(sum(1)); P(sum(2));
  auto other = sum;
  P(other(3)); P(sum(3)); P(sum(2)); P(b.s);
  return h;
}
}

namespace members {
template <typename F> struct Repeat { F f; int n; Repeat(F g, int k) : f(g), n(k) {} int run(int x) { for (int i = 0; i < n; i++) x = f(x); return x; } };
template <typename F> Repeat<F> repeat(F f, int n) { return Repeat<F>(f, n); }
template <typename F, typename G> struct Both { F f; G g; int operator()(int x) const { return f(g(x)); } };
template <typename F, typename G> auto both(F f, G g) { return Both<F, G>{f, g}; }
uint run(int three) {
  uint h = 0;
  int a = 2;
  auto r = repeat([=](int x) { return x * a + 1; }, 3);
  P(r.run(1));
  auto s = repeat([a](int x) mutable { return x + a++; }, 2);
  P(s.run(0)); P(s.run(0));
  auto copy = s;
  P(copy.run(0)); P(s.run(0));
  P(repeat([&](int x) { a += x; return a; }, 2).run(1)); P(a);
  auto f = both([=](int x) { return x + three; }, [](int x) { return x * 2; });
  P(f(5)); P(both(f, f)(1));
  return h;
}
}

namespace pointers {
int apply(int (*f)(int), int x) { return f(x); }
uint run(int three) {
  uint h = 0;
  P(apply([](int x) { return x * 3; }, three)); P(apply([](auto x) { return x * 5; }, three));
  int (*g)(int) = [](auto x) { return x + 100; };
  float (*h2)(float) = [](auto x) { return x * 0.5f; };
  P(g(1)); P(h2(9)); P((+[](int x) { return -x; })(5));
  return h;
}
}

kernel void k(device int *out [[buffer(0)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(copies::run(three) == 1403542793u);
  CHECK(nested::run(three) == 1997634168u);
  CHECK(members::run(three) == 2859039411u);
  CHECK(pointers::run(three) == 8855734u);
}
