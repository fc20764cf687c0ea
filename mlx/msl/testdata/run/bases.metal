// Base classes: names that hide, initialisers, packs of bases.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

template <typename... Ts> struct Tuple;
template <> struct Tuple<> {};
template <typename H, typename... T> struct Tuple<H, T...> : Tuple<T...> {
  H h;
  Tuple(H a, T... t) : Tuple<T...>(t...), h(a) {}
};
template <int I, typename H, typename... T> auto get(Tuple<H, T...> t) {
  if constexpr (I == 0) return t.h; else return get<I - 1>(static_cast<Tuple<T...>>(t));
}
template <typename T> struct Held { T v; int tag; Held(T a, int t = 1) : v(a), tag(t) {} Held() : v(7), tag(2) {} };
struct Aliased : Held<int> { using Base = Held<int>; int twice; Aliased(int a) : Base(a, 5), twice(v * 2) {} };
struct Twins : Held<int>, Held<float> { Twins() : Held<int>(3), Held<float>(2.5f, 9) {} int sum() const { return Held<int>::v + Held<float>::tag; } };
template <typename B> struct Hiding : B { int v; Hiding(int a) : B(a), v(100) {} int up() const { return B::v; } };
struct First { int p; First(int a, int b) : p(a - b) {} };
struct Second { int q; Second(int a, int b) : q(a * b) {} };
template <typename... Bs> struct Joined : Bs... { Joined(int a, int b) : Bs{a, b}... {} };
template <typename... Bs> struct Called : Bs... { Called(int a) : Bs(a, a + 1)... {} };
struct Ints { int k; int operator()(int x) const { return x + k; } };
struct Floats { float k; int operator()(float x) const { return int(x * k); } };
template <typename... Fs> struct Overloaded : Fs... { using Fs::operator()...; };
struct Named { int of(int) { return 1; } template <typename T> int as(T) { return 5; } static int all(int) { return 4; } };
struct Renamed : Named { using Named::of; using Named::as; using Named::all; int of(float) { return 10; } int of(int) { return 11; } int as(int) { return 8; } static int all(float) { return 6; } };
namespace there { int f(int a) { return 1; } }
using there::f;
int f(float a) { return 2; }

// A class that is made of any expression, its own base included, is what its base's object is a part of.
template <typename E> struct Expression {
  thread const E &self() const { return static_cast<thread const E &>(*this); }
  int operator[](int i) const { return self()[i]; }
};
struct Values : Expression<Values> {
  int v[2];
  Values(int a, int b) { v[0] = a; v[1] = b; }
  template <typename E> Values(thread const Expression<E> &e) { v[0] = e[0] + 10; v[1] = e[1] + 10; }
  int operator[](int i) const { return v[i]; }
};
int second(thread const Expression<Values> &e) { return static_cast<thread const Values &>(e)[1] + ((thread const Values &)e)[1]; }

// What an instance is derived from is known where nothing else needs it.
template <typename D> struct Crtp { int pad; };
template <int N> struct Made : Crtp<Made<N>> { int x; };
int down(thread Crtp<Made<1>> &b) { return static_cast<thread Made<1> &>(b).x; }
int down(thread Crtp<Made<2>> *b) { return static_cast<thread Made<2> *>(b)->x; }
int up(thread Made<3> &d) { thread Crtp<Made<3>> &b = d; return b.pad; }
int up(thread Made<4> *d) { thread Crtp<Made<4>> *b = d; return b->pad; }
int cast(thread Made<5> *d) { return static_cast<thread Crtp<Made<5>> *>(d)->pad; }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  Tuple<int, float, char> t(three, 2.5f, 'c');
  CHECK(get<0>(t) == 3 && get<1>(t) == 2.5f && get<2>(t) == 'c' && t.h == 3);
  Aliased aliased(three);
  CHECK(aliased.v == 3 && aliased.tag == 5 && aliased.twice == 6);
  Twins twins;
  CHECK(twins.sum() == 12);
  Hiding<Held<int>> hiding(three);
  CHECK(hiding.v == 100 && hiding.up() == 3 && hiding.tag == 1);
  Joined<First, Second> joined(7, three);
  Called<Second> called(three);
  CHECK(joined.p == 4 && joined.q == 21 && called.q == 12);
  Overloaded<Ints, Floats> overloaded = {{three}, {2}};
  CHECK(overloaded(4) == 7 && overloaded(4.5f) == 9);
  Named named;
  Renamed renamed;
  CHECK(named.of(1.0f) == 1 && renamed.Named::of(1) == 1 && renamed.of(1) == 11 && renamed.of(1.0f) == 10);
  CHECK(named.as(1) == 5 && renamed.as(1) == 8 && Named::all(1.0f) == 4 && Renamed::all(1.0f) == 6 && Renamed::all(1) == 4);
  CHECK(there::f(1.0f) == 1 && ::f(1.0f) == 2 && ::f(1) == 1);
  Values values(three, 4);
  thread const Expression<Values> &base = values;
  CHECK(base[0] == 3 && second(values) == 8 && Values(base)[1] == 14 && Values(values)[1] == 4);
  Made<1> made1{{1}, 5};
  Made<2> made2{{2}, 6};
  Made<3> made3{{3}, 7};
  Made<4> made4{{4}, 8};
  Made<5> made5{{5}, 9};
  CHECK(down(made1) == 5 && down(&made2) == 6 && up(made3) == 3 && up(&made4) == 4 && cast(&made5) == 5);
  out[n] = 0;
}
