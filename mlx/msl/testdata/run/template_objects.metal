// Template parameters that are references and pointers to constants, and functions.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

struct P { int x; float y; };
constant int c = 5, same = 5;
constant float t[3] = {1, 2, 3};
constant P couple = {1, 2};
namespace n { constant int e = 6; struct S { static constexpr constant int st = 9; }; }
template <constant int &r> int get() { return r; }
template <constant int *p> constexpr int at() { return *p; }
template <constant float *p, int n> float sum() { float s = 0; for (int i = 0; i < n; i++) s += p[i]; return s; }
template <constant float (&a)[3]> float last() { return a[2]; }
template <constant float *p> float on() { return sum<p, 2>(); }
template <constant P &q> float both() { return q.x + q.y; }
template <const constant P *q> struct H { static float f() { return q->y; } };
template <typename T, constant T &v> T typed() { return v; }
template <constant int *p> struct Maybe { static int f() { if constexpr (p == nullptr) return -1; else return *p; } };
template <constant int &r> struct Refer { static int f() { return r; } };
template <typename T> struct Inside;
template <constant int &r> struct Inside<Refer<r>> { static int g() { return r + 1; } };
template <constant int *p, constant int *...rest> struct List { static int sum() { if constexpr (sizeof...(rest) == 0) return *p; else return *p + List<rest...>::sum(); } };
template <constant int &...rs> int all() { return (rs + ... + 0); }
template <auto *p> float any() { return *p; }
template <auto &r> float some() { return r; }
template <constant int &r> int which(int) { return r; }
template <typename T> int which(T) { return -1; }
static_assert(!is_same_v<Maybe<&c>, Maybe<&same>> && is_same_v<Maybe<&c>, Maybe<&c>> && at<&c>() == 5);

float twice(float x) { return 2 * x; }
template <float (&fn)(float)> float through(float x) { return fn(x); }
template <float (*fn)(float)> struct Fn { static float call(float x) { return fn(x); } };
template <typename T> struct Again;
template <float (*fn)(float)> struct Again<Fn<fn>> { static float call(float x) { return fn(fn(x)); } };

// Classes in that of a template are made when they are needed, and hold it then.
template <typename T> struct Around {
  T v[2];
  struct Row { Around all; T get(int i) const { return all.v[i]; } };
  struct Deep { struct In { Deep d; Around all; enum { Size = sizeof(T) }; }; int k; };
  struct Unused { typename T::missing q; };
  struct Iterator;
  Row row() const { return Row{*this}; }
  Iterator begin() const;
};
template <typename T> struct Around<T>::Iterator { Around all; int i; T operator*() const { return all.v[i]; } };
template <typename T> typename Around<T>::Iterator Around<T>::begin() const { return {*this, 1}; }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(get<c>() == 5 && get<n::e>() == 6 && get<n::S::st>() == 9 && at<&same>() == 5 && typed<int, c>() == 5);
  CHECK(sum<t, 3>() == 6 && last<t>() == 3 && on<t>() == 3 && both<couple>() == 3 && H<&couple>::f() == 2);
  CHECK(Maybe<nullptr>::f() == -1 && Maybe<&c>::f() == 5 && Inside<Refer<n::e>>::g() == 7);
  CHECK(List<&c, &n::e>::sum() == 11 && all<c, same, n::e>() == 16 && any<&c>() + some<c>() == 10 && which<c>(1) == 5 && which<int>(1) == -1);
  CHECK(through<twice>(3) == 6 && Fn<&twice>::call(2) == 4 && Again<Fn<twice>>::call(three) == 12);
  Around<int> around{{three, 4}};
  Around<int>::Deep::In deep{{5}, around};
  CHECK(around.row().get(1) == 4 && *around.begin() == 4 && deep.d.k == 5 && deep.all.v[0] == 3 && Around<char>::Deep::In::Size == 1);
}
