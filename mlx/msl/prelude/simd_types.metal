// <simd/simd.h>: the names that C, Swift and Metal share in one header, but for
// those of vectors, which are there without it.

#pragma once

#define SCALAR(name)         \
  typedef name simd_##name##1; \
  typedef name vector_##name##1;
#define MATRICES(name) MATRIX(name##x2) MATRIX(name##x3) MATRIX(name##x4)
#define MATRIX(name)               \
  typedef name simd_##name; \
  typedef name matrix_##name;

SCALAR(bool)
SCALAR(char) SCALAR(uchar) SCALAR(short) SCALAR(ushort) SCALAR(int) SCALAR(uint) SCALAR(long) SCALAR(ulong)
SCALAR(half) SCALAR(float)
MATRICES(half2) MATRICES(half3) MATRICES(half4)
MATRICES(float2) MATRICES(float3) MATRICES(float4)

#undef SCALAR
#undef MATRICES
#undef MATRIX

typedef bool simd_bool;
typedef packed_float2 simd_packed_float2;
typedef packed_float4 simd_packed_float4;

namespace simd {
using namespace metal;
}
