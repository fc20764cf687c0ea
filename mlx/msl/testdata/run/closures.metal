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

namespace operators {
template <typename... Ts> struct Over : Ts... { using Ts::operator()...; };
template <typename... Ts> Over(Ts...) -> Over<Ts...>;
template <typename F> struct Plus : F { int k; int call(int x) { return (*this)(x) + k; } };
template <typename F> auto given(F f) -> decltype(f(1)) { return f(1); }
template <typename F> auto given(F f) -> decltype(f(1, 2)) { return f(1, 2); }
struct None {};
struct Holds : None { int x; };
uint run(int three) {
  uint h = 0;
  int q = three;
  Over o{[](int x) { return x * 3; }, [=](float x) { return int(x * 2) + q; }, [&](char c) { q += c; return q; }};
  P(o(3)); P(o(2.5f)); P(o(char(7))); P(q);
  auto copy = o;
  P(copy(char(1))); P(q);
  Over counts{[q](int x) mutable { return q += x; }, [q](float x) mutable { return q -= int(x); }};
  P(counts(3)); P(counts(2.5f));
  auto counted = counts;
  P(counts(1)); P(counted(1)); P(counted(1.0f)); P(q);
  auto add = [q](int x) mutable { return q += x; };
  Plus<decltype(add)> plus{add, 100};
  P(plus.call(1)); P(plus.call(1)); P(plus(5)); P(add.operator()(1));
  P(given([](int a) { return a + 10; })); P(given([](int a, int b) { return a + b + 20; }));
  auto rest = [](auto x, auto... r) { return int(x) + int(sizeof...(r)); };
  P(rest(1)); P(rest(2.5f, 'c', three));
  int (*g)(int, int) = [](auto a, auto b) { return a * 10 + b; };
  P(g(1, three)); P((Holds{{}, 4}.x));
  return h;
}
}

namespace copied_captures {
struct Counts { int n; Counts(int k) : n(k) {} Counts(const thread Counts &o) : n(o.n + 1) {} };
template <typename F> int by(F f) { return f(); }
template <typename... T> int packs(T... t) { auto l = [t...] { return (t.n + ...); }; auto m = l; return l() * 100 + m(); }
template <typename... T> int changing(T... t) { auto l = [t...]() mutable { return ((t += 1) + ...); }; auto m = l; return l() * 10000 + l() * 100 + m(); }
uint run(int three) {
  uint h = 0;
  Counts c(three);
  auto l = [c] { return c.n; };
  auto m = l;
  P(l()); P(m()); P(l()); P(by(m));
  auto r = [l] { return l(); };
  auto s = r;
  P(r()); P(s());
  auto all = [=] { return c.n; };
  P(all()); P(by(all));
  P(packs(Counts(three), Counts(2))); P(changing(three, 2));
  return h;
}
}

// What a lambda captures of another's captures is a copy of its own, of the type without
// the const that a lambda which is not mutable gives its own.
#define DEMAND(...) if (!(__VA_ARGS__)) return __LINE__
namespace captured_again {
struct Object {
  int v;
  int twice() { auto f = [*this] { auto g = [*this]() mutable { return ++v; }; return g() * 10 + g(); }; return f() * 100 + v; }
  int from_const() const { auto f = [*this]() mutable { v += 1; return v; }; return f() * 10 + f(); }
  int before() { auto f = [*this]() mutable { auto g = [*this] { return v; }; v += 5; return g() * 10 + v; }; return f() * 100 + v; }
};
template <typename... T> int pack(T... t) {
  return [=]() mutable { auto g = [=]() mutable { return ((t += 1) + ...); }; return g() * 1000 + g() * 10 + (t + ...); }();
}
template <typename... T> int listed(T... t) {
  return [t...] { auto g = [t...]() mutable { return ((t += 1) + ...); }; return g() * 1000 + g() * 10 + (t + ...); }();
}
uint run(int one) {
  int a = one;
  auto copied = [=] { auto g = [=]() mutable { return ++a; }; return g() * 10 + g(); };
  DEMAND(copied() == 23 && copied() == 23);
  auto both = [=]() mutable { auto g = [=]() mutable { return ++a; }; int r = g() + g(); return r * 100 + a; };
  DEMAND(both() == 501 && both() == 501);
  auto before = [a]() mutable { auto g = [=] { return a; }; a += 5; return g() * 100 + a; };
  DEMAND(before() == 106 && before() == 611);
  auto made = [b = a] { auto g = [b = b]() mutable { return ++b; }; return g() * 10 + g(); };
  DEMAND(made() == 23 && made() == 23);
  const int three = 3;
  auto changed = [c = three]() mutable { return ++c; };
  DEMAND(changed() == 4 && changed() == 5);
  auto counter = [a]() mutable { return ++a; };
  auto holder = [counter] { auto own = counter; return own() * 10 + own(); };
  counter();
  DEMAND(holder() == 23 && holder() == 23 && counter() == 3);
  int list[3] = {1, 2, 3};
  auto pointer = [p = list] { return int(sizeof(p)) + p[2]; };
  list[2] = 7;
  DEMAND(pointer() == 15);
  DEMAND(pack(1, one + 1) == 5073);
  DEMAND(listed(1, one + 1) == 5073);
  Object o{one};
  DEMAND(o.twice() == 2301);
  DEMAND(o.before() == 1601);
  DEMAND(o.from_const() == 23);
  return 0;
}
}

// Functions that know an object with a closure by its address, or as what is derived from their class.
template <typename F> int pointed(thread const F *f, int v) { return (*f)(v); }
template <typename F> int listed(thread const F (&f)[2], int v) { return f[0](v) + f[1](v); }
template <typename E> struct Shape { int at(int v) const { return static_cast<thread const E &>(*this).f(v); } };
template <typename F> struct Mapped : Shape<Mapped<F>> { F f; Mapped(F g) : f(g) {} };
template <typename E> int through(thread const Shape<E> &e, int v) { return e.at(v); }
template <typename F> struct Near { int run(F f, int v) { struct M : Shape<M> { F f; M(F g) : f(g) {} }; M m(f); return m.at(v); } };

// Members that lambdas initialise, in parentheses and in braces.
struct Begun { int x, y; Begun(int n) : x([] { return 1; }()), y{[n](int a) -> int { for (int i = 0; i < 2; ++i) a += n; return a; }(3)} {} };
struct Picked { int z; Picked(thread Begun *p) : z(p[1].y) { z += 1; } };

kernel void k(device int *out [[buffer(0)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(copies::run(three) == 1403542793u);
  CHECK(nested::run(three) == 1997634168u);
  CHECK(members::run(three) == 2859039411u);
  CHECK(pointers::run(three) == 8855734u);
  CHECK(operators::run(three) == 2764370942u);
  CHECK(copied_captures::run(three) == 2621840827u);
  CHECK(captured_again::run(three - 2) == 0u);
  Begun begun[2] = {Begun(0), Begun(three)};
  CHECK(begun[1].x == 1 && begun[1].y == 9 && Picked(begun).z == 10);
  int shift = three + 1;
  auto moved = [=](int v) { return v + shift; };
  decltype(moved) both[2] = {moved, moved};
  CHECK(pointed(&moved, 1) == 5 && listed(both, 1) == 10 && through(Mapped<decltype(moved)>(moved), 2) == 6 && Near<decltype(moved)>().run(moved, 3) == 7);
}
