// Chains of else if, && and labels that are longer than what may be nested.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__
#define EIGHT(X, n) X(n) X(n + 1) X(n + 2) X(n + 3) X(n + 4) X(n + 5) X(n + 6) X(n + 7)
#define MORE(X, n) EIGHT(X, n) EIGHT(X, n + 8) EIGHT(X, n + 16) EIGHT(X, n + 24) EIGHT(X, n + 32) EIGHT(X, n + 40) EIGHT(X, n + 48) EIGHT(X, n + 56)
#define SOME(X) MORE(X, 10) EIGHT(X, 74)
#define MANY(X) MORE(X, 10) MORE(X, 74) MORE(X, 138) MORE(X, 202) MORE(X, 266)

// What is taken may leave the function, the loop around or nothing.
int jumps(int from) {
  int r = 1;
  for (int x = from; x < from + 3; x++) {
    if (x == 5) return 7;
    else if (x == 6) continue;
    else if (x == 7) break;
#define SET(n) else if (x == n) r = n;
    SOME(SET)
    else r = 1000 + x;
    r += 10;
  }
  return r;
}
// Nothing follows where all return.
int returns(int x) {
  if (x == 0) return 1;
#define RETURN(n) else if (x == n) return (n) * 3;
  SOME(RETURN)
  else return -1;
}
// What a condition declares is seen behind its else.
int declares(int x) {
  if (int first = x - 3; first == 0) return 1;
  else if (int y = x + 1) {
    int y2 = y;
    if (y2 == 0) return 2;
#define DECLARE(n) else if (int z = y + first; z == 2 * (n) - 2) { int y = z; return y + n; }
    SOME(DECLARE)
  } else return y + first;
  return 4;
}
// Conditions that are known.
int known() {
  if (false) return 1;
#define KNOWN(n) else if (n == 70) return n;
  SOME(KNOWN)
  return 2;
}
int longer(int x) {
  if (x == 0) return 1;
#define EVEN(n) else if ((n) % 2 == 1) return 9;
  MANY(EVEN)
  return 2;
}
bool none(int x) {
#define UNLIKE(n) && x != n
  return true MANY(UNLIKE) MANY(UNLIKE) MANY(UNLIKE) MANY(UNLIKE) MANY(UNLIKE) MANY(UNLIKE) MANY(UNLIKE);
}
int labels(int x) {
  switch (x) {
#define LABEL(n) case n:
    MANY(LABEL)
      return 1;
    default: return 2;
  }
}

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  CHECK(jumps(three) == 7 && jumps(three + 3) == 1 && jumps(three + 17) == 32 && jumps(three + 1000) == 2015);
  CHECK(returns(three) == -1 && returns(three - 3) == 1 && returns(three + 60) == 189);
  CHECK(declares(three) == 1 && declares(three + 67) == 208 && declares(-1) == -4 && declares(three + 1) == 4);
  CHECK(known() == 70 && longer(three) == 9 && none(three) && !none(three + 300) && labels(three + 300) == 1 && labels(three) == 2);
}
