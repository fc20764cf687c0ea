// Members of class templates that are defined outside, under headers that call the parameters otherwise.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

template <typename T> struct S {
  T v;
  S(T a);
  T f(T x);
  struct N { T w; T g(); };
  struct Later;
  template <typename V> V h(V v, V more = V(1));
  static T k();
  static constant T table[3];
  operator T() const;
  S operator+(S o) const;
  void none(void);
};
template <typename U> S<U>::S(U a) : v(U(a)) {}
template <typename U> U S<U>::f(U x) { U y = x; return y + v; }
template <typename U> U S<U>::N::g() { U y = 3; return y + w; }
template <typename U> struct S<U>::Later { U a; U twice(); };
template <typename X> X S<X>::Later::twice() { X b = a; return a + b; }
template <typename U> template <typename W> W S<U>::h(W a, W b) { U z = 2; return W(z) + a * b; }
template <typename U> U S<U>::k() { return U(7); }
template <typename X> constant X S<X>::table[3] = {X(1), X(2), X(3)};
template <typename U> S<U>::operator U() const { U q = v; return q; }
template <typename U> S<U> S<U>::operator+(S<U> o) const { return S<U>(U(v + o.v)); }
template <typename U> void S<U>::none() { v = U(0); }
template <> template <typename V> V S<short>::h(V a, V b) { return a - b; }

// The same names in another order, and default arguments of the class's.
template <typename A, typename B> struct Pair { A f(A a, B b = B(3.5f)); template <typename V> V g(V v, B w = B(2.5f), V z = V(1)); };
template <typename B, typename A> B Pair<B, A>::f(B x, A y) { B r = x; A q = y; return r + B(q * 2); }
template <typename B, typename A> template <typename C> C Pair<B, A>::g(C v, A w, C z) { return v + C(w * 2) + z; }

// Values, templates and packs.
template <int N, typename T> struct Row { T d[N]; T sum(); template <int M> T at(); void set(T); };
template <int K, typename X> X Row<K, X>::sum() { X s = 0; for (int i = 0; i < K; i++) s += d[i]; return s; }
template <int K, typename X> template <int I> X Row<K, X>::at() { return d[I % K]; }
template <int T, typename N> void Row<T, N>::set(N v) { for (int i = 0; i < T; i++) d[i] = v + i; }
template <typename T> struct Hold { T x; };
template <template <typename> class C, typename T> struct With { C<T> c; T get(); };
template <template <typename> class D, typename U> U With<D, U>::get() { D<U> z = c; return z.x; }
template <typename... Ts> struct Pack { int n(); template <typename... Us> int m(Us... us); int args(Ts... ts); };
template <typename... Qs> int Pack<Qs...>::n() { return sizeof...(Qs); }
template <typename... Qs> template <typename... Vs> int Pack<Qs...>::m(Vs... vs) { return sizeof...(Qs) * 10 + sizeof...(Vs) + (int(vs) + ...); }
template <typename... Qs> int Pack<Qs...>::args(Qs... qs) { return (int(qs) + ... + 0); }

// Class templates in class templates; specialisations.
template <typename T> struct Outer { template <typename U> struct In { T t; U u; T mix(U x); template <typename W> W three(W w, T t, U u); }; template <typename U> struct Late; };
template <typename A> template <typename B> A Outer<A>::In<B>::mix(B x) { A a = t; B b = u; return a + A(b) + A(x); }
template <typename A> template <typename B> template <typename C> C Outer<A>::In<B>::three(C w, A t, B u) { A a = t; B b = u; return C(a) + C(b) + w; }
template <typename A> template <typename B> struct Outer<A>::Late { A a; B b; B sum(); };
template <typename P> template <typename Q> Q Outer<P>::Late<Q>::sum() { P p = a; Q q = b; return Q(p) + q; }
template <typename T> struct Kind { T f(); };
template <typename T> struct Kind<device T *> { T f(); device T *p; };
template <typename T> struct Kind<vec<T, 2>> { T f(); };
template <> struct Kind<int> { int f(); };
template <typename U> U Kind<U>::f() { return U(1); }
template <typename U> U Kind<device U *>::f() { U r = *p; return r; }
template <typename U> U Kind<vec<U, 2>>::f() { return U(2); }
int Kind<int>::f() { return 42; }
namespace near { template <typename T> struct Z { typedef T value; T f(thread const Z &) const; value g(value x); }; }
template <typename Q> Q near::Z<Q>::f(thread const near::Z<Q> &) const { Q q(9); return q; }
template <typename Q> typename near::Z<Q>::value near::Z<Q>::g(typename near::Z<Q>::value x) { return x; }

