// Destructors: what is done when objects end, and in which order.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

// run of a namespace must leave these numbers.
#define GIVES(name, ...) { \
    int o[12] = {}; \
    const int want[] = {__VA_ARGS__}; \
    name::run(o); \
    bool same = true; \
    for (uint i = 0; i < sizeof(want) / sizeof(int); i++) same = same && o[i] == want[i]; \
    CHECK(same); \
  }

// Blocks, return, break and continue.
namespace blocks {
struct G { thread int *p; int v; ~G() { *p = *p * 10 + v; } };
int f(thread int *p, int k) { G a{p, 1}; if (k == 1) { G b{p, 2}; return 5; } for (int i = 0; i < 3; i++) { G c{p, 3}; if (i == k) continue; if (i == 2) break; } return *p; }
void run(thread int *o) {
  int x = 0; o[0] = f(&x, 1); o[1] = x; x = 0; o[2] = f(&x, 0); o[3] = x; { G t{&x, 4}; } o[4] = x; G{&x, 7};
  o[5] = x;
}
}

// Closures that run at the end.
namespace closures {
template <class F> struct Guard { F f; Guard(F g) : f(g) {} ~Guard() { f(); } };
template <class F> Guard<F> guard(F f) { return Guard<F>(f); }
void run(thread int *o) {
  int x = 1; { auto g = guard([&] { x = x * 10 + 2; }); x = 5; o[0] = x; } o[1] = x;
  for (int i = 0; i < 3; i++) { auto g = guard([&] { x += i; }); auto h = guard([&] { x *= 2; }); if (i == 1) continue; }
  o[2] = x;
}
}

// Members, bases and elements, in reverse.
namespace parts {
struct M { thread int *p; int v; M(thread int *q, int w) : p(q), v(w) {} ~M() { *p = *p * 10 + v; } };
struct B { M b; B(thread int *p) : b(p, 1) {} };
struct D : B { M c; M d[2]; thread int *p; D(thread int *q) : B(q), c(q, 2), d{{q, 3}, {q, 4}}, p(q) {} ~D() { *p = *p * 10 + 9; } };
struct E2 { M a; M b; };
void run(thread int *o) {
  int x = 0; { D d(&x); } o[0] = x; x = 0; { E2 e{{&x, 5}, {&x, 6}}; } o[1] = x; x = 0;
  { M a[3] = {{&x, 1}, {&x, 2}, {&x, 3}}; } o[2] = x;
}
}

// Temporaries, and references to them.
namespace temporaries {
struct T { thread int *p; int v; T(thread int *q, int w) : p(q), v(w) {} ~T() { *p = *p * 10 + v; } bool ok() const { return v > 1; } int get() const { return v; } T next() const { return T(p, v + 1); } };
int use(T t) { return t.v; } int useR(const thread T &t) { return t.v; } T mk(thread int *p, int v) { return T(p, v); } T mk2(thread int *p, int v) { T t(p, v); t.v++; return t; }
void run(thread int *o) {
  int x = 0; int y = T(&x, 1).get() + T(&x, 2).get(); o[0] = y; o[1] = x; x = 0;
  if (T(&x, 3).ok()) x = x * 10 + 8; o[2] = x; x = 0; o[3] = useR(T(&x, 4)); o[4] = x; x = 0;
  { const thread T &r = mk(&x, 5); x = 1; } o[5] = x; x = 0; { T t = mk2(&x, 6); x = 2; } o[6] = x; x = 0;
  mk(&x, 1).next().next(); o[7] = x; x = 0; use(mk(&x, 7)); o[8] = x;
}
}

// Temporaries that are made under a condition or in a loop.
namespace perhaps {
struct T { thread int *p; int v; T(thread int *q, int w) : p(q), v(w) {} ~T() { *p = *p * 10 + v; } bool ok() const { return v > 1; } };
void run(thread int *o) {
  int x = 0; for (int i = 0; i < 3; i++) { bool b = i > 0 && T(&x, i).ok(); x = x * 10 + b; } o[0] = x; x = 0;
  for (int i = 0; i < 3; i++) { int q = (i == 1 ? T(&x, 5) : T(&x, 6)).v; x = x * 10 + q; } o[1] = x; x = 0;
  bool c = T(&x, 1).ok() || T(&x, 2).ok(); o[2] = x * c; x = 0; int n = 3; while (T(&x, n).ok()) n--; o[3] = x;
  x = 0; do n++; while (!T(&x, n).ok()); o[4] = x; x = 0; for (T t(&x, 4); t.v > 2; t.v--) x = x * 10 + 1;
  o[5] = x;
}
}

