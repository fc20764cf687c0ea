// Lambdas that call each other, or themselves from within, and functions that
// take lambdas and call themselves. The numbers are clang's.
#include <metal_stdlib>
using namespace metal;

#define CHECK(x) out[n++] = (x) ? 1 : -__LINE__

int each_other(int x) {
  int count = 0;
  auto even = [&](auto self, auto odd, int n) -> bool { count += x; return n == 0 ? true : odd(odd, self, n - 1); };
  auto odd = [&](auto self, auto even, int n) -> bool { count++; return n == 0 ? false : even(even, self, n - 1); };
  bool e = even(even, odd, 7 + x);
  return count * 2 + e;
}

constant char sum[] = "2*(3+4*(1+x))+5*x";

int descent(int x) {
  int at = 0;
  auto factor = [&](auto expr, auto term, auto self) -> int {
    char c = sum[at++];
    if (c == '(') { int v = expr(expr, term, self); at++; return v; }
    return c == 'x' ? x : c - '0';
  };
  auto term = [&](auto expr, auto self, auto factor) -> int {
    int v = factor(expr, self, factor);
    while (sum[at] == '*') { at++; v *= factor(expr, self, factor); }
    return v;
  };
  auto expr = [&](auto self, auto term, auto factor) -> int {
    int v = term(self, term, factor);
    while (sum[at] == '+') { at++; v += term(self, term, factor); }
    return v;
  };
  return expr(expr, term, factor);
}

int inside(int x) {
  auto outer = [&](auto self, int n) -> int {
    int local = n * 2;
    auto inner = [&](auto me, int m) -> int {
      if (m == 0) return n > 0 ? self(self, n - 1) : x;
      local++;
      return me(me, m - 1) + local;
    };
    return inner(inner, 2) + local;
  };
  return outer(outer, 3);
}

template <typename F> struct Fixed {
  F f;
  template <typename... A> auto operator()(A... a) const { return f(*this, a...); }
};
template <typename F> Fixed<F> fix(F f) { return {f}; }
template <typename F> void visit(int n, F f) {
  if (n > 0) { f(n); visit(n - 1, f); }
}
template <typename F> int tree(int lo, int hi, F f) {
  if (hi - lo == 1) return f(lo);
  int m = (lo + hi) / 2;
  return tree(lo, m, f) + 2 * tree(m, hi, f);
}
template <typename F> auto again(F f, int n) -> decltype(f) { return n ? again(f, n - 1) : f; }

int functions(int x) {
  auto factorial = fix([=](auto self, int n) -> int { return n <= 1 ? x : n * self(n - 1); });
  int s = 0;
  visit(10, [&](int j) { s += j * x; });
  int t = tree(0, 9, [&](int j) { s++; return j ^ x; });
  return factorial(4) + s * 1000 + t + again([&](int j) { return j + s; }, 3)(x);
}

kernel void k(device int *out [[buffer(0)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(each_other(three) == 47);
  CHECK(descent(three) == 53);
  CHECK(inside(three) == 63);
  CHECK(functions(three) == 174524);
}
