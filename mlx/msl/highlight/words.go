package highlight

import "strings"

// functions are the names of Metal's library functions.
var functions = func() map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(`
	abs absdiff acos acosh addsat all any as_type asin asinh atan atan2 atanh ceil clamp clz copysign cos cosh cospi cross ctz
	determinant distance distance_squared divide dot exp exp10 exp2 extract_bits fabs faceforward fdim floor fma fmax fmax3 fmedian3
	fmin fmin3 fmod fract frexp hadd ilogb insert_bits isfinite isinf isnan isnormal isordered isunordered ldexp length length_squared
	log log10 log2 mad mad24 madhi madsat max max3 median3 min min3 mix modf mul24 mulhi nextafter normalize not popcount pow powr
	reflect refract reverse_bits rhadd rint rotate round rsqrt saturate select sign signbit sin sincos sinh sinpi smoothstep sqrt step
	subsat tan tanh tanpi transpose trunc
	atomic_compare_exchange_weak_explicit atomic_exchange_explicit atomic_fetch_add_explicit atomic_fetch_and_explicit
	atomic_fetch_max_explicit atomic_fetch_min_explicit atomic_fetch_or_explicit atomic_fetch_sub_explicit atomic_fetch_xor_explicit
	atomic_load_explicit atomic_max_explicit atomic_min_explicit atomic_store_explicit atomic_thread_fence
	simdgroup_barrier threadgroup_barrier
	make_filled_simdgroup_matrix simdgroup_load simdgroup_multiply simdgroup_multiply_accumulate simdgroup_store
	pack_float_to_snorm2x16 pack_float_to_snorm4x8 pack_float_to_unorm2x16 pack_float_to_unorm4x8 pack_half_to_snorm2x16
	pack_half_to_snorm4x8 pack_half_to_unorm2x16 pack_half_to_unorm4x8 unpack_snorm2x16_to_float unpack_snorm2x16_to_half
	unpack_snorm4x8_to_float unpack_snorm4x8_to_half unpack_unorm2x16_to_float unpack_unorm2x16_to_half unpack_unorm4x8_to_float
	unpack_unorm4x8_to_half is_function_constant_defined os_log`) {
		m[w] = true
	}
	for _, group := range []string{"simd_", "quad_"} {
		for _, w := range strings.Fields(`active_threads_mask all and any ballot broadcast broadcast_first is_first is_helper_thread max min or
		prefix_exclusive_product prefix_exclusive_sum prefix_inclusive_product prefix_inclusive_sum product shuffle shuffle_and_fill_down
		shuffle_and_fill_up shuffle_down shuffle_rotate_down shuffle_rotate_up shuffle_up shuffle_xor sum xor`) {
			m[group+w] = true
		}
	}
	return m
}()