// Overloads that differ in what their headers demand.
template <typename T, int N = 4> struct V {
  T d[N];
  V() = default;
  template <typename U> explicit V(U u);
  thread T &operator[](int i);
  const thread T &operator[](int i) const;
  template <typename U> operator V<U, N>() const;
  template <typename U, enable_if_t<is_integral_v<U>, int> = 0> T shl(U u) const;
  template <typename U, enable_if_t<is_floating_point_v<U>, int> = 0> T shl(U u) const;
  auto last() const -> T;
  static constexpr int size();
};
template <typename U, int M> template <typename W> V<U, M>::V(W w) { for (int i = 0; i < M; i++) d[i] = U(w) + i; }
template <typename U, int M> thread U &V<U, M>::operator[](int i) { return d[i]; }
template <typename U, int M> const thread U &V<U, M>::operator[](int i) const { return d[i]; }
template <typename U, int M> template <typename W> V<U, M>::operator V<W, M>() const { V<W, M> r; for (int i = 0; i < M; i++) r.d[i] = W(d[i]); return r; }
template <typename A, int B> template <typename C, enable_if_t<is_integral_v<C>, int>> A V<A, B>::shl(C u) const { return d[0] + A(u); }
template <typename A, int B> template <typename C, enable_if_t<is_floating_point_v<C>, int>> A V<A, B>::shl(C u) const { return d[0] - A(u); }
template <typename A, int B> auto V<A, B>::last() const -> A { return d[B - 1]; }
template <typename A, int B> constexpr int V<A, B>::size() { return B * sizeof(A); }
static_assert(V<float>::size() == 16);

// A function template that is declared first, and called before its definition.
template <typename T, typename R = T> R ahead(T a, T b = T(5));
int early() { return ahead(2.5f); }
template <typename U, typename Q> Q ahead(U x, U y) { U z = x + y; return Q(z); }
template <typename T, typename U = T> struct Fwd;
template <typename P, typename Q> struct Fwd { P p; Q q; };

// Parameters that only the header outside names.
template <typename, int> struct Unnamed { int q; Unnamed(int x); int f() const; template <typename U> int g(U u) const; struct In { int h(); }; };
template <typename T, int N> Unnamed<T, N>::Unnamed(int x) : q(x * N) {}
template <typename T, int N> int Unnamed<T, N>::f() const { return sizeof(T) + N; }
template <typename T, int N> template <typename U> int Unnamed<T, N>::g(U u) const { return u + N * sizeof(U); }
template <typename T, int N> int Unnamed<T, N>::In::h() { return N * 7 + sizeof(T); }
template <typename T, typename = void> struct Enabled { int f(); };
template <typename T> struct Enabled<T, enable_if_t<is_integral<T>::value>> { int f(); };
template <typename T, typename E> int Enabled<T, E>::f() { return 10 + is_same<E, void>::value; }
template <typename T> int Enabled<T, enable_if_t<is_integral<T>::value>>::f() { return 20; }
template <typename T, typename> struct Both { template <typename U, int> int f(U) const; };
template <typename T, typename E> template <typename U, int M> int Both<T, E>::f(U u) const { return u + M + sizeof(E); }

// Enumerators and members of an anonymous union hide parameters, too.
template <typename T> struct Hidden { enum { W = 4 }; union { int u; float x; }; int w() const; int v() const; };
template <typename W> int Hidden<W>::w() const { return W; }
template <typename u> int Hidden<u>::v() const { return u + 1; }

