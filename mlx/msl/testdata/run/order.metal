// The right operand of an assignment comes first, of all else the left one.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

struct Pair { int x, y; };
struct Own { int v; thread Own &operator=(int a) { v = a; return *this; } thread Own &operator+=(int a) { v += a; return *this; } };
struct Counted { int v; Counted(int a) : v(a) {} Counted(thread const Counted &o) : v(o.v + 100) {} };
struct Two { Pair p; int n; Two(Pair q, int m) : p(q), n(m) {} };
struct First { int v; First(Pair p) : v(p.x) {} };
static int next(thread int &i) { return ++i; }
static int both(int a, int b) { return a * 10 + b; }
static int swapped(thread const int &a, int b) { return a * 10 + b; }
static int change(thread Pair &p) { p.x = 5; return 1; }
static int change(thread Counted &c) { c.v = 5; return 1; }
static int weigh(Pair p, Pair q, int n) { return p.x * 100 + q.x * 10 + n; }
static int seen(thread const Pair &p, int n, Pair q) { return p.x * 100 + q.x * 10 + n; }
static int counted(Counted a, Counted b, int n) { return a.v * 10000 + b.v * 10 + n; }
static int first(First a, Pair p, First b, int n) { return a.v * 1000 + p.x * 100 + b.v * 10 + n; }
static int change(thread float2x2 &m) { m[0][0] = 5; return 1; }
static float corner(float2x2 m, int n) { return m[0][0] * 10 + n; }
struct Column { float v; operator float2() const { return float2(v, 0); } };
static float2 change(thread Column &c) { c.v = 5; return float2(7); }
static Pair operator+(Pair p, int n) { return Pair{p.x * 10 + n, 0}; }
typedef int (*Pairs)(Pair, Pair, int);

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0, i = 0, a[8] = {}, from[8] = {10, 20, 30, 40, 50, 60, 70, 80};
  a[i++] = i + three;
  CHECK(i == 1 && a[0] == 3);
  a[i++] += i * 10;
  CHECK(i == 2 && a[1] == 10);
  a[i] = i++;
  CHECK(i == 3 && a[3] == 2 && a[2] == 0);
  a[i] = next(i);
  CHECK(i == 4 && a[4] == 4 && a[3] == 2);
  a[i++] = from[i];
  CHECK(i == 5 && a[4] == 50);
  i = 0;
  Pair p[3] = {};
  p[i++] = Pair{i, i + 7};
  p[i++] = {i, i + 7};
  p[next(i) - 1].y = i;
  CHECK(i == 3 && p[0].x == 0 && p[0].y == 7 && p[1].x == 1 && p[1].y == 8 && p[2].y == 2);
  i = 0;
  int4 v = 0;
  v[i++] = i + 1;
  v[i--] += i;
  CHECK(i == 0 && v.x == 1 && v.y == 1 && v.z == 0);
  Own own[2] = {{0}, {0}};
  own[i++] = i;
  own[i--] += i;
  CHECK(i == 0 && own[0].v == 0 && own[1].v == 1);
  thread int *to = a;
  thread const int *source = from;
  for (int j = 0; j < three; j++) *to++ = *source++;
  *to++ = int(to - a);
  CHECK(a[0] == 10 && a[2] == 30 && a[3] == three && to - a == 4);
  auto pop = [&] { return i--; };
  i = three;
  a[i] = pop() + 1;
  CHECK(i == 2 && a[2] == 4);
  CHECK(i + next(i) == 5 && i - (*&i = 1) == 2 && !(i == next(i)));
  CHECK(both(i, next(i)) == 23 && both(from[i], next(i)) == 404 && max(i, (*&i = 1)) == 4);
  float4 w = float4(i, next(i), i, next(i));
  CHECK(w.x == 1 && w.y == 2 && w.z == 2 && w.w == 3 && both(v.x, v.x++) == 11);
  CHECK(swapped(i, next(i)) == 44 && i == 4);
  Pair c = {1, 2}, d = {3, 4};
  CHECK(weigh(c, d, change(c) + change(d)) == 132 && seen(c, change(c), c) == 551);
  c.x = 1;
  CHECK(weigh(c, weigh(c, c, change(c)) ? c : d, change(c)) == 151);
  Two two{d, change(d)}, other((d.x = 2, d), change(d));
  CHECK(two.p.x == 5 && other.p.x == 2);
  d.x = 2;
  Two copied{d, change(d)};
  CHECK(copied.p.x == 2 && d.x == 5);
  c.x = 1;
  CHECK((c + change(c)).x == 11);
  c.x = 1;
  Pairs through = three == 3 ? weigh : nullptr;
  CHECK(through(c, c, change(c)) == 111);
  c.x = 1;
  auto lambda = [](Pair p, Pair q, int n) { return weigh(p, q, n); };
  CHECK(lambda(c, c, change(c)) == 111);
  Counted v1(1), v2(2);
  CHECK(counted(v1, v2, change(v1)) == 1011021 && counted(v2, v2, change(v2)) == 1021021);
  Pair ps[] = {{1, 0}, {2, 0}, {3, 0}};
  i = 0;
  CHECK(first(ps[0], ps[next(i)], ps[next(i)], change(ps[0]) + change(ps[1]) + change(ps[2])) == 1233);
  float2x2 m = float2x2(1);
  CHECK(corner(m, change(m)) == 11 && (m * float(change(m)))[0][0] == 5);
  m[0][0] = 2;
  CHECK((m * float(change(m)))[0][0] == 2 && m[0][0] == 5);
  Column left{3}, right{4};
  float2x2 columns = float2x2(left, change(left)), listed{right, change(right)};
  CHECK(columns[0].x == 3 && columns[1].x == 7 && listed[0].x == 4 && listed[1].x == 7);
  i = 0;
  int sums[2] = {5, 7};
  sums[i] += {next(i)};
  CHECK(i == 1 && sums[0] == 5 && sums[1] == 8);
  float2 grown = 1;
  grown += {2, 3};
  grown *= {grown.y, grown.x};
  grown -= {};
  CHECK(grown.x == 12 && grown.y == 12);
  m = float2x2(1);
  m += {grown, float2(2, 3)};
  m -= {float2(1, 2), {}};
  CHECK(m[0][0] == 12 && m[0][1] == 10 && m[1][0] == 2 && m[1][1] == 4);
  CHECK(all({grown.x > 11, grown.y > 11, true}) && !all({true, grown.y > 12}) && any({false, false, i == 1, false}));
  CHECK(dot({1, 2, float(i)}, float3(i, 2, 3)) == 8);
}
