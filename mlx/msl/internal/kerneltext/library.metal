
// A block of weights and its scale.
struct Block@ {
  half scale;
  half bias;
  uint8_t quants[16];
};

/* Loads a tile of x into registers and returns its sum,
   scaled for the packed nibbles. */
template <typename T, typename U, int N, int bits>
inline U load_vector_@(const device T *x, thread U *x_thread) {
  static_assert(bits == 2 || bits == 4, "Template undefined for bits not in {2, 4}");
  U sum = 0;
  if constexpr (bits == 4) {
    for (int i = 0; i < N; i += 4) {
      sum += x[i] + x[i + 1] + x[i + 2] + x[i + 3];
      x_thread[i] = x[i];
      x_thread[i + 1] = x[i + 1] / 16.0f;
      x_thread[i + 2] = x[i + 2] / 256.0f;
      x_thread[i + 3] = x[i + 3] / 4096.0f;
    }
  }
  return sum;
}

// The dot product of a tile in registers with a block of weights.
template <typename U, int N>
inline U block_dot_@(const device Block@ &w, const thread U *x_thread, U sum) {
  U accum = 0;
  for (int i = 0; i < N / 4; i++) {
    uint8_t lo = w.quants[2 * i];
    uint8_t hi = w.quants[2 * i + 1];
    accum += x_thread[4 * i] * (lo & 0x0f) + x_thread[4 * i + 1] * (lo & 0xf0) +
        x_thread[4 * i + 2] * (hi & 0x0f) + x_thread[4 * i + 3] * (hi & 0xf0);
  }
  return w.scale * accum + sum * w.bias;
}

template <typename T>
[[kernel]] void matvec_@(
    const device Block@* w [[buffer(0)]],
    const device T* x [[buffer(1)]],
    device T* y [[buffer(2)]],
    const constant int& in_size [[buffer(3)]],
    const constant int& out_size [[buffer(4)]],
    uint3 tid [[threadgroup_position_in_grid]],
    uint simd_gid [[simdgroup_index_in_threadgroup]],
    uint simd_lid [[thread_index_in_simdgroup]]) {
  constexpr int results = 4;
  constexpr int per_thread = 16;
  thread float x_thread[per_thread];
  thread float result[results] = {0};

  const int blocks = in_size / per_thread;
  const int row = tid.y * (2 * results) + simd_gid * results;
  if (row >= out_size) {
    return;
  }
  w += row * blocks + simd_lid;
  x += tid.x * in_size + simd_lid * per_thread;

  for (int k = simd_lid; k < blocks; k += 32) {
    float sum = load_vector_@<T, float, per_thread, 4>(x, x_thread);
    for (int r = 0; r < results; r++) {
      result[r] += block_dot_@<float, per_thread>(w[r * blocks], x_thread, sum);
    }
    w += 32;
    x += 32 * per_thread;
  }

  for (int r = 0; r < results; r++) {
    result[r] = simd_sum(result[r]);
    if (simd_lid == 0 && row + r < out_size) {
      y[tid.x * out_size + row + r] = static_cast<T>(result[r]);
    }
  }
}

template [[host_name("matvec_@_float")]] [[kernel]] decltype(matvec_@<float>) matvec_@<float>;
template [[host_name("matvec_@_half")]] [[kernel]] decltype(matvec_@<half>) matvec_@<half>;

template <typename T, int group_size = 64>
[[kernel]] void norm_@(
    const device T* x [[buffer(0)]],
    const device T* w [[buffer(1)]],
    device T* out [[buffer(2)]],
    constant float& eps [[buffer(3)]],
    constant uint& axis_size [[buffer(4)]],
    uint gid [[threadgroup_position_in_grid]],
    uint lid [[thread_position_in_threadgroup]],
    uint simd_lane_id [[thread_index_in_simdgroup]],
    uint simd_group_id [[simdgroup_index_in_threadgroup]]) {
  constexpr int SIMD_SIZE = 32;
  threadgroup float local_inv_mean[1];
  threadgroup float local_sums[SIMD_SIZE];

  float acc = 0;
  x += gid * size_t(axis_size) + lid * 4;
  w += lid * 4;
  UNROLL
  for (int i = 0; i < 4; i++) {
    float xi = static_cast<float>(x[i]);
    acc += xi * xi;
  }
  acc = simd_sum(acc);
  // Initialize shared memory
  if (simd_group_id == 0) {
    local_sums[simd_lane_id] = 0;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);

  if (simd_lane_id == 0) {
    local_sums[simd_group_id] = acc;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (simd_group_id == 0) {
    acc = simd_sum(local_sums[simd_lane_id]);
    if (simd_lane_id == 0) {
      local_inv_mean[0] = metal::precise::rsqrt(acc / axis_size + eps);
    }
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);

  out += gid * size_t(axis_size) + lid * CEIL_DIV(group_size, 16);
  for (int i = 0; i < 4; i++) {
    out[i] = w[i] * static_cast<T>(x[i] * local_inv_mean[0]);
  }
}

template [[host_name("norm_@_float")]] [[kernel]] decltype(norm_@<float, 64>) norm_@<float, 64>;

struct Gelu@ {
  template <typename T>
  T operator()(T x) {
    const T inner = T(0.7978845608f) * (x + T(0.044715f) * x * x * x);
    return T(0.5f) * x * (T(1) + T(metal::precise::tanh(inner)));
  }
};

template <typename T, typename Op>
[[kernel]] void unary_@(
    device const T* in [[buffer(0)]],
    device T* out [[buffer(1)]],
    constant const uint& size [[buffer(2)]],
    uint2 index [[thread_position_in_grid]],
    uint2 grid [[threads_per_grid]]) {
  const uint offset = index.x + grid.x * index.y;
  if (offset < size) {
    out[offset] = Op()(in[offset]);
  }
}

template [[host_name("gelu_@_float")]] [[kernel]] decltype(unary_@<float, Gelu@>) unary_@<float, Gelu@>;
template [[host_name("gelu_@_half")]] [[kernel]] decltype(unary_@<half, Gelu@>) unary_@<half, Gelu@>;

// Adds a row to a matrix, as it is written without templates.
[[kernel]] void add_row_@(
    device float4* a [[buffer(0)]],
    const device float4* row [[buffer(1)]],
    constant uint2& shape [[buffer(2)]],
    uint2 pos [[thread_position_in_grid]]) {
  if (pos.x >= shape.x || pos.y >= shape.y) {
    return;
  }
  const uint at = pos.y * shape.x + pos.x;
  float4 v = a[at];
  v.xy += row[pos.x].xy;
  v.zw += row[pos.x].zw;
  a[at] = select(v, float4(0.0f), isnan(v));
}
