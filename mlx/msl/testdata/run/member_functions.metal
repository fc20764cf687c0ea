// Pointers to member functions: known, chosen, stored, passed, deduced.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

struct S {
  int a;
  constexpr int plus(int x) const { return a + x; }
  constexpr int times(int x) const { return a * x; }
  int set(int x) { return a = x; }
  int of(int) { return 1; }
  int of(float) { return 2; }
  int of(int) const { return 3; }
  static int of(short) { return 4; }
  thread int &place() { return a; }
  S copy() const { return *this; }
  int cat() const & { return 10 + a; }
  int cat() && { return 20 + a; }
  int near(int x) const { return x; }
  int near(int x) const device { return a + 100 * x; }
  int near(int x) const threadgroup { return a + 200 * x; }
  int near(int x) const constant { return a + 300 * x; }
  int change(int x) device { return a += x; }
  auto twice() { return a * 2; }
  template <typename T> T add(T x) const { return a + x; }
  template <int N> int scaled() const { return a * N; }
  int operator()(int x) { return x - a; }
  operator int() const { return a; }
  int each(int (S::*f)(int) const, int i) const { return i ? (this->*f)(i) + each(f, i - 1) : 0; }
  int both(int i) const { int (S::*t[])(int) const = {&S::plus, &S::times}; return (this->*t[i])(10); }
};
using Fn = int (S::*)(int) const;
typedef int Method(int) const;

struct Left { int l; int left() { return l; } };
struct Right { int r; int right() { return r; } };
struct Both : Left, Right { int b; int own() { return b; } };

struct Ends { int v; Ends(int x) : v(x) {} ~Ends() { v = -1; } Ends sum(Ends o) const { return Ends(v + o.v); } };
struct Declared { int v; Method minus; };
int Declared::minus(int x) const { return v - x; }

template <int (S::*F)(int) const> int fixedFn(thread S &s) { return (s.*F)(5); }
template <auto F> int anyFn(thread S &s) { return (s.*F)(6); }
template <typename T, T F> int typed(S s) { return (s.*F)(7); }
template <typename C, typename R, typename... A> R call(thread C &c, R (C::*f)(A...), A... a) { return (c.*f)(a...); }
template <typename C, typename R, typename... A> R call(thread const C &c, R (C::*f)(A...) const, A... a) { return 1000 + (c.*f)(a...); }
template <int (S::*... F)(int) const> int sum(S s, int x) { return (0 + ... + (s.*F)(x)); }
template <typename T> struct Traits;
template <typename C, typename R, typename... A> struct Traits<R (C::*)(A...) const> { using result = R; static constexpr constant int n = sizeof...(A); };
template <typename C, typename R, typename... A> struct Traits<R (C::*)(A...)> { using result = R; static constexpr constant int n = 10 + sizeof...(A); };
template <typename T> struct Is;
template <typename R, typename... A> struct Is<R(A...)> { enum { n = 1 }; };
template <typename R, typename... A> struct Is<R(A...) const> { enum { n = 2 }; };
template <typename R, typename... A> struct Is<R(A...) &> { enum { n = 3 }; };
template <typename R, typename... A> struct Is<R(A...) const &&> { enum { n = 4 }; };
template <typename T> struct Member { enum { function = 0 }; };
template <typename M, typename C> struct Member<M C::*> { enum { function = is_function<M>::value }; };
template <typename T, int (T::*)(int) const = &T::plus> int adds(int) { return 1; }
template <typename T> int adds(...) { return 0; }
template <typename C, typename... A> struct Bound { int (C::*f)(A...); thread C *c; int operator()(A... a) { return (c->*f)(a...); } };
template <typename C, typename... A> Bound<C, A...> bind(thread C *c, int (C::*f)(A...)) { return {f, c}; }

struct Entry { int key; Fn fn; };
constexpr constant Entry table[] = {{1, &S::plus}, {2, &S::times}, {3, nullptr}};
constexpr int apply(S s, Fn f, int x) { return (s.*f)(x); }
static_assert(apply(S{3}, &S::plus, 4) == 7 && apply(S{3}, &S::times, 4) == 12, "");
constexpr int plain(int (*f)(int), int x) { return f(x); }
constexpr int next(int x) { return x + 1; }
static_assert(plain(next, 3) == 4, "");
static_assert(&S::plus != &S::times && &S::plus == &S::plus && &S::plus != nullptr, "");
static_assert(is_same_v<decltype(&S::plus), Fn> && is_same_v<Method S::*, Fn> && is_same_v<Method, int(int) const> && !is_same_v<Fn, int (S::*)(int)>, "");
static_assert(is_same_v<int (S::*)(int) thread, int (S::*)(int)> && !is_same_v<int (S::*)(int) device, int (S::*)(int)>, "");
static_assert(is_member_function_pointer_v<Fn> && is_member_pointer_v<Fn> && !is_member_object_pointer_v<Fn> && is_member_object_pointer<int S::*>::value && !is_member_function_pointer<int S::*>::value && !is_pointer_v<Fn>, "");
static_assert(sizeof(Fn) == 16 && alignof(Fn) == 8 && sizeof(Entry) == 24, "");
constant S elsewhere = {4};

