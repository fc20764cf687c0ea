// Functions that call themselves last, which no call stack is needed for.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

int gcd(int a, int b) { return b == 0 ? a : gcd(b, a % b); }
int fact(int n, int by = 1) { return n <= 1 ? by : fact(n - 1, n * by); }
// Calls in several places, one of them in a loop.
int collatz(int x, int steps) {
  if (x == 1) return steps;
  for (int i = 0; i < 3; i++) {
    if (x % 2 == 1) return collatz(3 * x + 1, steps + 1);
    x /= 2;
    steps++;
    if (x == 1) return steps;
  }
  if (x > 20000) return -1;
  return collatz(x, steps);
}
void fill(thread int *at, int from, thread int &sum) {
  if (from == 0) return;
  *at = from;
  sum += from;
  fill(at + 1, from - 1, sum);
}
template <typename T> T power(T x, uint n, T by) {
  if (n == 0) return by;
  if (n & 1) return power<T>(x, n - 1, x * by);
  return power<T>(x * x, n / 2, by);
}
// A counter of digits, the lowest first, that carries over when it moves on by
// more than a digit holds.
template <int DIGITS> struct Counter {
  int digit = 0;
  Counter<DIGITS - 1> higher;
  int skips = 0;
  void next(int n, const device int *base) {
    digit += n;
    if (digit >= base[0]) {
      int extra = digit - base[0];
      higher.next(1, base + 1);
      digit = 0;
      skips++;
      if (extra > 0) next(extra, base);
    }
  }
  int value(const device int *base) { return digit + base[0] * higher.value(base + 1); }
};
template <> struct Counter<0> {
  int carried = 0;
  void next(int n, const device int *) { carried += n; }
  int value(const device int *) { return carried; }
};

kernel void k(device int *out [[buffer(0)]], device int *base [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(gcd(84 * three, 1071) == 63);
  CHECK(fact(three + 2) == 120);
  CHECK(collatz(27 + three - 3, 0) == 111 && collatz(three, 0) == 7);
  int list[5] = {0, 0, 0, 0, 9}, sum = 0;
  fill(list, three + 1, sum);
  CHECK(sum == 10 && list[0] == 4 && list[1] == 3 && list[three] == 1 && list[4] == 9);
  CHECK(power(float(three), 5, 1.0f) == 243 && power(short(three), 4, short(2)) == 162);
  base[0] = three, base[1] = 4, base[2] = 2;
  Counter<3> c;
  c.next(17, base);
  CHECK(c.value(base) == 17 && c.digit == 2 && c.higher.digit == 1 && c.higher.higher.digit == 1 && c.skips == 5);
  for (int i = 0; i < 5; i++) c.next(three * i, base);
  CHECK(c.value(base) == 47);
}