// Copies, parameters and what conditions declare.
namespace copies {
struct T { thread int *p; int v; T(thread int *q, int w) : p(q), v(w) {} T(const thread T &o) : p(o.p), v(o.v + 1) {} ~T() { *p = *p * 10 + v; } explicit operator bool() const { return v > 0; } operator int() const { return v; } };
int byval(T t) { return t.v; } T pass(T t) { return t; }
void run(thread int *o) {
  int x = 0; { T a(&x, 1); T b = a; T c(b); } o[0] = x; x = 0; { T a(&x, 1); byval(a); } o[1] = x; x = 0;
  { T a(&x, 1); T b = pass(a); } o[2] = x; x = 0; { T a(&x, 3); auto l = [a]() { return a.v; }; o[3] = l(); }
  o[4] = x; x = 0; while (T t = T(&x, o[5] < 3 ? 1 : 0)) { o[5]++; } o[6] = x; x = 0; if (T t = T(&x, 4)) x = 7;
  else x = 8; o[7] = x; x = 0; switch (T t = T(&x, 5)) { case 5: { T u(&x, 6); break; } default: ; } o[8] = x;
  x = 0; switch (T(&x, 2)) { case 2: x = x * 10 + 1; } o[9] = x;
}
}

// Ranges, switches and long arrays.
namespace ranges {
struct T { thread int *p; int v; ~T() { *p = *p * 10 + v; } };
struct R { thread int *p; T t; thread int *begin() { return p; } thread int *end() { return p + 2; } };
R range(thread int *p, thread int *x) { return R{p, T{x, 9}}; }
int sw(int k, thread int *x) { switch (k) { case 0: return 1; case 1: { T t{x, 1}; if (*x == 0) break; return 2; } default: T u{x, 3}; *x = 5; } return 7; }
void run(thread int *o) {
  int x = 0; int a[2] = {1, 2}; for (int i : range(a, &x)) { T t{&x, i}; } o[0] = x; x = 0; o[1] = sw(1, &x);
  o[2] = x; x = 4; o[3] = sw(1, &x); o[4] = x; x = 0; o[5] = sw(2, &x); o[6] = x; x = 0; o[7] = sw(0, &x);
  o[8] = x; x = 0;
  { T arr[20] = {}; for (int i = 0; i < 20; i++) arr[i] = T{&x, i % 10}; x = 0; for (int i = 0; i < 20; i++) arr[i].v = 0; }
  o[9] = x;
}
}

// Jumps out of several blocks.
namespace jumps {
struct T { thread int *p; int v; ~T() { *p = *p * 10 + v; } };
int early(thread int *x, int k) { T a{x, 1}; if (k == 0) return *x; { T b{x, 2}; if (k == 1) return *x + 100; } T c{x, 3}; while (true) { T d{x, 4}; for (;;) { T e{x, 5}; if (k == 2) break; if (k == 3) return 9; k--; } if (k == 2) break; } return *x; }
void run(thread int *o) {
  for (int k = 0; k < 5; k++) { int x = 0; o[2 * k] = early(&x, k); o[2 * k + 1] = x; }
}
}

// Destructors outside of their class, unions, lambdas and statement expressions.
namespace outside {
struct T { thread int *p; int v; ~T() { *p = *p * 10 + v; } };
template <class X> struct W { X x; T t; ~W(); }; template <class X> W<X>::~W() { *t.p = *t.p * 10 + x; }
struct O { thread int *p; ~O(); }; O::~O() { *p += 1; return; } struct Df { T t; ~Df() = default; };
union U { int a; T t; ~U() {} };
void run(thread int *o) {
  int x = 0; { W<int> w{3, {&x, 4}}; } o[0] = x; { O q{&x}; } o[1] = x; x = 0; { Df d{{&x, 6}}; } o[2] = x;
  auto l = [&](int k) { T t{&x, k}; if (k > 5) return 1; T u{&x, 2}; return 0; }; x = 0; o[3] = l(6); o[4] = x;
  x = 0; o[5] = l(1); o[6] = x; x = 0; int z = ({ T t{&x, 5}; t.v + 1; }); o[7] = z; o[8] = x;
}
}