// Specialisations of the member templates of one class.
template <typename T> struct R {
  template <typename U> int g(U x) { return 1; }
  template <typename U> static int s(U x);
  template <int N> static constexpr int k() { return N; }
  template <typename U> struct In { static constexpr constant int v = 1; };
  template <typename U> static constexpr constant int w = 1;
};
template <> template <> int R<int>::g<float>(float x) { return 2; }
template <> template <> int R<int>::g(short x) { return 3; }
template <> template <typename U> int R<short>::g(U x) { return 4; }
template <> template <> constexpr int R<int>::k<4>() { return 44; }
template <> template <> struct R<int>::In<float> { static constexpr constant int v = 5; };
template <> template <typename U> struct R<int>::In<device U *> { static constexpr constant int v = 6; };
template <> template <typename U> struct R<char>::In { static constexpr constant int v = 7; };
template <> template <> constexpr constant int R<int>::w<float> = 8;
template <typename T> template <typename U> int R<T>::s(U x) { return 9; }
template <> template <> int R<int>::s<float>(float) { return 10; }
template <typename T> struct Member { static constant int v; static constexpr constant int w = 1; };
template <typename U> constant int Member<U>::v = 2;
template <> constant int Member<int>::v = 3;
template <> constexpr constant int Member<float>::w = 4;
template <typename T> struct O { template <typename U> struct I { int f(); template <typename V> int h(V); }; struct N { template <typename V> int h(V); }; };
template <> template <> int O<int>::I<float>::f() { return 3; }
template <> template <> int O<int>::N::h<int>(int) { return 5; }
template <> template <> template <> int O<int>::I<float>::h(int) { return 6; }
template <> template <> template <typename V> int O<char>::I<float>::h(V) { return 8; }
// a class in one instance
template <typename T> struct Around { struct In { T a; T get() const { return a; } }; struct Fwd; };
template <> struct Around<int>::In { int b; int get() const; static int k(); };
int Around<int>::In::get() const { return b * 2; }
int Around<int>::In::k() { return 7; }
template <> struct Around<int>::Fwd { int c; };
template <> struct Around<short>::Fwd;
template <> struct Around<short>::Fwd { int c[4]; };
template <typename T> struct Around<T>::Fwd { T c[2]; };
template <> class Around<uint>::In { uint z = 3; public: struct Deep { uint q = 5; } d; uint get() const { return z + d.q; } };

// Classes and enumerations that are defined outside of what declares them, and explicit instantiations.
struct Owner {
  template <typename T> struct V { T v; };
  static constexpr constant int three = 3;
  struct In;
  struct Derived;
  enum class E : int;
  enum F : uchar;
  int of(thread In *in);
};
struct Owner::In { V<int> v; int n[three]; In(int a) : v{a} {} In same() const { return *this; } };
struct Owner::Derived : Owner::In { V<float> w; Derived() : In(5), w{2.5f} {} };
enum class Owner::E : int { one = 1, last = three };
enum Owner::F : uchar { first = 7 };
int Owner::of(thread In *in) { return in->same().v.v; }
namespace there { struct S; namespace inner { struct T; enum class G : int; } }
struct there::S { int a; };
struct there::inner::T { S s; };
enum class there::inner::G : int { g = 4 };
namespace there { typedef short I; template <typename T> struct W { T w; }; struct Sees; namespace inner { int f(); } enum H : int; }
struct there::Sees { struct In; struct Base { I i = 5; }; int f() const { return sizeof(I) + I(2.5f) + W<int>{3}.w; } };
struct there::Sees::In : Base { typedef char J; int f() const; int g(J j) const { return (I)2.5f + sizeof(Base) + j + i; } };
int there::Sees::In::f() const { return (J)1.5f + (I)2.5f + sizeof(Base); }
int there::inner::f() { return (I)2.5f + sizeof(W<I>); }
enum there::H : int { h = (I)6.5f };
template <typename T> struct Sees { typedef T I; struct Base { I i; }; struct In; };
template <typename T> struct Sees<T>::In { I i; typedef I J; int f(J j) { return sizeof(Base) + (I)i + j; } int g(); };
template <> struct Sees<half>::In { typedef short J; int g() { return (J)7.5f; } };
template <typename T> int Sees<T>::In::g() { return (J)2.5f; }
template <typename T> struct Lists { enum E : int; enum class F; static constexpr constant int two = 2; };
template <typename U> enum Lists<U>::E : int { p1 = sizeof(U), p2 = two, p3 = p2 + 1 };
template <typename T> enum class Lists<T>::F { q = two };
namespace there { typedef int N; template <typename T> N plain(T) { return 1; } template <int k> N counted() { return k; } }
template <> int there::plain<int>(int) { return sizeof(N); }
template <> int there::plain(float) { return 6; }
template <> int there::counted<3>() { return I(7.5f); }
class Closed { struct In { int f(); struct Q; enum E : int; }; template <typename T> struct Tm { int f(); struct Q; }; public: int g(); };
int Closed::In::f() { return 1; }
struct Closed::In::Q { int two = 2; };
enum Closed::In::E : int { three = 3 };
template <typename T> int Closed::Tm<T>::f() { return 4; }
template <typename T> struct Closed::Tm<T>::Q { int five = 5; };
template <> int Closed::Tm<float>::f() { return 6; }
int Closed::g() { return In().f() + In::Q().two + In::three + Tm<int>().f() + Tm<int>::Q().five + Tm<float>().f(); }
enum class Opaque : int;
struct Holds { Opaque o; };
enum class Opaque : int { o = 6 };
template <typename T> struct Nested { struct In { int f(); int g() { return 3; } struct Deep { int d; }; }; enum E : int; T v; Nested(T a) : v(a) {} operator T() const { return v; } };
template <typename T> int Nested<T>::In::f() { return 1; }
template <> int Nested<float>::In::f() { return 2; }
template <> int Nested<float>::In::g() { return 4; }
template <> struct Nested<float>::In::Deep { float e; Deep(float x) : e(x) {} };
template <> enum Nested<float>::E : int { p = 8 };
template Nested<int>::Nested(int);
template Nested<int>::operator int() const;

