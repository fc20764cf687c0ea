// Packs, captures and jumps; the values are clang's.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__
#define P(...) h = h * 31 + uint(__VA_ARGS__)

namespace callee_packs {
template <typename... F> int sum(int x, F... f) { return (f(x) + ... + 0); }
template <typename... F> int chain(int x, F... f) { ((x = f(x)), ...); return x; }
struct Add { int n; int operator()(int x) const { return x + n; } };
uint run(int three) {
  uint h = 0;
  int k = three;
  P(sum(2, [](int x) { return x; }, [k](int x) { return x * k; }, [&](int x) { k++; return k + x; })); P(k);
  P(chain(1, Add{three}, [](int x) { return x * 10; }, [k](int x) { return x - k; })); P(sum(5));
  P([](auto... f) { return (f(2) + ...); }([](int x) { return x + 4; }, Add{5}));
  return h;
}
}

namespace captured_packs {
template <typename... T> auto bind(T... a) { return [a...](auto f) { return f(a...); }; }
template <typename... T> int copied(T... a) { auto l = [a...] { return (a + ...); }; auto m = [=] { return (a + ...); }; auto r = [&a...] { return (a + ...); }; ((a += 1), ...); return l() * 10000 + m() * 100 + r(); }
uint run(int three) {
  uint h = 0;
  P(bind(1, three, 3)([](int a, int b, int c) { return a * 100 + b * 10 + c; })); P(copied(1, three)); P(copied(7));
  return h;
}
}

namespace captured_object {
struct S {
  int v;
  int f() { auto g = [*this]() mutable { v++; return v; }; auto h = g; return g() * 100 + g() * 10 + h() + v; }
  int g() { auto l = [*this] { return [&] { return v; }; }; v = 9; return l()() * 10 + v; }
};
uint run(int three) {
  uint h = 0;
  S s{three}; P(s.f()); P(s.v); P(s.g());
  return h;
}
}

namespace packs_of_two {
template <typename... T> struct F { template <typename... U> static int call(T... t, U... u) { return (t + ... + 0) * 100 + (u + ... + 0); } };
uint run(int three) {
  uint h = 0;
  P((F<int, int>::call(1, 2, three, 4))); P((F<int>::call(5))); P(F<>::call(6, three));
  return h;
}
}

namespace jumps_into_blocks {
int duff(int n) { int r = 0, c = (n + 3) / 4; switch (n % 4) { case 0: do { r += 1; case 3: r += 10; case 2: r += 100; case 1: r += 1000; } while (--c > 0); } return r; }
int nested(int x) { int r = 0; switch (x) { case 1: { r = 1; if (x > 5) { case 2: r += 20; } else { case 3: r += 300; } } break; default: r = 7; } return r; }
int loop(int n) { int r = 0; switch (n) { case 0: while (r < 5) { case 1: r += 2; if (r == 4) continue; case 2: r += 3; } } return r; }
uint run(int three) {
  uint h = 0;
  for (int i = 1; i < 12; i++) P(duff(i)); for (int i = 0; i < 6; i++) { P(nested(i)); P(loop(i)); }
  return h;
}
}

// An element of a tuple is the base class that its number says.
template <size_t I, typename T> struct Leaf { T v; };
template <typename S, typename... Ts> struct Leaves;
template <size_t... I, typename... Ts> struct Leaves<index_sequence<I...>, Ts...> : Leaf<I, Ts>... { Leaves(Ts... ts) : Leaf<I, Ts>{ts}... {} };
template <size_t I, typename T> T element(const thread Leaf<I, T> &x) { return x.v; }
template <typename T, size_t I> size_t numberOf(const thread Leaf<I, T> &x) { return I; }

namespace packs_in_lists {
struct P { int a, b; };
struct Told { int v; explicit operator int() const { return v; } };
struct Made { int v; Made(Told t) : v(t) {} Made(int x) : v(x) {} Told explicitly() { return {v}; } };
int sum(P p) { return p.a + p.b; }
int sum(P p, P q) { return 100 * sum(p) + sum(q); }
template <int... N> int constants() { int a[] = {{N}...}; return a[0] + 10 * a[1]; }
template <typename... T> int arguments(T... t) { return sum({t, 1}...); }
template <typename... T> int inner(T... t) { return sum({t...}); }
template <typename... T> int elements(T... t) { P a[] = {{1, {t}}...}; float2 v[] = {{float(t), {2}}...}; return 100 * a[1].b + 10 * int(v[1].x) + int(v[1].y); }
}

kernel void k(device int *out [[buffer(0)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(callee_packs::run(three) == 13083067u);
  CHECK(captured_packs::run(three) == 1451107u);
  CHECK(captured_object::run(three) == 439309u);
  CHECK(packs_of_two::run(three) == 310536u);
  CHECK(jumps_into_blocks::run(three) == 1549868198u);
  CHECK(packs_in_lists::constants<4, 5>() == 54);
  CHECK(packs_in_lists::arguments(three) == 4 && packs_in_lists::arguments(three, 6) == 407);
  CHECK(packs_in_lists::Made(packs_in_lists::Made(three).explicitly()).v == 3);
  CHECK(packs_in_lists::inner(three, 4) == 7);
  CHECK(packs_in_lists::elements(1, three) == 332);
  Leaves<index_sequence<0, 1, 2>, int, float, short> leaves(three, 2.5f, 7);
  CHECK(element<0>(leaves) == 3 && element<1>(leaves) == 2.5f && element<2>(leaves) == 7 && numberOf<float>(leaves) == 1 && numberOf<short>(leaves) == 2);
}
