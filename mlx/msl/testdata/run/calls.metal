// Functions that call themselves and go on afterwards, and each other.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
bool odd(int n);
bool even(int n) { return n == 0 || odd(n - 1); }
bool odd(int n) { return n != 0 && even(n - 1); }
int ackermann(int m, int n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}
// Arguments that are what the call before gave, and addresses of what is kept.
int hanoi(int n, int from, int to, thread int *pegs) {
  if (n == 0) return 0;
  int other = 3 - from - to, moves = hanoi(n - 1, from, other, pegs);
  pegs[from]--;
  pegs[to]++;
  return moves + 1 + hanoi(n - 1, other, to, pegs);
}
void sort(thread int *a, int size) {
  if (size < 2) return;
  int last = 0;
  for (int i = 1; i < size; i++)
    if (a[i] < a[0]) {
      int t = a[++last];
      a[last] = a[i];
      a[i] = t;
    }
  int t = a[0];
  a[0] = a[last];
  a[last] = t;
  sort(a, last);
  sort(a + last + 1, size - last - 1);
}
// Memory of each call's own, that those below it see.
int sums(int depth, thread const int *above) {
  int own[3] = {depth, depth * 2, above ? above[depth % 3] : 100};
  int s = 0;
  if (depth > 0) s = sums(depth - 1, own);
  for (int i = 0; i < 3; i++) s = s * 3 + own[(i + depth) % 3];
  return s;
}
// Calls in loops that are left and repeated, and in a switch.
int walk(int n, thread int &visits) {
  visits++;
  int s = 0;
  for (int i = 0; i < 5; i++) {
    if (i == n) continue;
    if (i > n) break;
    int k = walk(i, visits);
    if (k > 20) return k + s;
    do {
      s += k + 1;
      if (n == 3 && s > 4) break;
      k = walk(0, visits) + 1;
    } while (s < 3);
  }
  switch (n) {
  case 0: return 1;
  case 1: s += walk(0, visits);
  case 2: return s;
  default: s -= walk(n - 2, visits); break;
  }
  return s;
}
struct Pair { float2 v; half h; bool b; short s; long l; };
Pair pairs(Pair p, int n) {
  if (n == 0) return p;
  Pair q = p;
  q.v = q.v.yx * 2;
  q.h += 1, q.b = !q.b, q.s -= 1, q.l *= 3;
  Pair r = pairs(q, n - 1);
  r.v += p.v;
  r.h += p.h;
  r.b = r.b != p.b;
  r.s += p.s;
  r.l += p.l;
  return r;
}
int sumOf(const device int *tree, int at, int size) {
  return at >= size ? 0 : tree[at] + sumOf(tree, 2 * at + 1, size) + sumOf(tree, 2 * at + 2, size);
}
// What follows nothing else in a loop of a device array.
int reversed(device int *list, int n) {
  if (n <= 1) return n;
  int first = list[0], rest = reversed(list + 1, n - 1);
  for (int i = 0; i < n - 1; i++) list[i] = list[i + 1];
  list[n - 1] = first;
  return rest + 1;
}
float chooses(bool which, thread float *a, thread float *b, int n) {
  thread float *p = which ? a : b;
  if (n == 0) return *p;
  float below = chooses(!which, b, a, n - 1);
  *p += below;
  return *p;
}
typedef int (*Step)(int, int);
int add(int x, int n);
int twice(int x, int n) { return n == 0 ? x : 2 * add(x + 1, n - 1); }
constant Step steps[2] = {add, twice};
int add(int x, int n) { return n == 0 ? x : 3 + steps[n & 1](x, n - 1); }
int deep(int n) { return n == 0 ? 0 : 1 + deep(n - 1); }
template <int N> int nested(int n) { return n == 0 ? N : N + nested<1 - N>(n - 1) + nested<N>(n - 1); }

kernel void k(device int *out [[buffer(0)]], device int *tree [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(fib(10 + three) == 233 && fib(three) == 2);
  CHECK(even(three + 7) && !odd(three + 7) && odd(three));
  CHECK(ackermann(2, three) == 9);
  int pegs[3] = {5, 0, 0};
  CHECK(hanoi(three + 2, 0, 2, pegs) == 31 && pegs[0] == 0 && pegs[1] == 0 && pegs[2] == 5);
  int list[9] = {5, 3, 9, three, 1, 7, 8, 0, 5};
  sort(list, 9);
  CHECK(list[0] == 0 && list[1] == 1 && list[2] == 3 && list[3] == 3 && list[4] == 5 && list[5] == 5 && list[6] == 7 && list[7] == 8 && list[8] == 9);
  CHECK(sums(0, nullptr) == 100 && sums(1, nullptr) == ((1 * 3 + 2) * 3 + 100) * 3 + 1);
  int visits = 0;
  CHECK(walk(1, visits) == 6 && visits == 5);
  CHECK(walk(4, visits) == 33 && visits == 60);
  Pair p = {float2(1, three), 2, true, 7, three}, q = pairs(p, 2);
  CHECK(q.v.x == 11 && q.v.y == 17 && q.h == 9 && !q.b && q.s == 18 && q.l == 39);
  for (int i = 0; i < 12; i++) tree[i] = i * i;
  CHECK(sumOf(tree, 0, 12) == 506);
  CHECK(reversed(tree, 5) == 5 && tree[0] == 16 && tree[1] == 9 && tree[4] == 0 && tree[5] == 25);
  float a = 1, b = 2;
  CHECK(chooses(three == 3, &a, &b, 3) == 8 && a == 8 && b == 2);
  CHECK(add(three, 4) == 20);

  CHECK(deep(60 + three - 1) == 62);
  CHECK(nested<1>(three) == 8);
  out[n] = 0;
}
