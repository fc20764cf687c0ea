// The classes of Metal's library: matrices, views of arrays, function objects.
#include <metal_stdlib>
using namespace metal;

#define CHECK(...) out[n++] = (__VA_ARGS__) ? 1 : -__LINE__

bool same(float2x2 m, float a, float b, float c, float d) { return all(m[0] == float2(a, b)) && all(m[1] == float2(c, d)); }

struct Plain { int a; };
template <typename T> int folded(T f, int x, int y) { return f(x, f(x, y)); }
template <class... T> using void_t = void; // Metal's library has none
template <class T> void_t<T> cleared(thread T &x) { x = T(); }

kernel void k(device int *out [[buffer(0)]], device float *f [[buffer(1)]], constant int &three [[buffer(2)]]) {
  int n = 0;
  float x = three + 2;
  packed_float2 v = float2(x, 6);
  CHECK(same(float2x2(x), 5, 0, 0, 5));
  CHECK(same(float2x2(1, 2, x, 4), 1, 2, 5, 4));
  CHECK(same(float2x2(1, x), 1, 1, 5, 5)); // as many as columns: each becomes one
  CHECK(same(float2x2(v, 1), 5, 6, 1, 1));
  CHECK(same(float2x2({1}, {2, x}), 1, 0, 2, 5));
  float2x2 of_columns = {v, 3}, of_one{x}, of_lists = {{1, 2}, {x}};
  CHECK(same(of_columns, 5, 6, 3, 3));
  CHECK(same(of_one, 5, 5, 0, 0)); // a list holds columns
  CHECK(same(of_lists, 1, 2, 5, 0));
  of_lists *= 2;
  CHECK(same(of_lists, 2, 4, 10, 0));

  int own[3] = {1, three, 7};
  array<int, 2> pair = {three, 4};
  threadgroup int shared[2];
  shared[0] = shared[1] = three;
  array_ref<int> view = own, none;
  array_ref<device int> written(out, 2);
  CHECK(view.size() == 3 && view[1] == 3 && view.front() == 1 && view.back() == 7 && none.empty() && none.size() == 0);
  CHECK(written[1] == 1 && written.data() == out);
  CHECK(make_array_ref(pair)[0] == 3 && make_array_ref(three).size() == 1 && make_array_ref(shared).back() == 3 && make_array_ref(own, 2).back() == 3);
  CHECK(folded(plus<int>(), 3, three) == 9 && folded(minus<int>(), 3, three) == 3 && folded(multiplies<int>(), three, 2) == 18);
  CHECK(all(plus<float2>()(float2(1), v) == float2(6, 7)) && is_same_v<plus<half>::result_type, half>);
  initializer_list<int> list;
  CHECK(list.size() == 0 && is_same_v<initializer_list<int>::value_type, int>);
  CHECK(numeric_limits<Plain>::min().a == 0 && numeric_limits<Plain>::digits == 0);
  metal::MTLDispatchThreadgroupsIndirectArguments groups = {uint(three), 1, 1};
  cleared(own[2]);
  CHECK(groups.threadgroupsPerGrid[0] == 3 && own[2] == 0);
  out[n] = 0;
}