// What an inline namespace declares, by the name of the one around it.
namespace whole {
inline namespace v1 {
int f(int);
struct Made;
template <class T> T g(T);
template <class T> struct Cell { T f(); struct In; };
enum E : int;
}
}
int whole::f(int a) { return a; }
struct whole::Made { int a; };
template <class T> T whole::g(T t) { return t; }
template <> int whole::g<int>(int t) { return t + 1; }
template <class T> T whole::Cell<T>::f() { return T(2); }
template <class T> struct whole::Cell<T>::In { T q; };
template <> struct whole::Cell<float> { int f() { return 7; } };
enum whole::E : int { made = 3 };

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  S<float> s(three);
  S<float>::N in{1.5f};
  S<float>::Later later{2.5f};
  CHECK(s.f(2) == 5 && in.g() == 4.5f && later.twice() == 5 && s.h(3) == 5 && s.h(3, 2) == 8 && S<float>::k() == 7);
  CHECK(S<int>::table[1] == 2 && S<float>::table[2] == 3 && float(s + s) == 6 && S<short>(1).h(5, 1) == 4);
  s.none();
  CHECK(s.v == 0);
  Pair<float, int> p;
  CHECK(p.f(1) == 7 && p.f(1, 4) == 9 && p.g(1.5f) == 6.5f && p.g(1, 3, 2) == 9);
  Row<3, float> row;
  row.set(2);
  With<Hold, float> with{{1.5f}};
  Pack<int, float> pack;
  CHECK(row.sum() == 9 && row.at<4>() == 3 && with.get() == 1.5f && pack.n() == 2 && pack.m(1, 2, 3) == 29 && pack.args(1, 2.5f) == 3);
  Outer<float>::In<int> oi{1.5f, 2};
  Outer<int>::Late<float> ol{1, 2.5f};
  CHECK(oi.mix(3) == 6.5f && oi.three(1, 2.5f, 3) == 6 && ol.sum() == 3.5f);
  f[0] = 4;
  Kind<device float *> kp;
  kp.p = f;
  near::Z<float> z;
  CHECK(Kind<float>().f() == 1 && kp.f() == 4 && Kind<vec<int, 2>>().f() == 2 && Kind<int>().f() == 42 && z.f(z) == 9 && z.g(2) == 2);
  V<float> v(2.5f);
  v[1] = 7;
  V<int> w = v;
  CHECK(w[1] == 7 && w[0] == 2 && v.shl(1) == 3.5f && v.shl(1.0f) == 1.5f && v.last() == 5.5f);
  CHECK(early() == 7 && ahead<float, int>(2.5f, 2) == 4 && is_same_v<decltype(Fwd<int>::q), int>);
  Unnamed<short, 4> u(three);
  CHECK(u.q == 12 && u.f() == 6 && u.g(short(three)) == 11 && Unnamed<short, 4>::In().h() == 30);
  CHECK(Enabled<float>().f() == 11 && Enabled<int>().f() == 20 && Both<int, short>().f<int, 3>(three) == 8);
  Hidden<short> hidden{{three}};
  CHECK(hidden.w() == 4 && hidden.v() == 4);
  R<int> r;
  CHECK(r.g(1.0f) == 2 && r.g(short(1)) == 3 && r.g(1) == 1 && R<short>().g(1.0f) == 4 && R<float>().g(1.0f) == 1);
  CHECK(R<int>::k<4>() == 44 && R<int>::k<5>() == 5 && R<char>::k<4>() == 4 && R<int>::s(1.0f) == 10 && R<int>::s(1) == 9 && R<char>::s(1.0f) == 9);
  CHECK(R<int>::In<float>::v == 5 && R<int>::In<device int *>::v == 6 && R<int>::In<int>::v == 1 && R<char>::In<int>::v == 7 && R<short>::In<float>::v == 1);
  CHECK(R<int>::w<float> == 8 && R<int>::w<int> == 1 && R<char>::w<float> == 1);
  CHECK(O<int>::I<float>().f() == 3 && O<int>::N().h(1) == 5 && O<int>::I<float>().h(1) == 6 && O<char>::I<float>().h(1.0f) == 8);
  CHECK(Member<int>::v == 3 && Member<int>::w == 1 && Member<float>::v == 2 && Member<float>::w == 4);
  Around<int>::In own{three};
  CHECK(own.get() == 6 && own.k() == 7 && Around<short>::In{4}.get() == 4 && Around<uint>::In().get() == 8);
  CHECK(sizeof(Around<int>::Fwd) == 4 && sizeof(Around<short>::Fwd) == 16 && sizeof(Around<half>::Fwd) == 4);
  Owner::Derived derived;
  CHECK(Owner().of(&derived) == 5 && derived.w.v == 2.5f && int(Owner::E::last) == 3 && Owner::first == 7 && sizeof(Owner::In) == 16);
  CHECK(there::inner::T{{2}}.s.a == 2 && int(there::inner::G::g) == 4 && Holds{Opaque::o}.o == Opaque::o);
  CHECK(there::Sees().f() == 7 && there::Sees::In().f() == 5 && there::Sees::In().g(1) == 10 && there::inner::f() == 4 && there::h == 6);
  CHECK(Sees<int>::In{2}.f(3) == 9 && Sees<int>::In{2}.g() == 2 && Sees<half>::In().g() == 7);
  CHECK(Lists<short>::p1 == 2 && Lists<int>::p1 == 4 && Lists<int>::p3 == 3 && int(Lists<int>::F::q) == 2);
  CHECK(there::plain(2) == 4 && there::plain(2.5f) == 6 && there::plain(half(1)) == 1 && there::counted<3>() == 7 && there::counted<2>() == 2);
  CHECK(Closed().g() == 21);
  Nested<float>::In specialised;
  Nested<int>::In general;
  CHECK(specialised.f() == 2 && specialised.g() == 4 && general.f() == 1 && general.g() == 3 && Nested<float>::In::Deep(1.5f).e == 1.5f && Nested<float>::p == 8 && Nested<int>(3) == 3);
  whole::Cell<int>::In cell{5};
  CHECK(whole::f(4) == 4 && whole::Made{1}.a == 1 && whole::g(1) == 2 && whole::g(1.5f) == 1.5f && whole::Cell<int>().f() == 2 && cell.q == 5 && whole::Cell<float>().f() == 7 && whole::made == 3);
}
