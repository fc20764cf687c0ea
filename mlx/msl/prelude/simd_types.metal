// <simd/simd.h>: the names that C, Swift and Metal share in one header.

#pragma once

#define SHARED(name, type)         \
  typedef type simd_##name; \
  typedef type vector_##name;
#define VECTORS(name)   \
  SHARED(name##1, name) \
  SHARED(name##2, name##2) SHARED(name##3, name##3) SHARED(name##4, name##4)
#define MATRICES(name) MATRIX(name##x2) MATRIX(name##x3) MATRIX(name##x4)
#define MATRIX(name)               \
  typedef name simd_##name; \
  typedef name matrix_##name;

VECTORS(bool)
VECTORS(char) VECTORS(uchar) VECTORS(short) VECTORS(ushort) VECTORS(int) VECTORS(uint) VECTORS(long) VECTORS(ulong)
VECTORS(half) VECTORS(float)
MATRICES(half2) MATRICES(half3) MATRICES(half4)
MATRICES(float2) MATRICES(float3) MATRICES(float4)

#undef SHARED
#undef VECTORS
#undef MATRICES
#undef MATRIX

typedef bool simd_bool;
typedef packed_float2 simd_packed_float2;
typedef packed_float4 simd_packed_float4;

namespace simd {
using namespace metal;
}
