// Pointers to data members: known, chosen, stored, passed, deduced.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

struct Inner { int u, v; };
struct S {
  int x, y;
  const int fixed = 7;
  float4 v;
  int list[3];
  Inner in;
  device float *where;
  union { int whole; float part; };
  mutable int count;
  static constant int shared = 5;
  int get(int S::*p) const { return this->*p + (*this).*p; }
  static int S::*second() { return &S::y; }
};
struct Left { int l; };
struct Right { int r; };
struct Both : Left, Right { int b; };
struct __attribute__((packed)) Tight { char c; int i; };
template <typename T> struct Pair { T first, second; T Pair::*which; T operator()() const { return this->*which; } };
union U { int i; float f; };

using Member = int S::*;
template <typename C, typename M> M get(C c, M C::*p) { return c.*p; }
template <typename C, typename M> M from(device C *c, M C::*p) { return c->*p; }
template <int S::*M> int fixedMember(thread S &s) { return s.*M; }
template <auto M, typename C> auto any(thread const C &c) { return c.*M; }
template <typename T, T S::*M> T typed(S s) { return s.*M; }
template <typename T> struct ClassOf;
template <typename C, typename M> struct ClassOf<M C::*> { using type = C; using member = M; };
template <int S::*M> struct Named { enum { value = 1 }; };
template <> struct Named<&S::y> { enum { value = 2 }; };
template <> struct Named<nullptr> { enum { value = 3 }; };
template <typename C> int total(thread const C &c) { return 0; }
template <typename C, typename... M> int total(thread const C &c, int C::*p, M... rest) { return c.*p + total(c, rest...); }
constant Member table[2] = {&S::y, &S::x};
constexpr constant Member known = &S::y;
constexpr constant Inner pair = {3, 4};
static_assert(pair.*(&Inner::v) == 4, "");
static_assert(is_same_v<decltype(&Both::r), int Right::*> && is_same_v<ClassOf<float4 S::*>::type, S>, "");
static_assert(is_member_pointer_v<int S::*> && !is_member_pointer_v<device int *> && !is_pointer_v<int S::*> && is_scalar_v<int S::*>, "");
static_assert(is_same_v<int Inner::*, int Pair<int>::*> == false && sizeof(Member) == 8 && alignof(Member) == 8, "");
static_assert(&Inner::u != &Inner::v && &Inner::u == &Inner::u && &Inner::u != nullptr, "");
constexpr int S::*chosen(bool first) { return first ? &S::x : nullptr; }
static_assert(chosen(false) == nullptr && chosen(true) == &S::x, "");
Member pick(int i) { return i == 3 ? &S::y : &S::x; }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  S s;
  s.x = 1; s.y = 2; s.v = float4(1, 2, 3, 4); s.list[1] = 11; s.in.v = 22; s.where = f; s.part = 1; s.count = 0;
  int S::*p = &S::x;
  CHECK(s.*p == 1);
  p = &S::y;
  s.*p += 10;
  CHECK(s.y == 12 && p == &S::y && p != &S::x && p);
  p = nullptr;
  CHECK(!p && p == nullptr && nullptr == p && !(p == &S::x));
  Member none{}, zero = 0;
  CHECK(none == nullptr && none == zero);
  Member listed{&S::x}, same = {p}, null{nullptr};
  CHECK(listed == &S::x && same == none && null == none && Member{&S::y} == &S::y);
  // known at run time alone
  p = pick(three);
  CHECK(s.*p == 12 && (&s)->*p == 12);
  (&s)->*pick(three - 1) = 5;
  CHECK(s.x == 5);
  int all = 0;
  for (int i = 0; i < three - 1; i++) all = all * 100 + s.*table[i];
  CHECK(all == 1205);
  Member local[] = {&S::x, &S::y, S::second()};
  all = 0;
  for (Member m : local) all += s.*m;
  CHECK(all == 29);
  // of every kind of member
  float4 S::*vec = &S::v;
  CHECK((s.*vec).y == 2 && (s.*vec)[three] == 4);
  int(S::*list)[3] = &S::list;
  CHECK((s.*list)[1] == 11);
  CHECK((s.*(&S::in)).v == 22 && s.*&S::in.*&Inner::v == 22);
  device float *S::*where = &S::where;
  *(s.*where) = 2.5;
  CHECK(f[0] == 2.5);
  const int S::*fixed = &S::fixed;
  CHECK(s.*fixed == 7);
  fixed = p;
  CHECK(s.*fixed == 12 && fixed == p);
  float S::*part = &S::part;
  CHECK(s.*part == 1 && s.whole == as_type<int>(s.*part));
  CHECK(&S::shared != nullptr && *&S::shared == 5);
  thread S &alias = s;
  const thread S &constant_alias = s;
  alias.*(&S::x) = 6;
  CHECK(constant_alias.*(&S::x) == 6 && s.get(&S::x) == 12);
  // temporaries, objects elsewhere
  CHECK(S(s).*p == 12 && (Inner{8, 9}.*&Inner::v) == 9);
  device Inner *far = (device Inner *)(f + 4);
  int Inner::*u = three == 3 ? &Inner::v : &Inner::u;
  far->u = 1;
  far->*u = 2;
  (*far).*(&Inner::u) += 40;
  CHECK(far->u == 41 && far->v == 2 && from(far, u) == 2 && from(far, &Inner::u) == 41);
  CHECK(pair.*u == 4);
  // bases
  Both b;
  b.l = 1; b.r = 2; b.b = 3;
  int Both::*q = &Right::r;
  CHECK(b.*q == 2 && b.*(&Both::r) == 2 && b.*(&Left::l) == 1);
  int Right::*right = three == 3 ? &Right::r : nullptr;
  q = right;
  CHECK(b.*q == 2 && q == right && (&b)->*right == 2);
  right = three == 3 ? nullptr : &Right::r;
  q = right;
  CHECK(q == nullptr);
  q = &Both::r;
  right = static_cast<int Right::*>(q);
  CHECK(b.*right == 2 && (int Right::*)q == right);
  q = three == 3 ? &Both::b : q;
  CHECK(b.*q == 3);
  Tight t = {1, 77};
  int Tight::*i = three == 3 ? &Tight::i : nullptr;
  CHECK(t.*i == 77);
  U un;
  un.f = 1;
  CHECK(un.*(&U::i) == as_type<int>(1.0f) && &U::i == &U::i);
  // templates
  CHECK(get(s, &S::y) == 12 && get(pair, u) == 4 && fixedMember<&S::x>(s) == 6 && any<&S::y>(s) == 12 && any<known>(s) == 12);
  CHECK((typed<float4, &S::v>(s).w) == 4 && total(s, &S::x, &S::y, p) == 30);
  CHECK(Named<&S::x>::value == 1 && Named<&S::y>::value == 2 && Named<known>::value == 2 && Named<nullptr>::value == 3);
  Pair<int> two = {5, 6, &Pair<int>::second};
  CHECK(two() == 6);
  two.which = &Pair<int>::first;
  CHECK(two() == 5);
  auto S::*deduced = &S::y;
  auto plain = &S::y;
  int ::S::*never = nullptr;
  CHECK(s.*deduced == 12 && plain == deduced && never == nullptr);
  auto lambda = [&](int S::*m) { return s.*m; };
  CHECK(lambda(p) == 12 && lambda(three == 3 ? p : nullptr) == 12);
  out[n] = 0;
}
