// Lambdas that are passed to themselves use what they capture. The numbers are clang's.
#include <metal_stdlib>
using namespace metal;

#define CHECK(x) out[n++] = (x) ? 1 : -__LINE__

int captures(int x) {
  auto f = [&](auto self, int n) -> int { return n ? self(self, n - 1) : x; };
  auto g = [=](thread auto &self, int n) -> int { return n ? self(self, n - 1) + x : 1; };
  int calls = 0;
  auto h = [&](auto self, int n) -> void {
    calls++;
    if (n > 1) { self(self, n - 1); self(self, n - 2); }
  };
  h(h, 5);
  auto deduced = [&](auto self, int n) { if (n == 0) return x; return self(self, n - 1) + n; };
  auto moved = [c = x](auto self, int n) mutable -> int { c += n; if (n == 0) return c; int r = self(self, n - 1); return r + c; };
  int m = moved(moved, 4);
  return f(f, 3) + g(g, 4) * 10 + calls * 100 + deduced(deduced, 5) * 1000 + (m + moved(moved, 2)) * 100000;
}

struct Object {
  int a;
  int add(int n) {
    auto f = [this](auto self, int m) -> int { a += m; return m ? self(self, m - 1) + a : a; };
    return f(f, n);
  }
  int copy(int n) {
    auto f = [*this, n](auto self, int m) -> int { return m ? self(self, m - 1) + a * n : a; };
    a = 100;
    return f(f, n);
  }
};

int objects(int x) {
  Object o{x}, p{x + 1};
  int r = o.add(5);
  return r + o.a * 3 + p.copy(3) * 1000 + p.a;
}

int results(int x) {
  struct Node { int l, r, v; };
  Node nodes[5] = {{1, 2, 5}, {3, -1, 2}, {-1, 4, 9}, {-1, -1, x}, {-1, -1, 1}};
  auto total = [&](const auto self, int at, int depth = 0) -> int {
    if (at < 0) return 0;
    const thread Node &n = nodes[at];
    return n.v * (depth + 1) + self(self, n.l, depth + 1) + self(self, n.r, depth + 1);
  };
  auto vector = [&](auto self, int n) -> int2 { if (!n) return int2{x, 1}; return self(self, n - 1) * 2; };
  auto pick = [&](auto self, int n) -> void { if (n) self(self, nodes[0].v > 3 ? n - 1 : 0); else nodes[1].v += 10; };
  pick(pick, 3);
  auto made = [&](auto self, int n) -> Node { return n ? self(self, n - 1) : Node{x, n, nodes[1].v}; };
  int2 v = vector(vector, 3);
  return total(total, 0) + v[0] * 100 + v[1] * 1000 + made(made, 2).v * 100000 + made(made, 1).l;
}

constexpr int fibonacci(int n) {
  auto f = [n](auto self, int m) -> int { return m < 2 ? m + n * 0 : self(self, m - 1) + self(self, m - 2); };
  return f(f, n);
}
static_assert(fibonacci(9) == 34, "");

kernel void k(device int *out [[buffer(0)]], constant int &three [[buffer(2)]]) {
  threadgroup int shared[4];
  int n = 0;
  CHECK(captures(three) == 4919633);
  CHECK(objects(three) == 40262);
  CHECK(results(three) == 1210462);
  for (int j = 0; j < 4; j++) shared[j] = j + three;
  auto s = [](auto self, int j) -> int { return j < 0 ? 0 : shared[j] + self(self, j - 1); };
  CHECK(s(s, 3) == 18);
}
