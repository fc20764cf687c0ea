// Switches: default anywhere, cases that fall through, and more cases than could all be compared beforehand.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__
#define EIGHT(X, n) X(n) X(n + 1) X(n + 2) X(n + 3) X(n + 4) X(n + 5) X(n + 6) X(n + 7)
#define MORE(X, n) EIGHT(X, n) EIGHT(X, n + 8) EIGHT(X, n + 16) EIGHT(X, n + 24) EIGHT(X, n + 32) EIGHT(X, n + 40) EIGHT(X, n + 48) EIGHT(X, n + 56)
#define MANY(X, n) MORE(X, n) MORE(X, n + 64) MORE(X, n + 128) MORE(X, n + 192)

int first(int x) {
  int r = 0;
  switch (x) {
  default: r = 1;
  case 1: r += 10;
  case 2: r += 100; break;
  case 3: r = 1000;
  }
  return r;
}
int middle(int x) {
  int r = 0;
  switch (x) {
  case 1: r = 1;
  case 2:
  default:
  case 3: r += 10;
  case 4: if (x > 7) break; r += 100;
  case 5: r += 1000; break;
  case 6: r = 7;
  }
  return r;
}
int last(int x) {
  int r = 0;
  switch (x) {
  case 1: r = 1;
  case 2: r += 10; break;
  case 3: r = 100;
  default: r += 1000;
  }
  return r;
}
int only(int x) {
  switch (x) default: x += 5;
  switch (x) {}
  return x;
}
int many(int x) {
  int r = x;
  switch (x * 3) {
#define SET(n) case 3 * (n): r = x * (n); break;
    MANY(SET, 10) MANY(SET, 266) MANY(SET, 522)
    default: r = -1;
  }
  return r;
}

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  int n = 0, zero = three - 3;
  CHECK(first(zero) == 111 && first(zero + 1) == 110 && first(zero + 2) == 100 && first(three) == 1000 && first(zero - 1) == 111);
  CHECK(middle(zero) == 1110 && middle(zero + 1) == 1111 && middle(zero + 2) == 1110 && middle(three) == 1110 && middle(three + 1) == 1100);
  CHECK(middle(three + 2) == 1000 && middle(three + 3) == 7 && middle(three + 4) == 1110 && middle(three + 5) == 10);
  CHECK(last(zero) == 1000 && last(zero + 1) == 11 && last(zero + 2) == 10 && last(three) == 1100 && last(three + 1) == 1000);
  CHECK(only(three) == 8);
  CHECK(many(int(i) + 400) == 160000);
}
