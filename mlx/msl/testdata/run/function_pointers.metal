// Pointers to functions: known, chosen, stored, passed.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

struct Row { int a[3]; };
int more(int x) { return x + 1; }
int twice(int x) { return 2 * x; }
void set(thread int &x) { x = 3; }
Row row(int x) { Row r = {{x, 2, 3}}; return r; }
int sum(Row r) { return r.a[0] + r.a[1] + r.a[2]; }
float4 add(float4 a, thread float4 &b) { b += a; return b; }
thread int &same(thread int &x) { return x; }
template <typename T> T thrice(T x) { return x * 3; }
typedef int (*Step)(int);
constant Step table[2] = {more, twice};
struct Task { Step step; int x; int run() const { return step(x); } };
int apply(int f(int), int x) { return f(x); }
template <typename F> int applied(F f, int x) { return f(x); }
template <typename R, typename A> R deduced(R (*f)(A), A x) { return f(x); }
Step chosen(int which) { return which == 0 ? more : which == 1 ? twice : nullptr; }
int down(int (*f)(int, int), int n) { return f(n, 1); }
int factorial(int n, int) { return n < 2 ? 1 : n * down(factorial, n - 1); }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  int (*step)(int) = more;
  CHECK(step(three) == 4);
  step = &twice;
  CHECK((*step)(three) == 6 && step == twice && step != more && step && !!step);
  Step none{nullptr}, first = {more};
  CHECK(first(three) == 4);
  CHECK(!none && none == nullptr && sizeof(Step) == 8);
  int all = 0;
  for (int i = 0; i < 2; i++) all += table[i](10) + chosen(1 - i)(100);
  CHECK(all == 11 + 20 + 200 + 101);
  Step local[3] = {more, twice, thrice};
  int seen = 1;
  for (Step s : local) seen = s(seen);
  CHECK(seen == 12);
  Task task = {three > 2 ? twice : more, 21};
  CHECK(task.run() == 42 && apply(more, 1) == 2 && applied(twice, 4) == 8 && applied(&more, 4) == 5 && deduced(thrice<int>, 5) == 15);
  int (&reference)(int) = more;
  CHECK(reference(6) == 7);
  void (*w)(thread int &) = set;
  int z = 0;
  w(z);
  thread int &(*id)(thread int &) = same;
  id(z) += 4;
  CHECK(z == 7);
  Row (*make)(int) = row;
  int (*total)(Row) = sum;
  CHECK(total(make(three)) == 8);
  float4 acc = float4(1);
  float4 (*plus)(float4, thread float4 &) = add;
  CHECK(plus(float4(three), acc).x == 4 && acc.w == 4);
  CHECK(factorial(5, 0) == 120);
  constexpr Step known = twice;
  CHECK(known(8) == 16);
  out[n] = 0;
}
