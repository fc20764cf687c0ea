// Overloads: what the same arguments mean in other scopes, and once more is declared.
#include <metal_stdlib>
using namespace metal;
#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

// late default by a declaration without a body
int lateD(int a, int b) ;
int lateD(float a) { return 1; }
int useA() { return lateD(2); }
int lateD(int a, int b = 7);
int useB() { return lateD(2); }
int lateD(int a, int b) { return a + b; }

// template gains a default
template <class T, class U> int gain(T a);
int gain(float a) { return 1; }
int gainA() { return gain(2); }
template <class T, class U = int> int gain(T a) { return 2; }
int gainB() { return gain(2); }

// specialisation after candidate
template <class T> int spec(T x) { return 1; }
int spec(float x) { return 2; }
int specA() { return spec(1.0f); }
template <> int spec<float>(float x) { return 5; }
int specB() { return spec(1.0f) * 10 + spec<float>(1.0f); }

// names in a template mean what is declared in front of it; arguments find more
float front(float x) { return x + 1; }
template <class T> float fronts(T x) { return front(x); }
float front(int x) { return 100; }
namespace rear { struct V { int a; }; template <class T> int use(T x) { return get(x); } int get(V v) { return v.a; } }
template <int (*F)(int)> int given(int x) { return F(x); }
template <class T> int blockly(T x) { int rearmost(int); return rearmost(x); }
int rearmost(int x) { return x + 3; }

// a specialisation has the defaults of its template
template <class T> int filled(T x, T y = T(2), int z = sizeof(T)) { return 1; }
template <> int filled<int>(int x, int y, int z);
template <> int filled<int>(int x, int y, int z) { return x * 100 + y * 10 + z; }
template <> int filled(short x, short y, int z) { return x * 100 + y * 10 + z; }

// overloads later
int later(float x) { return 1; }
int laterA() { return later(1); }
int later(int x) { return 2; }
int laterB() { return later(1); }

// namespaces
namespace na { int f(int) { return 1; } }
namespace nb { int f(float) { return 2; } int g() { return f(1); } }
int usingA() { using namespace na; return f(1); }
int usingB() { using namespace nb; return f(1); }
int usingC() { using namespace na; using namespace nb; return f(1) * 10 + f(1.0f); }
int usingD() { using na::f; return f(1.0f); }
int usingE() { using nb::f; return f(1); }

// using decl that is extended later
namespace nc { int h(float) { return 1; } }
using nc::h;
int ncA() { return h(1); }
namespace nc { int h(int) { return 2; } }
int ncB() { return h(1) * 10 + nc::h(1); }
int h(int, int = 0);

// null pointers
int np(device int *p) { return 1; }
int np(long x) { return 2; }
int npA() { return np(1); }
// refs
int rv(thread int &x) { return 1; }
int rv(int &&x) { return 2; }
int cr(const thread int &x) { return 1; }
int cr(thread int &x) { return 2; }
int cr(const device int &x) { return 3; }
int cr(device int &x) { return 4; }
int cr(const constant int &x) { return 5; }

struct Bits { int a : 4; int b; };
int bit(thread int &x) { return 1; }
int bit(const thread int &x) { return 2; }

enum E { e0, e1 };
enum class F : int { f0 };
enum G : short { g0 };
int en(int) { return 1; }
int en(E) { return 2; }
int en(F) { return 3; }
int en(G) { return 4; }
int en(short) { return 5; }
namespace ee { enum H { h0 }; int adl(H) { return 7; } }
int adl(int) { return 1; }
int adlA() { return adl(ee::h0); }
namespace ee { int more(H) { return 8; } }
int more(int) { return 1; }

template <class T> struct Tm { int go(T x) { return en(x); } static int st(T x) { return later(x); } };
template <class T> int dep(T x) { return fut(x); }
namespace ee { int fut(H) { return 9; } }

template <class T> T two(T a, T b) { return a; }
int two(float a, float b) { return 99; }

