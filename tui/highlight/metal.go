package highlight

// MetalLexer lexes the Metal Shading Language.
var MetalLexer Lexer = &clike{preprocessor: true, attributes: true, words: words(map[Kind]string{
	Keyword: `alignas alignof asm auto break case class const const_cast constant constexpr continue decltype default delete device do
		else enum explicit export extern false for fragment friend goto if inline kernel mutable namespace new noexcept nullptr operator
		private protected public ray_data register reinterpret_cast restrict return sizeof static static_assert static_cast struct switch
		template this thread threadgroup threadgroup_imageblock true typedef typename union using vertex virtual volatile while`,
	Type: `bool char short int long uchar ushort uint ulong half float double bfloat bfloat16_t void size_t ptrdiff_t
		int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t float16_t float32_t complex64_t
		bool2 bool3 bool4 char2 char3 char4 short2 short3 short4 int2 int3 int4 long2 long3 long4
		uchar2 uchar3 uchar4 ushort2 ushort3 ushort4 uint2 uint3 uint4 ulong2 ulong3 ulong4
		half2 half3 half4 float2 float3 float4 bfloat2 bfloat3 bfloat4
		half2x2 half2x3 half2x4 half3x2 half3x3 half3x4 half4x2 half4x3 half4x4
		float2x2 float2x3 float2x4 float3x2 float3x3 float3x4 float4x2 float4x3 float4x4
		packed_float2 packed_float3 packed_float4 packed_half2 packed_half3 packed_half4
		packed_uchar4 packed_uint2 packed_uint4 packed_int2 packed_int4 packed_short4
		atomic_int atomic_uint atomic_bool atomic_float atomic_ulong atomic
		simdgroup_float8x8 simdgroup_half8x8 simdgroup_bfloat8x8 vec matrix array Limits`,
	Builtin: `metal fast precise INFINITY NAN M_PI_F M_E_F FLT_MAX FLT_MIN FLT_EPSILON HALF_MAX INT_MAX UINT_MAX
		thread_position_in_grid thread_position_in_threadgroup thread_index_in_threadgroup thread_index_in_simdgroup
		threadgroup_position_in_grid threadgroups_per_grid threads_per_grid threads_per_threadgroup threads_per_simdgroup
		simdgroup_index_in_threadgroup simdgroups_per_threadgroup thread_execution_width grid_size grid_origin
		dispatch_threads_per_threadgroup dispatch_simdgroups_per_threadgroup quadgroup_index_in_threadgroup
		thread_index_in_quadgroup quadgroups_per_threadgroup
		threadgroup_barrier simdgroup_barrier mem_flags memory_order_relaxed memory_scope_device
		simd_sum simd_product simd_max simd_min simd_and simd_or simd_xor simd_all simd_any simd_ballot simd_broadcast simd_broadcast_first
		simd_shuffle simd_shuffle_xor simd_shuffle_up simd_shuffle_down simd_shuffle_rotate_up simd_shuffle_rotate_down
		simd_shuffle_and_fill_up simd_shuffle_and_fill_down simd_prefix_inclusive_sum simd_prefix_exclusive_sum
		simd_prefix_inclusive_product simd_prefix_exclusive_product simd_is_first simd_active_threads_mask
		quad_sum quad_product quad_max quad_min quad_broadcast quad_shuffle quad_shuffle_xor quad_shuffle_up quad_shuffle_down
		simdgroup_load simdgroup_store simdgroup_multiply simdgroup_multiply_accumulate make_filled_simdgroup_matrix
		atomic_load_explicit atomic_store_explicit atomic_exchange_explicit atomic_fetch_add_explicit atomic_fetch_sub_explicit
		atomic_fetch_max_explicit atomic_fetch_min_explicit atomic_fetch_and_explicit atomic_fetch_or_explicit atomic_fetch_xor_explicit
		atomic_compare_exchange_weak_explicit
		abs acos acosh asin asinh atan atan2 atanh ceil clamp copysign cos cosh cospi cross degrees distance divide dot erf erfinv exp exp10 exp2
		expm1 fabs fdim floor fma fmax fmax3 fmedian3 fmin fmin3 fmod fract frexp isfinite isinf isnan isnormal ldexp length log log10 log1p log2
		mad24 madhi max max3 median3 min min3 mix modf mul24 mulhi nextafter normalize popcount pow powr radians reverse_bits rint rotate round
		rsqrt saturate select sign signbit sin sincos sinh sinpi smoothstep sqrt step sub_sat add_sat tan tanh tanpi trunc clz ctz
		extract_bits insert_bits hadd rhadd absdiff as_type elem_to_loc ceildiv`,
})}
