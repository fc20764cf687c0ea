// <metal_pack>: normalised integers in the bytes or halves of a word, lowest
// component first.

namespace metal {

// unpack_<format>_to_<type> and pack_<type>_to_<format>. One step of a signed
// format is 1/(2^(n-1) - 1); both -2^(n-1) and -2^(n-1) + 1 are -1.
#define PACKED(T, name)                                                                \
  inline T##4 unpack_unorm4x8_to_##name(uint x) {                                      \
    return T##4(float4(as_type<uchar4>(x)) / 255.0f);                                  \
  }                                                                                    \
  inline T##4 unpack_snorm4x8_to_##name(uint x) {                                      \
    return T##4(max(float4(as_type<char4>(x)) / 127.0f, float4(-1.0f)));               \
  }                                                                                    \
  inline T##2 unpack_unorm2x16_to_##name(uint x) {                                     \
    return T##2(float2(as_type<ushort2>(x)) / 65535.0f);                               \
  }                                                                                    \
  inline T##2 unpack_snorm2x16_to_##name(uint x) {                                     \
    return T##2(max(float2(as_type<short2>(x)) / 32767.0f, float2(-1.0f)));            \
  }                                                                                    \
  inline T##4 unpack_unorm10a2_to_##name(uint x) {                                     \
    return T##4(float4(float(x & 1023), float(x >> 10 & 1023), float(x >> 20 & 1023), float(x >> 30)) / \
                float4(1023.0f, 1023.0f, 1023.0f, 3.0f));                              \
  }                                                                                    \
  inline T##3 unpack_unorm565_to_##name(ushort x) {                                    \
    return T##3(float3(float(x >> 11 & 31), float(x >> 5 & 63), float(x & 31)) /       \
                float3(31.0f, 63.0f, 31.0f));                                          \
  }                                                                                    \
  inline T##4 unpack_unorm4x8_srgb_to_##name(uint x) {                                 \
    float4 c = float4(as_type<uchar4>(x)) / 255.0f;                                    \
    float3 l = select(pow((c.xyz + 0.055f) / 1.055f, float3(2.4f)), c.xyz / 12.92f, c.xyz <= 0.04045f); \
    return T##4(float4(l, c.w));                                                       \
  }                                                                                    \
  inline uint pack_##name##_to_unorm4x8(T##4 x) {                                      \
    return as_type<uint>(uchar4(rint(saturate(float4(x)) * 255.0f)));                  \
  }                                                                                    \
  inline uint pack_##name##_to_snorm4x8(T##4 x) {                                      \
    return as_type<uint>(char4(rint(clamp(float4(x), -1.0f, 1.0f) * 127.0f)));         \
  }                                                                                    \
  inline uint pack_##name##_to_unorm2x16(T##2 x) {                                     \
    return as_type<uint>(ushort2(rint(saturate(float2(x)) * 65535.0f)));               \
  }                                                                                    \
  inline uint pack_##name##_to_snorm2x16(T##2 x) {                                     \
    return as_type<uint>(short2(rint(clamp(float2(x), -1.0f, 1.0f) * 32767.0f)));      \
  }                                                                                    \
  inline uint pack_##name##_to_unorm10a2(T##4 x) {                                     \
    uint4 v = uint4(rint(saturate(float4(x)) * float4(1023.0f, 1023.0f, 1023.0f, 3.0f))); \
    return v.x | v.y << 10 | v.z << 20 | v.w << 30;                                    \
  }                                                                                    \
  inline ushort pack_##name##_to_unorm565(T##3 x) {                                    \
    uint3 v = uint3(rint(saturate(float3(x)) * float3(31.0f, 63.0f, 31.0f)));          \
    return ushort(v.x << 11 | v.y << 5 | v.z);                                         \
  }                                                                                    \
  inline uint pack_##name##_to_srgb_unorm4x8(T##4 x) {                                 \
    float4 c = saturate(float4(x));                                                    \
    float3 s = select(1.055f * pow(c.xyz, float3(1.0f / 2.4f)) - 0.055f, c.xyz * 12.92f, c.xyz < 0.0031308f); \
    return as_type<uint>(uchar4(rint(float4(s, c.w) * 255.0f)));                       \
  }

PACKED(float, float)
PACKED(half, half)

#undef PACKED

} // namespace metal