// volatile
int vol(const volatile device int *p) { return 1; }
int vol(const device int *p) { return 2; }

int arr(thread int *p) { return 1; }
int arr(threadgroup int *p) { return 2; }
int arr(device int *p) { return 3; }
int arr(const device int *p) { return 4; }

template <class T> enable_if_t<is_integral<T>::value, int> ei(T) { return 1; }
template <class T> enable_if_t<!is_integral<T>::value, int> ei(T) { return 2; }

struct Frnd { friend int fr(Frnd, int) { return 3; } };
int width(float2) { return 1; }
int width(float4) { return 2; }
int width(int3) { return 3; }
template <int N> int sz(thread int (&a)[N]) { return N; }
template <class T> int fwd(T &&x) { return is_lvalue_reference<T>::value ? 1 : 2; }
int va(int, ...) { return 1; }
int va(float, float) { return 2; }

// templates declared more than once
template <class T> T twice(T a);
template <class T> T twice(T a);
template <class T> enable_if_t<is_integral<T>::value, int> pick(T a);
template <class T> enable_if_t<!is_integral<T>::value, int> pick(T a);
template <class T> enable_if_t<is_integral<T>::value, int> pick(T a) { return 1; }
template <class T> enable_if_t<!is_integral<T>::value, int> pick(T a) { return 2; }
template <class T> enable_if_t<is_integral<T>::value, int> pick(T a);
int twiceA() { return twice(1); }
template <class T> T twice(T a) { return a + 1; }
template <class T> T twice(T a);

// templates of which one demands const
template <class T> int to(T) { return 1; }
template <class T> int to(thread T *) { return 2; }
template <class T> int to(thread const T *) { return 3; }
template <class T> int to(constant T *) { return 4; }
template <class T> int by(thread T &) { return 1; }
template <class T> int by(thread const T &) { return 2; }
template <class T> int own(const T) { return 1; }
template <class T> int own(thread T *) { return 2; }

