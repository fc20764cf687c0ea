package syntax

import "strings"

// symbolKind says what a name stands for, as far as parsing depends on it.
type symbolKind uint8

const (
	symNone symbolKind = iota
	symValue
	symType
	symTypeTemplate  // class, alias or template template parameter
	symValueTemplate // function or variable template
	symNamespace
	symForeign // a specifier of another language: see foreignWords
)

// symbol is what a name stands for.
type symbol struct {
	kind  symbolKind
	basic bool   // a scalar type's name, such as uint, that is no keyword
	pack  bool   // a parameter pack
	param bool   // of a template
	scope *scope // of namespaces and records
}

// builtinNames are the names that Metal's headers declare and that change how
// a text parses. Functions are left out: an unknown name parses as a value.
func builtinNames() map[string]symbol {
	names := make(map[string]symbol)
	add := func(kind symbolKind, list string) {
		for _, n := range strings.Fields(list) {
			names[n] = symbol{kind: kind}
		}
	}
	for _, n := range strings.Fields("uchar ushort uint ulong") {
		names[n] = symbol{kind: symType, basic: true}
	}
	for _, elem := range strings.Fields("bool char uchar short ushort int uint long ulong half float bfloat double") {
		for _, n := range []string{"2", "3", "4"} {
			add(symType, elem+n+" packed_"+elem+n+" simd_"+elem+n+" vector_"+elem+n)
			for _, m := range []string{"2", "3", "4"} {
				if elem == "half" || elem == "float" || elem == "bfloat" {
					add(symType, elem+n+"x"+m+" simd_"+elem+n+"x"+m)
				}
			}
		}
	}
	for _, bits := range strings.Fields("8 16 32 64") {
		add(symType, "int"+bits+"_t uint"+bits+"_t int_least"+bits+"_t uint_least"+bits+"_t int_fast"+bits+"_t uint_fast"+bits+"_t")
	}
	add(symType, `size_t ptrdiff_t intptr_t uintptr_t intmax_t uintmax_t nullptr_t
		atomic_int atomic_uint atomic_bool atomic_float atomic_long atomic_ulong memory_order memory_scope thread_scope mem_flags
		simdgroup_float8x8 simdgroup_half8x8 simdgroup_bfloat8x8 simd_vote quad_vote
		true_type false_type os_log sampler event
		command_buffer render_pipeline_state compute_pipeline_state rasterization_rate_map_data`)
	add(symTypeTemplate, `vec matrix packed_vec simdgroup_matrix atomic numeric_limits array array_ref
		integral_constant bool_constant enable_if conditional is_same is_void is_floating_point is_integral is_arithmetic
		is_signed is_unsigned is_scalar is_pointer is_member_pointer is_reference is_array is_class is_enum is_union is_function is_const is_volatile
		is_vector is_matrix is_convertible is_constructible is_base_of is_trivially_copyable is_fundamental is_object is_compound
		is_empty is_lvalue_reference is_rvalue_reference is_assignable is_default_constructible is_copy_constructible is_invocable
		remove_cv remove_const remove_volatile remove_reference remove_pointer remove_cvref remove_address_space
		remove_extent add_const add_pointer add_lvalue_reference add_rvalue_reference make_signed make_unsigned make_vector make_scalar
		decay common_type underlying_type result_of invoke_result integer_sequence alignment_of extent rank negation conjunction disjunction
		enable_if_t conditional_t remove_cv_t remove_const_t remove_volatile_t remove_reference_t remove_pointer_t remove_cvref_t
		make_signed_t make_unsigned_t make_vector_t make_scalar_t decay_t common_type_t underlying_type_t invoke_result_t void_t
		integer_sequence index_sequence make_integer_sequence make_index_sequence tuple pair optional function_ref
		visible_function_table intersection_function_table intersector imageblock interpolant
		texture1d texture1d_array texture2d texture2d_array texture2d_ms texture2d_ms_array texture3d texturecube texturecube_array
		texture_buffer depth2d depth2d_array depth2d_ms depth2d_ms_array depthcube depthcube_array`)
	add(symValueTemplate, `as_type is_same_v is_void_v is_floating_point_v is_integral_v is_arithmetic_v is_signed_v is_unsigned_v
		is_scalar_v is_pointer_v is_member_pointer_v is_reference_v is_array_v is_class_v is_enum_v is_union_v is_const_v is_volatile_v is_vector_v is_matrix_v
		is_convertible_v is_constructible_v is_base_of_v is_fundamental_v is_object_v is_empty_v is_invocable_v conjunction_v disjunction_v negation_v
		make_filled_simdgroup_matrix make_tuple forward move declval get begin end`)
	for _, n := range strings.Fields("metal simd fast precise raytracing mpp tensor_ops") {
		names[n] = symbol{kind: symNamespace}
	}
	for n := range foreignWords {
		names[n] = symbol{kind: symForeign}
	}
	// "get", "begin", "end" and the like are also names that kernels give to
	// their own variables; a declaration in view hides them.
	return names
}

