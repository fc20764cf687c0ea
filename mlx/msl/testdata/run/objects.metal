// Objects: bit-fields and their layout, copies of members, conversions.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

struct Fields { uint a : 3; int b : 5; uchar e : 4; bool f : 1; long g : 40; uint h : 32; };
// What is declared with a name that asks for an alignment has it.
typedef struct { float x; } Apart __attribute__((aligned(16)));
typedef Apart Apart2;
using Eighth __attribute__((aligned(8))) = int;
struct Aparts { char c; const Apart2 a; char d; Eighth e; };
template <typename T> struct Far { typedef T Value __attribute__((aligned(32))); char c; Value v; };
static_assert(sizeof(Apart) == 4 && alignof(Apart2) == 16 && alignof(Eighth) == 8, "");
static_assert(sizeof(Aparts) == 32 && sizeof(Far<int>) == 64 && alignof(Far<int>::Value) == 32, "");

enum class Mode : uchar { Off, On, Both };
struct Modes { Mode first : 2; Mode second : 3; };
struct Shared { char c; int b : 4; short s; int k : 20; };
struct Bytes { uchar a : 3; uchar : 3; uchar b : 5; };
struct Units { ushort a : 9; ushort b : 9; uchar c : 2; };
struct Cut { uint a : 3; uint : 0; uint b : 3; };
union Laid { Shared s; uchar bytes[12]; };

struct Traced {
  int id;
  Traced(int i) : id(i) {}
  Traced(thread const Traced &o) : id(o.id + 1000) {}
  thread Traced &operator=(thread const Traced &o) { id = o.id + 500; return *this; }
};
struct Holder { Traced t; int b; Holder(int x) : t(x), b(x) {} };
struct Row { Traced t[2]; };
struct Long { Traced t[40]; };
struct Heir : Traced { int q; Heir(int x) : Traced(x), q(x) {} };
struct Moved { int x; Moved(int a) : x(a) {} Moved(thread const Moved &o) : x(o.x + 10) {} Moved(thread Moved &&o) : x(o.x + 100) {} };
Moved through(Moved m) { return m; }
int taken(Holder h) { return h.t.id; }
struct Kept { Traced t{7}; Traced same() const { return t; } Traced made() const { Traced u(9); return u; } };
struct Base { int f(int) { return 1; } int f(float) { return 2; } };
struct Derived : Base { int f(int) { return 3; } using Base::f; };

struct Numbered { int v; Numbered(int a = 0) : v(a) {} thread Numbered &operator=(thread const Numbered &o) { v = o.v + 500; return *this; } thread Numbered &operator=(int k) { v = k + 7; return *this; } };
struct Rooted { int x = 1; Rooted() = default; Rooted(int a) : x(a) {} };
struct Grown : Rooted { int z = x * 2; using Rooted::Rooted; Grown(bool b) : Rooted(9), z(b) {} };
template <typename T, int N = 3, typename U = T> struct Partly { static constexpr constant int v = N; };
template <typename T> struct Partly<T, 1> { static constexpr constant int v = 11; };

struct Choosy { int v; explicit Choosy(int x) : v(x) {} Choosy(float x) : v(int(x * 10)) {} };
int chosen(Choosy c) { return c.v; }
enum Plain { P0 };
enum Fixed : uchar { F0 };
enum Short : short { S0 };
int rank(uchar) { return 1; }
int rank(int) { return 2; }
int rank(short) { return 3; }

// Members of anonymous structs and unions, as constructors initialise them.
struct Eight { int a; Eight() : a(8) {} };
struct Variant { union { Eight e; int i; }; Variant() : e() {} Variant(int x) : i(x) {} Variant(float) { i = 5; } };
struct Either { union { int a; int b = 3; }; int c = 4; };
struct Written { union { int a; struct { int b = 6, c = 7; }; }; Written() {} Written(int x) : a(x) {} Written(int x, int y) : c(x + y) {} };
struct Beside { struct { int a = 1; Eight e; }; Beside(int x) : a(x) {} };
union Later { int a; int b = 3; };
union Alone { int a; int b = 3; Alone() {} Alone(int x) : a(x) {} };

// Declarators behind one class or enumeration without a name have one type.
constant struct { int a; float b; } first_of_two = {1, 2}, second_of_two = {3, 4};
typedef enum { Low, High } Level, SameLevel;
Level same(SameLevel l) { return l; }
typedef struct { int a; } One, Same, Twice[2];
template <typename T> T unnamed(T v) {
  union { T w[4]; uint4 v; } x, y;
  x.v = uint4(v);
  y = x;
  struct { T q; struct { T r; } in, other; } s, t;
  s.q = s.other.r = 0;
  s.in.r = 3;
  s.other = s.in;
  t = s;
  return y.w[2] + t.other.r;
}

// An anonymous union in a function.
template <typename T> uint bits_of(T x) { union { T t; uint u; struct { ushort low, high; }; }; u = 0; t = x; high |= 1; return u + low; }