// As many ends as objects.
namespace counted {
struct C { thread int *n; C(thread int *m) : n(m) { ++*n; } C(const thread C &o) : n(o.n) { ++*n; } ~C() { --*n; } };
struct H { C a; C b; H(thread int *n) : a(n), b(a) {} }; C get(thread int *n, bool k) { C a(n); C b(n); if (k) return a; return b; } C chain(C c) { return c; }
void run(thread int *o) {
  int n = 0;
  { H h(&n); o[0] = n; H i = h; o[1] = n; C c = get(&n, true); o[2] = n; C d = chain(chain(c)); o[3] = n; auto t = n > 3 ? C(&n) : c; o[4] = n; C arr[4] = {c, d, C(&n), &n}; o[5] = n; }
  o[6] = n; { C c(&n); auto f = [c] { return *c.n; }; o[7] = f(); auto g = f; o[8] = n; } o[9] = n;
}
}

// Arguments of calls through pointers.
namespace pointers {
struct T { thread int *p; int v; T(thread int *q, int w) : p(q), v(w) {} T(const thread T &o) : p(o.p), v(o.v + 1) {} ~T() { *p = *p * 10 + v; } };
T one(T t) { T u(t.p, t.v + 3); return u; } T two(T t) { return T(t.p, 8); }
void run(thread int *o) {
  for (int i = 0; i < 2; i++) { int x = 0; T (*f)(T) = i ? two : one; { T r = f(T(&x, 1)); o[2 * i] = r.v; f(r); } o[2 * i + 1] = x; }
}
}

// Guards and locks.
namespace guards {
template <class F> struct Guard { F f; bool on = true; Guard(F g) : f(g) {} ~Guard() { if (on) f(); } void off() { on = false; } };
struct Lock { thread int *l; Lock(thread int *p) : l(p) { ++*l; } ~Lock() { --*l; } Lock(const thread Lock &) = delete; };
template <class T> struct Scoped { thread T &r; T old; Scoped(thread T &x, T v) : r(x), old(x) { r = v; } ~Scoped() { r = old; } };
int deep(thread int *l, int n) { Lock k(l); if (n == 0) return *l; return deep(l, n - 1); }
void run(thread int *o) {
  int x = 1; auto f = [&] { x += 10; }; { Guard<decltype(f)> g(f); x = 2; g.off(); } o[0] = x;
  { Guard g(f); x = 3; } o[1] = x; int l = 0; o[2] = deep(&l, 5); o[3] = l; { Scoped<int> s(x, 99); o[4] = x; }
  o[5] = x; auto run = [&](auto body) { Lock k(&l); return body(l); }; o[6] = run([](int v) { return v * 7; });
  o[7] = l;
}
}

// Operators, defaults and assignments.
namespace operators {
struct T { thread int *p; int v; ~T() { *p = *p * 10 + v; } T plus(int k) const { return T{p, v + k}; } };
T operator+(T a, T b) { return T{a.p, a.v + b.v}; }
int sum(int a, T b = T{nullptr, 0}) { return a; }
void run(thread int *o) {
  int x = 0; int r = (T{&x, 1} + T{&x, 2}).v; o[0] = r; o[1] = x; x = 0; auto y = T{&x, 1}.plus(2).plus(3).v;
  o[2] = y; o[3] = x; x = 0; int q; q = T{&x, 3}.v, x = x * 10 + 1; o[4] = x; x = 0; T a{&x, 1}, b{&x, 2};
  a = T{&x, 5}; o[5] = x; a = b; o[6] = a.v; { T c = a + b; o[7] = c.v; } o[8] = x; x = 0;
  const T arr[2] = {{&x, 1}, T{&x, 2}}; o[9] = x; auto [m, n] = T{&x, 8}; o[10] = n;
}
}

static_assert(!is_trivially_copyable<blocks::G>::value && !is_trivial<blocks::G>::value && is_trivially_copyable<int>::value, "");

