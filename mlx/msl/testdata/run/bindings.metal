// Buffers that are bound at program scope, as AdaptiveCpp writes them.
#include <metal_stdlib>
using namespace metal;

#define CHECK(c) out[n++] = (c) ? 1 : -__LINE__

device void *constant anything [[buffer(1)]];
constant int &constant three [[buffer(2)]];

static device float *at(int i) { return &((device float *)anything)[i]; }
template <typename T> T scaled(T x) { return x * T(three); }

kernel void k(device int *out [[buffer(0)]]) {
  int n = 0;
  for (int i = 0; i < three; i++) *at(i) = scaled(float(i));
  CHECK(*at(2) == 6 && at(three) - at(0) == 3);
  CHECK(&three - three + 3 == &three);
}