// A specialisation is one of the most specialised template that has its type.
template <class T> struct Boxed { T x; };
template <class T> int boxed(T) { return 1; }
template <class T> int boxed(Boxed<T>) { return 2; }
template <> int boxed(Boxed<int>) { return 3; }
// Pointers convert to those of a base rather than to void's, and to these rather than to bool.
struct Root { int r; };
struct Stem : Root { int s; };
struct Leaf : Stem {};
int up(thread Root *) { return 1; }
int up(thread Stem *) { return 2; }
int up(thread const void *) { return 3; }
int up(bool) { return 4; }
int truth(thread Root *) { return 1; }
int truth(bool) { return 2; }
template <class... T> void append(thread int &r, T... t) { (r += ... += t); }
template <class... T> void united(thread int &r, T... t) { ((r |= t), ...); }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(useA() == 1); CHECK(useB() == 9);
  CHECK(gainA() == 1); CHECK(gainB() == 2);
  CHECK(specA() == 2); CHECK(specB() == 25);
  CHECK(laterA() == 1); CHECK(laterB() == 2);
  CHECK(usingA() == 1); CHECK(usingB() == 2); CHECK(usingC() == 12); CHECK(usingD() == 1); CHECK(usingE() == 2); CHECK(nb::g() == 2);
  CHECK(ncA() == 1); CHECK(ncB() == 12);
  CHECK(npA() == 2);
  int i = 0; const int ci = 0; Bits b = {1, 2};
  CHECK(rv(i) == 1); CHECK(rv(1) == 2); CHECK(rv(i + 0) == 2); CHECK(rv(b.b) == 1);
  CHECK(cr(i) == 2); CHECK(cr(ci) == 1); CHECK(cr(out[50]) == 4); CHECK(cr(three) == 5); CHECK(cr(3) == 1); CHECK(cr(i) == 2);
  CHECK(bit(b.a) == 2); CHECK(bit(b.b) == 1); CHECK(bit(i) == 1); CHECK(bit(b.a) == 2);
  int4 v = 0;
  CHECK(bit(v.x) == 2); CHECK(bit(i) == 1);
  CHECK(en(e0) == 2); CHECK(en(F::f0) == 3); CHECK(en(g0) == 4); CHECK(en(short(1)) == 5); CHECK(en(1) == 1); CHECK(en('c') == 1);
  CHECK(adlA() == 7); CHECK(adl(1) == 1); CHECK(more(ee::h0) == 8); CHECK(more(1) == 1);
  Tm<int> ti; Tm<short> ts; Tm<E> te;
  CHECK(ti.go(1) == 1); CHECK(ts.go(1) == 5); CHECK(te.go(e0) == 2); CHECK(Tm<float>::st(1) == 1); CHECK(Tm<int>::st(1) == 2);
  CHECK(dep(ee::h0) == 9);
  CHECK(two(1, 2) == 1); CHECK(two(1.0f, 2.0f) == 99); CHECK(two(1, 2.0f) == 99);
  CHECK(vol((volatile device int *)out) == 1); CHECK(vol(out) == 2); CHECK(vol((const device int *)out) == 2);
  int a[3]; threadgroup int tg[4]; const device int *cd = out;
  CHECK(arr(a) == 1); CHECK(arr(tg) == 2); CHECK(arr(out) == 3); CHECK(arr(cd) == 4); CHECK(arr(&i) == 1);
  CHECK(ei(1) == 1); CHECK(ei(1.0f) == 2); CHECK(ei(1) == 1);
  CHECK(fr(Frnd{}, 1) == 3);
  CHECK(width(float2(1)) == 1); CHECK(width(float4(1)) == 2); CHECK(width(int3(1)) == 3);
  int a5[5];
  CHECK(sz(a) == 3); CHECK(sz(a5) == 5);
  CHECK(fwd(i) == 1); CHECK(fwd(1) == 2); CHECK(fwd(ci) == 1);
  CHECK(va(1) == 1); CHECK(va(1.0f, 2.0f) == 2);
  CHECK(twiceA() == 2); CHECK(twice(1) == 2); CHECK(pick(1) == 1); CHECK(pick(1.0f) == 2);
  CHECK(to(1) == 1); CHECK(to(&i) == 2); CHECK(to(&ci) == 3); CHECK(to(&three) == 4); CHECK(to(out) == 1);
  CHECK(by(i) == 1); CHECK(by(ci) == 2); CHECK(by(1) == 2); CHECK(own(1) == 1); CHECK(own(&i) == 2); CHECK(own(&ci) == 2);
  CHECK(filled(1) == 124); CHECK(filled(1, 3) == 134); CHECK(filled(short(1)) == 122); CHECK(filled(1.0f) == 1);
  CHECK(fronts(1) == 2); CHECK(rear::use(rear::V{4}) == 4); CHECK(given<rearmost>(1) == 4); CHECK(blockly(1) == 4);
  CHECK(boxed(1) == 1); CHECK(boxed(Boxed<float>{1}) == 2); CHECK(boxed(Boxed<int>{1}) == 3);
  Leaf leaf; Stem stem; Root root = {3};
  CHECK(up(&leaf) == 2); CHECK(up(&root) == 1); CHECK(up(&i) == 3); CHECK(up(nullptr == &i) == 4); CHECK(truth(&leaf) == 1); CHECK(truth(&i) == 2);
  int sum = 1;
  append(sum, 2, 3);
  CHECK(sum == 6);
  united(sum, 8, 16);
  CHECK(sum == 30);
  // Objects and pointers of a class and its base are joined.
  thread Root *either = three ? &root : &stem;
  thread void *any = three ? any = &stem : &root;
  stem.r = 5;
  thread Root &refers = three == 0 ? root : stem;
  refers.r++;
  CHECK(either == &root); CHECK(any == &stem); CHECK(&root != &stem); CHECK(stem.r == 6); CHECK((three ? stem : root).r == 6);
  out[n] = 0;
}