// Arguments end in reverse of how they are made, also those that are copied because what
// follows may change them.
namespace arguments {
struct A { thread int *p; int v; A(thread int *p, int v) : p(p), v(v) { *p = *p * 10 + v; } A(thread const A &o) : p(o.p), v(o.v + 1) { *p = *p * 10 + v; } ~A() { *p = *p * 10 + v; } };
struct S { thread int *p; int v; operator A() const { return A(p, v); } };
int two(A a, A b) { return a.v - b.v; }
template <class T> T chosen(bool c, T a, T b) { if (c) return T(a.p, 7); return T(b.p, 8); }
struct Both { A a, b; Both(A x, A y) : a(x.p, 5), b(y.p, 6) {} };
void run(thread int *o) {
  int x = 0; A a(&x, 1); S s{&x, 4};
  x = 0; o[0] = two(a, A(&x, 3)); o[1] = x;
  x = 0; two(A(&x, 3), a); o[2] = x;
  x = 0; two(s, A(&x, 3)); o[3] = x;
  x = 0; o[4] = chosen(true, a, A(&x, 3)).v; o[5] = x;
  x = 0; { Both b(a, A(&x, 3)); o[6] = x; } o[7] = x;
  int y[3] = {};
  x = 0; y[A(&x, 2).v] += A(&x, 3).v; o[8] = x; // the right side is made first
  x = 0; y[A(&x, 2).v] = A(&x, 3).v; o[9] = x;
}
}

namespace early {
struct S { int v; ~S() { v += 70; } };
struct D : S { int w; ~D() { w += 5; } };
template <typename T> void end(thread T &t) { t.~T(); }
void run(thread int *o) {
  D d;
  d.v = 1, d.w = 0;
  int n = 4;
  d.~D();
  o[0] = d.v, o[1] = d.w;
  d.S::~S();
  end(d), end(n), (&d)->~D();
  o[2] = d.v, o[3] = d.w, o[4] = n;
  (n++, d).~D();
  o[5] = n;
}
}

// An object without a name that a member is a reference to lives as long as that member's object.
namespace lent {
struct T { thread int *o; int v; T(thread int *p, int x) : o(p), v(x) {} ~T() { *o = *o * 10 + v; } };
struct H { thread const T &t; int a; };
struct P { H h[2]; thread T &&r; };
int value(H h) { return h.t.v; }
void run(thread int *o) {
  int x = 0;
  { H h{T(&x, 1), 2}; x = x * 10 + h.t.v + 4; }
  o[0] = x; x = 0;
  { P p = {{{T(&x, 1), 0}, {T(&x, 2), 0}}, T(&x, 3)}; x = p.h[0].t.v + p.r.v + 5; }
  o[1] = x; x = 0;
  { int v = value(H{T(&x, 1), 2}); x = x * 10 + v + 4; }
  o[2] = x; x = 0;
  { int v = H{T(&x, 3), 2}.t.v; x = x * 10 + v; }
  o[3] = x; x = 0;
  { thread const H &h = H{T(&x, 1), 2}; T t(&x, 2); x = h.a + h.t.v; }
  o[4] = x;
}
}

kernel void k(device int *out [[buffer(0)]]) {
  int n = 0;
  GIVES(blocks, 5, 21, 333, 3331, 33314, 333147)
  GIVES(closures, 5, 52, 420)
  GIVES(parts, 94321, 65, 321)
  GIVES(temporaries, 3, 21, 38, 4, 4, 15, 27, 321, 7)
  GIVES(perhaps, 1021, 665566, 21, 321, 2, 112)
  GIVES(copies, 321, 21, 231, 4, 43, 3, 1110, 74, 65, 21)
  GIVES(ranges, 129, 7, 1, 2, 41, 7, 53, 1)
  GIVES(jumps, 0, 1, 100, 21, 254, 25431, 9, 25431, 9, 255431)
  GIVES(outside, 34, 35, 6, 1, 6, 0, 21, 6, 5)
  GIVES(counted, 2, 4, 5, 6, 7, 11, 0, 2, 3)
  GIVES(pointers, 4, 1854, 8, 1898)
  GIVES(guards, 2, 13, 6, 0, 99, 13, 7)
  GIVES(early, 71, 5, 281, 15, 4, 5)
  GIVES(lent, 51, 9321, 15, 33, 321)
  GIVES(operators, 3, 321, 6, 631, 13, 5, 2, 4, 5224, 0, 8)
  GIVES(arguments, -1, 2332, 3223, 4334, 7, 237732, 235632, 23563265, 3223, 3223)
}