// arrays of arrays of objects are made element by element
struct Seven { int m; Seven() : m(7) {} Seven(int a) : m(a) {} };
struct Three { int a = 3; Seven f[2][2]; };
struct Grid { int k; Three in[2][2]; Seven g[40][3]; };
template <typename T> struct Table { T t[2][2][2]; Table() {} };
struct Given { Seven f[2][2] = {{1, 2}, {3}}, g[2][2]{}; };

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  // A bit-field is an int in arithmetic if that holds it; one of bool keeps what is not 0.
  Fields s{};
  s.a = three, s.e = 15, s.f = three - 1, s.h = 1;
  CHECK(s.a - 7 < 0 && ~s.a < 0 && -s.a < 0 && s.h - 2 > 0 && sizeof(s.g + 1) == 8);
  CHECK(s.f && s.e == 15 && s.f == 1);
  s.a += 7;
  s.b = three + 28;
  CHECK(s.a == 2 && s.b == -1 && (s.b -= 20) == 11);
  // Bit-fields begin at the next bit, beside members of other types.
  Laid laid;
  for (int i = 0; i < 12; i++) laid.bytes[i] = 0;
  laid.s.c = 1, laid.s.b = -1, laid.s.s = 0x1234, laid.s.k = 0x55555;
  CHECK(sizeof(Shared) == 8 && laid.bytes[0] == 1 && laid.bytes[1] == 15 && laid.bytes[3] == 0x12 && laid.bytes[4] == 0x55 && laid.bytes[6] == 5);
  CHECK(sizeof(Bytes) == 2 && sizeof(Units) == 4 && sizeof(Cut) == 8);
  // Copies run the constructors and operators of members.
  Holder x(three), y = x, z(y);
  CHECK(y.t.id == 1003 && z.t.id == 2003 && z.b == 3 && taken(x) == 1003);
  z = x;
  CHECK(z.t.id == 503);
  Row r1{{1, three}}, r2 = r1;
  CHECK(r2.t[1].id == 1003);
  r2 = r1;
  CHECK(r2.t[0].id == 501 && r2.t[1].id == 503);
  Long l1{{three, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39}};
  Long l2 = l1;
  CHECK(l2.t[0].id == 1003 && l2.t[39].id == l1.t[39].id + 1000);
  Heir h1(4), h2 = h1, h3(5);
  h3 = h1;
  CHECK(h2.id == 1004 && h2.q == 4 && h3.id == 504 && h3.q == 4);
  Kept kept;
  CHECK(kept.same().id == 1007 && kept.made().id == 9);
  Moved moved(three);
  CHECK(through(moved).x == 113 && through(Moved(1)).x == 101);
  Derived derived;
  CHECK(derived.f(1) == 3 && derived.f(1.0f) == 2);
  // A conversion runs the constructor that was chosen; a fixed enumeration is first of all its own type.
  Choosy choosy = three;
  CHECK(choosy.v == 30 && chosen(three) == 30 && chosen(Choosy(three)) == 3);
  CHECK(rank(P0) == 2 && rank(F0) == 1 && rank(S0) == 3 && rank(+S0) == 2);
  Numbered numbered(1);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wbraced-scalar-init"
  numbered = {9};
#pragma clang diagnostic pop
  CHECK(numbered.v == 16);
  numbered = Numbered(2);
  CHECK(numbered.v == 502);
  // A base's default constructor is inherited beside others; defaults complete the arguments of a specialisation.
  Grown grown, given(three);
  CHECK(grown.z == 2 && given.z == 6);
  CHECK(Partly<int, 1>::v == 11 && Partly<int, 1, float>::v == 1 && Partly<int>::v == 3);
  CHECK(Variant().e.a == 8 && Variant(three).i == 3 && Variant(1.0f).i == 5);
  Either either;
  Later later{}, given_later = {2};
  CHECK(either.a == 3 && either.c == 4 && Either{}.a == 3 && later.a == 3 && given_later.b == 2);
  Written w1, w2(three), w3(three, 1);
  CHECK(w1.b == 6 && w1.c == 7 && w2.a == 3 && w3.b == 6 && w3.c == 4);
  CHECK(Beside(three).a == 3 && Beside(three).e.a == 8 && Alone().a == 3 && Alone(5).b == 5);
  Grid grid, listed = {1, {{{2}}}};
  CHECK(grid.in[1][1].a == 3 && grid.in[1][0].f[1][1].m == 7 && grid.g[39][2].m == 7 && Grid().g[1][1].m == 7);
  CHECK(listed.in[0][0].a == 2 && listed.in[0][1].a == 3 && listed.in[0][0].f[1][1].m == 7 && listed.g[1][2].m == 7);
  Table<Seven> table;
  Given parts;
  Seven rows[2][2] = {{1}}, chosen_one[4] = {[2] = 5};
  CHECK(table.t[1][1][1].m == 7 && parts.f[1][0].m == 3 && parts.f[1][1].m == 7 && parts.g[1][1].m == 7);
  CHECK(rows[0][0].m == 1 && rows[0][1].m == 7 && rows[1][1].m == 7 && chosen_one[1].m == 7 && chosen_one[2].m == 5 && chosen_one[3].m == 7);
  out[n] = 0;
  One one = {three};
  Same again = one;
  Twice twice = {one, again};
  auto chosen = three > 3 ? first_of_two : second_of_two;
  CHECK(twice[1].a == 3 && chosen.a == 3 && unnamed<int>(three) == 6 && unnamed<uint>(4) == 7 && same(High) == High);
  Modes modes = {Mode::Both, Mode::On};
  modes.second = modes.first;
  CHECK(modes.second == Mode::Both && sizeof(Modes) == 1);
  union { int word = 5; float real; };
  CHECK(word == 5 && bits_of(half(1)) == 0x17800 && bits_of(1.0f) == 0x3f810000);
  real = three;
  for (int i = 0; i < three; i++) {
    union { int at; uint word; };
    at = i, real += word;
  }
  CHECK(word == 0x40c00000);
}