Fn pick(int i) { return i == 3 ? &S::times : &S::plus; }
int (S::*named(bool is))(int) const { return is ? &S::plus : nullptr; }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  S s = {10};
  thread S *p = &s;
  const S fixed = {2};
  Fn m = &S::plus;
  CHECK((s.*m)(1) == 11 && (p->*m)(2) == 12 && (fixed.*m)(3) == 5 && (S{4}.*m)(1) == 5);
  CHECK((s.*&S::times)(3) == 30 && (p->*(&S::times))(4) == 40);
  int (S::*w)(int) = &S::set;
  CHECK((s.*w)(6) == 6 && s.a == 6);
  (p->*w)(10);
  // known at run time alone
  m = pick(three);
  CHECK((s.*m)(7) == 70 && m == &S::times && m != &S::plus && m);
  CHECK((s.*pick(three - 1))(7) == 17);
  m = three == 3 ? nullptr : m;
  CHECK(!m && m == nullptr && named(three == 4) == m && named(three == 3) == &S::plus);
  int all = 0;
  for (int i = 0; i < three; i++)
    if (table[i].fn) all = all * 100 + (s.*table[i].fn)(table[i].key);
  CHECK(all == 1120);
  Fn local[2][2] = {{&S::plus, &S::times}, {nullptr, &S::plus}};
  all = 0;
  for (int i = 0; i < 4; i++)
    if (Fn g = local[i / 2][i % 2]) all = all * 100 + (s.*g)(i);
  CHECK(all == 101013 && s.each(local[three - 3][0], 3) == 36 && s.each(&S::times, 3) == 60 && s.both(three - 2) == 100);
  // the overload that the type asks for
  int (S::*o1)(int) = &S::of;
  int (S::*o2)(float) = &S::of;
  int (S::*o3)(int) const = &S::of;
  int (*o4)(short) = &S::of;
  CHECK((s.*o1)(1) == 1 && (s.*o2)(1) == 2 && (s.*o3)(1) == 3 && o4(1) == 4);
  CHECK((s.*static_cast<int (S::*)(float)>(&S::of))(1) == 2);
  int (S::*c1)() const & = &S::cat;
  int (S::*c2)() && = &S::cat;
  CHECK((s.*c1)() == 20 && (S{1}.*c1)() == 11 && (S{1}.*c2)() == 21);
  // results of every kind
  (s.*&S::place)() = 3;
  CHECK(s.a == 3 && (s.*&S::copy)().a == 3);
  S (S::*copy)() const = three == 3 ? &S::copy : nullptr;
  CHECK((s.*copy)().a == 3);
  auto twice = &S::twice;
  CHECK((s.*twice)() == 6);
  int (S::*ti)(int) const = &S::add;
  auto tf = &S::add<float>;
  CHECK((s.*ti)(2) == 5 && (s.*tf)(0.5f) == 3.5f && (s.*&S::scaled<7>)() == 21);
  CHECK((s.*&S::operator())(5) == 2 && (s.*&S::operator int)() == 3);
  Ends one(1), two(2);
  Ends (Ends::*ends)(Ends) const = three == 3 ? &Ends::sum : nullptr;
  CHECK((one.*ends)((two.*&Ends::sum)(two)).v == 5 && one.v == 1);
  Declared d = {9};
  CHECK((d.*&Declared::minus)(4) == 5 && d.minus(1) == 8);
  // in every address space
  device S *far = (device S *)f;
  far->a = 7;
  threadgroup S shared;
  shared.a = 8;
  int (S::*nd)(int) const device = &S::near;
  int (S::*nt)(int) const threadgroup = &S::near;
  int (S::*nc)(int) const constant = &S::near;
  int (S::*ns)(int) const = &S::near;
  CHECK((far->*nd)(1) == 107 && (shared.*nt)(1) == 208 && (elsewhere.*nc)(1) == 304 && (s.*ns)(1) == 1);
  nd = three == 3 ? nd : nullptr;
  CHECK(((*far).*nd)(2) == 207 && (far->*&S::change)(5) == 12 && far->a == 12);
  // bases
  Both b;
  b.l = 1; b.r = 2; b.b = 3;
  int (Both::*q)() = &Right::right;
  CHECK((b.*q)() == 2 && q == &Both::right && (b.*&Left::left)() == 1);
  q = three == 3 ? q : &Both::own;
  CHECK((b.*q)() == 2);
  int (Right::*right)() = static_cast<int (Right::*)()>(q);
  CHECK((b.*right)() == 2 && right == &Right::right);
  q = three == 3 ? &Both::own : q;
  CHECK((b.*q)() == 3 && q != &Both::right);
  right = static_cast<int (Right::*)()>(q); // of an object that is a Both
  thread Right &part = b;
  CHECK((part.*right)() == 3);
  int (Left::*left)() = three == 3 ? nullptr : &Left::left;
  q = left;
  CHECK(q == nullptr);
  // templates
  s.a = 10;
  CHECK(fixedFn<&S::plus>(s) == 15 && fixedFn<&S::of>(s) == 3 && anyFn<&S::times>(s) == 60 && (typed<Fn, &S::plus>(s) == 17));
  CHECK(call(s, w, 4) == 4 && s.a == 4 && call(s, &S::times, 5) == 1020 && (sum<&S::plus, &S::times>(s, 3) == 19));
  CHECK(Traits<Fn>::n == 1 && Traits<decltype(w)>::n == 11 && (is_same_v<Traits<decltype(copy)>::result, S>));
  CHECK(Is<int(int)>::n == 1 && Is<Method>::n == 2 && Is<void() &>::n == 3 && Is<int(int, float) const &&>::n == 4);
  CHECK(Member<Fn>::function && !Member<int S::*>::function && adds<S>(0) == 1 && adds<Left>(0) == 0);
  auto bound = bind(&s, &S::set);
  CHECK(bound(12) == 12 && s.a == 12);
  auto add = [](int x, float y) { return x + y; };
  CHECK((Traits<decltype(&decltype(add)::operator())>::n == 2) && (add.*&decltype(add)::operator())(1, 2) == 3);
  auto held = [g = &S::plus](S t) { return (t.*g)(1); };
  CHECK(held(s) == 13);
  out[n] = 0;
}
