// What is copied and what is moved: counted by the constructors and operators that run.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

template <typename T> thread T &&moved(thread T &x) { return static_cast<thread T &&>(x); }

struct Counts { int copies, moves, copied, taken; };
struct Counted {
  thread Counts *c;
  Counted(thread Counts *c) : c(c) {}
  Counted(thread const Counted &o) : c(o.c) { c->copies++; }
  Counted(thread Counted &&o) : c(o.c) { c->moves++; }
  thread Counted &operator=(thread const Counted &o) { c->copied++; return *this; }
  thread Counted &operator=(thread Counted &&o) { c->taken++; return *this; }
};
bool counted(thread Counts &c, int copies, int moves, int copied, int taken) {
  bool same = c.copies == copies && c.moves == moves && c.copied == copied && c.taken == taken;
  c = {0, 0, 0, 0};
  return same;
}

// Only a class that declares nothing that copies or ends its objects moves its members.
struct Plain { Counted m; int v; };
struct Ends { Counted m; int v; Ends(thread Counts *c) : m(c), v(1) {} ~Ends() { v = 0; } };
struct Copies { Counted m; Copies(thread Counts *c) : m(c) {} Copies(thread const Copies &) = default; };
struct Moves { Counted m; Moves(thread Counts *c) : m(c) {} Moves(thread Moves &&) = default; thread Moves &operator=(thread Moves &&) = default; };
struct Assigned { Counted m; Assigned(thread Counts *c) : m(c) {} thread Assigned &operator=(thread const Assigned &) = default; };
struct Both { Counted m; Both(thread Counts *c) : m(c) {} Both(thread const Both &o) : m(o.m) { m.c->copies += 10; } Both(thread Both &&) = default; };

// The part that a base is, of an object that is moved from.
struct Derived : Counted {
  Derived(thread Counts *c) : Counted(c) {}
  Derived(thread const Derived &o) : Counted(o) {}
  Derived(thread Derived &&o) : Counted(static_cast<thread Counted &&>(o)) {}
  friend Derived operator*(Derived l, thread const Derived &r) { return l; }
};
struct Passing : Counted { Passing(thread Counts *c) : Counted(c) {} Passing(thread Passing &&o) : Counted(moved(o)) {} };

// The assignment that a class has by itself is called by its name.
struct Defaulted { int v = 3; thread Defaulted &operator=(thread const Defaulted &) = default; };
struct Half { int v; thread Half &operator=(thread const Half &o) { v = o.v / 2; return *this; } };
struct Implied : Defaulted { Half h; int w; };
struct Naming : Implied { int z; thread Naming &operator=(thread const Naming &o) { Implied::operator=(o); z = o.z; return *this; } };
template <typename B> struct Around : B { int q; thread Around &operator=(thread const Around &o) { this->B::operator=(o); q = o.q; return *this; } };

// What a function returns is moved from where a variable of it, or an rvalue reference, is named, into another class, too.
struct Only { int v; Only(int v) : v(v) {} Only(thread Only &&o) : v(o.v + 100) { o.v = 0; } };
struct Wraps { int v; Wraps(Only o) : v(o.v) {} };
struct Takes { int v; Takes(thread Only &&o) : v(o.v) { o.v = 1; } };
Wraps wraps() { Only o(3); return o; }
Takes takes(Only o) { return o; }
Only passes(thread Only &&o) { return o; }
Counted fixed(thread Counts *c) { const Counted k(c); return k; }
Counted from(thread Counted &&r) { return r; }
Counted bound(thread Counted &x) { thread Counted &&r = moved(x); return r; }

// decltype of a name is the type that it was declared with.
int category(thread int &) { return 1; }
int category(thread int &&) { return 2; }
template <typename F> int forwards(F f) { int x = 1; return f(x) * 10 + f(3); }

kernel void run(device int *out [[buffer(0)]]) {
  int n = 0;
  Counts c = {0, 0, 0, 0};
  { Plain a{Counted(&c), 1}, b(moved(a)); CHECK(counted(c, 0, 1, 0, 0)); b = moved(a); CHECK(counted(c, 0, 0, 0, 1)); Plain d(a); b = a; CHECK(counted(c, 1, 0, 1, 0)); }
  { Ends a(&c), b(moved(a)); CHECK(counted(c, 1, 0, 0, 0)); b = moved(a); CHECK(counted(c, 0, 0, 1, 0)); }
  { Copies a(&c), b(moved(a)); CHECK(counted(c, 1, 0, 0, 0)); b = moved(a); CHECK(counted(c, 0, 0, 1, 0)); }
  { Moves a(&c), b(moved(a)); CHECK(counted(c, 0, 1, 0, 0)); b = moved(a); CHECK(counted(c, 0, 0, 0, 1)); }
  { Assigned a(&c), b(moved(a)); CHECK(counted(c, 1, 0, 0, 0)); b = moved(a); CHECK(counted(c, 0, 0, 1, 0)); }
  { Both a(&c), b(moved(a)); CHECK(counted(c, 0, 1, 0, 0)); Both d(a); CHECK(counted(c, 11, 0, 0, 0)); }
  { Derived a(&c), b(moved(a)); CHECK(counted(c, 0, 1, 0, 0)); Derived d = a * b; CHECK(counted(c, 1, 1, 0, 0)); }
  { Derived a(&c); Counted b(moved(a)); CHECK(counted(c, 0, 1, 0, 0)); Counted d(a); CHECK(counted(c, 1, 0, 0, 0)); }
  { Passing a(&c), b(moved(a)); CHECK(counted(c, 0, 1, 0, 0)); }
  { Defaulted a, b; b.v = 5; CHECK(a.operator=(b).v == 5); CHECK(a.v == 5); }
  { Plain a{Counted(&c), 1}, b(a); a.operator=(b); b = moved(a); CHECK(counted(c, 1, 0, 1, 1)); }
  { Implied a, b; a.h.v = 0; b.h.v = 8; b.w = 9; a.operator=(b).w++; CHECK(a.w == 10 && a.h.v == 4); a = b; CHECK(a.w == 9 && a.h.v == 4); }
  { Naming a, b; a.h.v = 0; b.h.v = 8; b.v = 6; b.w = 2; b.z = 9; a = b; CHECK(a.h.v == 4 && a.v == 6 && a.z == 9); }
  { Around<Implied> a, b; b.h.v = 10; b.w = 1; b.q = 2; a = b; CHECK(a.h.v == 5 && a.q == 2); }
  { Around<Defaulted> a, b; b.v = 10; b.q = 2; a = b; CHECK(a.v == 10 && a.q == 2); }
  { Only a(5); CHECK(wraps().v == 103); CHECK(takes(Only(3)).v == 3); CHECK(passes(moved(a)).v == 105); CHECK(a.v == 0); }
  { Counted a(&c); Counted b = fixed(&c); CHECK(counted(c, 0, 0, 0, 0)); Counted d = from(moved(a)); CHECK(counted(c, 0, 1, 0, 0)); Counted e = bound(a); CHECK(counted(c, 0, 1, 0, 0)); }
  CHECK(forwards([](auto &&x) { return category(static_cast<decltype(x)>(x)); }) == 12);
  { int x = 4; auto f = [x] { decltype(x) y = x; y++; return y; }; CHECK(f() == 5); }
}