// metalHeaders are those of the Metal standard library, without "metal_".
var metalHeaders = set(`address_space array assert atomic command_buffer common compute config curves depth_stencil extended_vector functional geometric graphics
	imageblocks indirect_command_buffer initializer_list integer interpolate intersection_function_buffer intersection_query limits math matrix mesh numeric
	object pack packed_vector pixel pull_model quadgroup raytracing relational simdgroup simdgroup_matrix stdlib tessellation texture timestamp tuple
	type_traits types uniform utility vector visible_function_table`)

// loggingHeader is the one that not every version of Metal has.
const loggingHeader = "metal_logging"

// builtinHeader reports whether a header is Metal's own: its declarations are
// known without a text.
func (p *preprocessor) builtinHeader(name string) bool {
	if name == loggingHeader {
		return p.opt.version() >= 320
	}
	if rest, ok := strings.CutPrefix(name, "metal_"); ok {
		return metalHeaders[rest]
	}
	base := name[strings.LastIndexByte(name, '/')+1:]
	if strings.HasPrefix(name, "__metal") {
		return true
	}
	switch base {
	case "stdint.h", "cstdint", "stddef.h", "cstddef", "stdbool.h", "limits.h", "climits", "float.h", "cfloat", "TargetConditionals.h",
		"type_traits", "AvailabilityMacros.h", "Availability.h", "metal":
		return true
	}
	return false
}

// refusedHeaders name what is not supported, by the first part of the path.
var refusedHeaders = map[string]string{
	"MetalPerformancePrimitives": "Metal 4 tensor operations need a GPU compiler",
	"metal_tensor":               "Metal 4 tensors need a GPU compiler",
	"metal_cooperative_tensor":   "Metal 4 tensors need a GPU compiler",
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// What __has_attribute, __has_builtin and __has_feature answer 1 for.
var (
	metalAttributes = set(`thread_position_in_grid thread_position_in_threadgroup threadgroup_position_in_grid thread_index_in_threadgroup
		thread_index_in_simdgroup thread_index_in_quadgroup simdgroup_index_in_threadgroup quadgroup_index_in_threadgroup threads_per_grid
		threads_per_threadgroup dispatch_threads_per_threadgroup threadgroups_per_grid simdgroups_per_threadgroup
		dispatch_simdgroups_per_threadgroup quadgroups_per_threadgroup dispatch_quadgroups_per_threadgroup threads_per_simdgroup
		thread_execution_width grid_origin grid_size texture sampler stage_in position vertex_id instance_id user color
		kernel host_name buffer threadgroup function_constant max_total_threads_per_threadgroup id visible`)
	otherAttributes = set(`always_inline noinline aligned packed unused used deprecated overloadable const pure enable_if address_space
		maybe_unused nodiscard fallthrough likely unlikely`)
	knownIntrinsics = set(`__builtin_expect __builtin_unreachable __builtin_assume __builtin_offsetof __builtin_trap __builtin_constant_p __is_same __is_convertible __is_base_of
		__is_constructible __is_class __is_enum __is_union __is_pod __is_trivial __is_trivially_copyable __is_empty __underlying_type
		__is_assignable __is_final __is_aggregate __is_literal __is_standard_layout __make_integer_seq`)
	knownFeatures = set(`cxx_alias_templates cxx_alignas cxx_alignof cxx_auto_type cxx_constexpr cxx_decltype cxx_default_function_template_args
		cxx_defaulted_functions cxx_delegating_constructors cxx_deleted_functions cxx_explicit_conversions cxx_generalized_initializers
		cxx_generic_lambdas cxx_inline_namespaces cxx_lambdas cxx_nonstatic_member_init cxx_nullptr cxx_range_for cxx_relaxed_constexpr
		cxx_return_type_deduction cxx_rvalue_references cxx_static_assert cxx_strong_enums cxx_trailing_return cxx_unicode_literals
		cxx_unrestricted_unions cxx_variable_templates cxx_variadic_templates cxx_binary_literals cxx_contextual_conversions
		cxx_aggregate_nsdmi cxx_init_captures cxx_decltype_auto cxx_attributes`)
)
