// Rare forms of declarations, statements and expressions.
#include <metal_stdlib>
using namespace metal;

#define TEN(x) x x x x x x x x x x
#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

// Functions declared by the name of their type.
typedef int Unary(int);
Unary twice, later;
using Into = void(int, thread int &);
static Into store;
class Held {
  int x = 5;
public:
  typedef Unary Own;
  Unary plus;
  Own minus;
  static Unary next;
  friend Unary peek;
};
int Held::plus(int a) { return x + a; }
int Held::minus(int a) { return x - a; }
int Held::next(int a) { return a + 1; }
int peek(int a) { Held h; return h.x * a; }
template <typename T> struct Kept { typedef T F(T); static F none; };
decltype(twice) thrice;

// Ranges that are lists.
struct Pair { int a; float b; };
template <typename... T> int added(T... t) {
  int s = 0;
  for (auto x : {t..., 5}) s += x;
  return s;
}

// Objects that later elements change.
struct Counter { int v; operator float() const { return v; } };
float raise(thread Counter &c) { c.v += 9; return 1; }

// Constants that are defined behind their use.
namespace Tables {
struct S {
  static constant int c;
  struct T { static constant int d[2]; int sum() { return d[1] + c; } };
  int get() { return c; }
};
extern constant int q;
namespace inner { int get() { return q; } }
}
constant int Tables::S::c = 6;
using Tables::q;
constant int early = q;
namespace Tables {
constant int S::T::d[2] = {1, 2};
constant int q = 8;
extern constant int q;
}
extern constant int late;

// Parameters in parentheses, as macros write them.
#define ARG(x) (x)
typedef float Alias;
float joined(float ARG(a), const int(b) = 3) { return a + b; }
float called(float(Alias), float);
struct Taken { int n; Taken(int(v), thread int *(p)) : n(v + p[0]) {} int plus(int(m)) const { return n + m; } };
template <typename T, int N> T element(thread const T (&v)[N], int(i)) { return v[i]; }

kernel void k(device int *out [[buffer(0)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  Unary here;
  int into = 0;
  store(three, into);
  CHECK(twice(three) == 6 && thrice(three) == 9 && later(three) == -3 && here(three) == 4 && into == 3);
  CHECK(Held().plus(three) == 8 && Held().minus(three) == 2 && Held::next(three) == 4 && peek(three) == 15);

  int s = 0;
  for (int x : {1, 2, 3}) s += x;
  for (auto x : {1.5f, 2.5f}) s += int(x * 2);
  for (thread const int &x : {three, three + 1}) s += x;
  for (auto &&[a, b] : {Pair{1, 2}, Pair{three, 4}}) s += a * int(b);
  for (device int *p : {out + 100, out + 200}) *p = 1, s += p - out;
  for (auto f : {twice, thrice}) s += f(three);
  CHECK(s == 350 && added(1, three) == 9 && out[100] + out[200] == 2);
  out[100] = out[200] = 0;

  Counter c{three};
  float4 v = {c, raise(c), c, raise(c)};
  CHECK(all(v == float4(3, 1, 12, 1)) && c.v == 21);
  float2x2 m = {{c, raise(c)}, {c, raise(c) + raise(c)}};
  CHECK(m[0][0] == 21 && m[1][0] == 30 && m[1][1] == 2 && c.v == 48);

  float4 w = float4(1, 2, 3, 4);
  w.zw[three - 2] = 7;
  w.wx[three - 2] += w.yz[three - 3];
  CHECK(all(w == float4(3, 2, 3, 7)));

  CHECK(Tables::S().get() == 6 && Tables::S::T().sum() == 8 && Tables::inner::get() == 8 && q == 8 && early == 8 && late == 9);
  int own[2] = {three, 7};
  float ARG(first) = own[1], ARG(pair)[2] = {1, 2};
  Taken (made) = Taken(1, own);
  for (int (i) = 0; i < 2; i++) first += float(i) + int(pair[i]);
  CHECK(first == 11 && made.n == 4);
  CHECK((TEN(TEN(TEN(three != 3 ? 1 :))) three == 4 ? 2 : first = 5) == 5 && first == 5);
  CHECK(joined(1) == 4 && joined(1, three) == 4 && Taken(1, own).plus(2) == 6 && element(own, 1) == 7);
}

int twice(int a) { return 2 * a; }
int thrice(int a) { return 3 * a; }
int later(int a) { return -a; }
int here(int a) { return a + 1; }
void store(int a, thread int &to) { to = a; }
constant int late = 9;
