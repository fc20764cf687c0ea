package syntax

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// Foreign is what Metal has in place of a name of another language or library.
type Foreign struct {
	Metal  string // what to write instead, "" if that takes more than a name
	Advice string // what to do
	Input  string // the attribute that a parameter of a kernel has for it
}

// ForeignName tells of names of CUDA, OpenCL, HLSL, GLSL, WGSL, C and Python that
// come into kernels by habit.
func ForeignName(name string) (Foreign, bool) {
	f, ok := foreignNames()[name]
	return f, ok
}

var foreignNames = sync.OnceValue(func() map[string]Foreign {
	names := make(map[string]Foreign)
	same := func(metal, list string) {
		for _, n := range strings.Fields(list) {
			names[n] = Foreign{Metal: metal, Advice: "did you mean '" + metal + "'?"}
		}
	}
	advise := func(advice, list string) {
		for _, n := range strings.Fields(list) {
			names[n] = Foreign{Advice: advice}
		}
	}
	same("half", "float16 float16_t fp16 f16 __half __fp16 _Float16")
	same("bfloat", "bfloat16 bf16 __nv_bfloat16 nv_bfloat16")
	same("bfloat2", "__nv_bfloat162 nv_bfloat162")
	same("float", "float32 float32_t fp32 f32")
	same("char", "int8 i8 sbyte")
	same("short", "int16 i16")
	same("atomic_float", "atomic_double atomic_half")
	same("int", "int32 i32")
	same("long", "int64 i64")
	same("uchar", "uint8 u8 byte")
	same("ushort", "uint16 u16")
	same("uint", "uint32 u32 dword")
	same("ulong", "uint64 u64")
	same("half2", "__half2 __floats2half2_rn __float22half2_rn __halves2half2")
	same("uint3", "dim3 uvec3")
	same("float2", "vec2")
	same("float3", "vec3")
	same("float4", "vec4")
	same("int2", "ivec2")
	same("int3", "ivec3")
	same("int4", "ivec4")
	same("uint2", "uvec2")
	same("uint4", "uvec4")
	same("float3x3", "mat3")
	same("float4x4", "mat4")
	same("auto", "let var")
	for _, t := range strings.Fields("char short int uint uchar ushort long ulong float half") {
		for _, n := range []string{"2", "3", "4"} {
			same(t+n, "make_"+t+n+" convert_"+t+n)
		}
	}
	for n, t := range map[string]string{"2": "float2", "3": "packed_float3", "4": "float4"} {
		advise("read through a pointer to vectors, as in *(device "+t+"*)(p)", "vload"+n)
		advise("write through a pointer to vectors, as in *(device "+t+"*)(p) = v", "vstore"+n)
	}
	advise("Metal multiplies matrices with '*'", "mul")
	advise("buffers are pointers, 'device T *', among a kernel's parameters", "RWStructuredBuffer StructuredBuffer RWBuffer ByteAddressBuffer RWByteAddressBuffer cbuffer")
	advise("textures are not supported: only compute kernels on buffers are", "imageLoad imageStore tex2D read_imagef write_imagef")
	advise("Metal has no type of 64 bits for it; use 'float'", "float64 float64_t f64")
	for _, n := range strings.Fields("2 3 4 2x2 2x3 2x4 3x2 3x3 3x4 4x2 4x3 4x4") {
		for _, prefix := range []string{"", "packed_", "simd_", "vector_"} {
			names[prefix+"double"+n] = Foreign{Metal: "float" + n, Advice: "Metal has no 'double'; did you mean 'float" + n + "'?"}
		}
	}
	advise("Metal has no strings", "string")
	for _, n := range []string{"8", "16"} { // but not those of int8_t and its like
		for _, t := range strings.Fields("bool char uchar short ushort long ulong half bfloat float") {
			if vec := "vec<" + t + ", " + n + ">"; names[t+n].Metal == "" {
				names[t+n] = Foreign{Metal: vec, Advice: "Metal reserves the name; did you mean '" + vec + "'?"}
			}
		}
	}
	advise("integers have up to 64 bits", "int128 uint128 int128_t uint128_t __int128 __int128_t __uint128_t")

	input := func(attribute, list string) {
		for _, n := range strings.Fields(list) {
			names[n] = Foreign{Advice: "Metal's is '" + attribute + "', an attribute of a kernel's parameter", Input: attribute}
		}
	}
	input("thread_position_in_threadgroup", "threadIdx get_local_id gl_LocalInvocationID local_invocation_id SV_GroupThreadID")
	input("threadgroup_position_in_grid", "blockIdx get_group_id gl_WorkGroupID workgroup_id SV_GroupID")
	input("threads_per_threadgroup", "blockDim get_local_size gl_WorkGroupSize")
	input("threadgroups_per_grid", "gridDim get_num_groups gl_NumWorkGroups num_workgroups")
	input("thread_position_in_grid", "get_global_id gl_GlobalInvocationID get_global_linear_id global_invocation_id SV_DispatchThreadID")
	input("threads_per_grid", "get_global_size")
	input("threads_per_simdgroup", "warpSize get_sub_group_size WaveGetLaneCount gl_SubgroupSize subgroup_size")
	input("thread_index_in_simdgroup", "get_sub_group_local_id WaveGetLaneIndex simd_lane_id lane_id laneid simd_lane_index gl_SubgroupInvocationID subgroup_invocation_id")
	input("simdgroup_index_in_threadgroup", "simd_group_index simdgroup_index simd_group_id simdgroup_id warpId get_sub_group_id gl_SubgroupID")
	input("simdgroups_per_threadgroup", "get_num_sub_groups gl_NumSubgroups")
	input("thread_index_in_threadgroup", "get_local_linear_id gl_LocalInvocationIndex local_invocation_index SV_GroupIndex")

	call := func(form, list string) { advise("Metal's is '"+form+"'", list) }
	barrier := "threadgroup_barrier(mem_flags::mem_threadgroup)"
	call(barrier, "__syncthreads barrier work_group_barrier GroupMemoryBarrierWithGroupSync workgroupBarrier threadgroup_memory_barrier threadgroup_mem_barrier threadgroup_sync")
	call("threadgroup_barrier(mem_flags::mem_device)", "storageBarrier DeviceMemoryBarrierWithGroupSync")
	call("threadgroup_barrier(mem_flags::mem_device | mem_flags::mem_threadgroup)", "AllMemoryBarrierWithGroupSync")
	call("simdgroup_barrier(mem_flags::mem_none)", "__syncwarp sub_group_barrier subgroupBarrier simd_barrier simdgroup_sync")
	call("atomic_thread_fence(mem_flags::mem_device, memory_order_seq_cst)", "__threadfence __threadfence_block mem_fence memoryBarrier memoryBarrierBuffer DeviceMemoryBarrier")
	call("atomic_thread_fence(mem_flags::mem_threadgroup, memory_order_seq_cst)", "memoryBarrierShared GroupMemoryBarrier")
	same("mem_flags::mem_threadgroup", "CLK_LOCAL_MEM_FENCE mem_threadgroup")
	same("mem_flags::mem_device", "CLK_GLOBAL_MEM_FENCE mem_device")
	same("mem_flags::mem_none", "mem_none")
	call("simd_shuffle(value, lane)", "__shfl_sync __shfl sub_group_shuffle WaveReadLaneAt subgroupShuffle")
	call("simd_shuffle_down(value, delta)", "__shfl_down_sync __shfl_down sub_group_shuffle_down subgroupShuffleDown")
	call("simd_shuffle_and_fill_down(value, filling, delta)", "simd_shuffle_down_fill simd_shuffle_fill_down simd_shuffle_down_and_fill")
	call("simd_shuffle_and_fill_up(value, filling, delta)", "simd_shuffle_up_fill simd_shuffle_fill_up simd_shuffle_up_and_fill")
	call("simd_shuffle_up(value, delta)", "__shfl_up_sync __shfl_up sub_group_shuffle_up subgroupShuffleUp")
	call("simd_shuffle_xor(value, mask)", "__shfl_xor_sync __shfl_xor sub_group_shuffle_xor subgroupShuffleXor")
	call("simd_ballot(condition)", "__ballot_sync __ballot WaveActiveBallot subgroupBallot")
	call("simd_any(condition)", "__any_sync WaveActiveAnyTrue subgroupAny")
	call("simd_all(condition)", "__all_sync WaveActiveAllTrue subgroupAll")
	for _, op := range []string{"min", "max", "and", "or", "xor"} {
		call("simd_"+op+"(value)", "__reduce_"+op+"_sync")
	}
	call("simd_sum(value)", "__reduce_add_sync")
	same("simd_active_threads_mask", "__activemask simd_active_mask")
	same("simd_sum", "warp_reduce_sum warpReduceSum WaveActiveSum sub_group_reduce_add simd_reduce_sum simd_reduce_add simd_add subgroupAdd simdgroup_sum simd_group_sum")
	same("simd_max", "WaveActiveMax sub_group_reduce_max simd_reduce_max subgroupMax simdgroup_max")
	same("simd_min", "WaveActiveMin sub_group_reduce_min simd_reduce_min subgroupMin simdgroup_min")
	same("simd_product", "WaveActiveProduct subgroupMul")
	same("simd_prefix_exclusive_sum", "WavePrefixSum sub_group_scan_exclusive_add subgroupExclusiveAdd simd_prefix_sum simd_exclusive_sum simd_exclusive_scan")
	same("simd_prefix_inclusive_sum", "sub_group_scan_inclusive_add subgroupInclusiveAdd simd_inclusive_sum simd_inclusive_scan")
	same("simd_broadcast", "sub_group_broadcast subgroupBroadcast")
	same("simd_broadcast_first", "WaveReadLaneFirst subgroupBroadcastFirst")
	same("simd_is_first", "WaveIsFirstLane subgroupElect")
	call("make_filled_simdgroup_matrix<float, 8, 8>(value)", "simdgroup_matrix_fill simdgroup_fill simdgroup_fill_matrix simdgroup_matrix_filled make_simdgroup_matrix")
	same("simdgroup_load", "simdgroup_matrix_load simdgroup_load_matrix")
	same("simdgroup_store", "simdgroup_matrix_store simdgroup_store_matrix")
	same("simdgroup_multiply", "simdgroup_matrix_multiply simd_matrix_multiply")
	same("simdgroup_multiply_accumulate", "simdgroup_matrix_multiply_accumulate simdgroup_mma")
	advise("Metal has none; combine what 'simd_sum' and the like give in threadgroup memory", "work_group_reduce_add threadgroup_sum blockReduceSum")
	for op, list := range map[string]string{
		"fetch_add": "atomicAdd atomic_add atomic_fetch_add InterlockedAdd atomic_inc atomicInc", "fetch_sub": "atomicSub atomic_sub atomic_fetch_sub",
		"fetch_max": "atomicMax atomic_max atomic_fetch_max InterlockedMax", "fetch_min": "atomicMin atomic_min atomic_fetch_min InterlockedMin",
		"fetch_and": "atomicAnd atomic_and atomic_fetch_and", "fetch_or": "atomicOr atomic_or atomic_fetch_or", "fetch_xor": "atomicXor atomic_xor atomic_fetch_xor",
		"exchange": "atomicExch atomic_xchg atomic_exchange",
	} {
		call("atomic_"+op+"_explicit(pointer, value, memory_order_relaxed)", list)
	}
	call("atomic_load_explicit(pointer, memory_order_relaxed)", "atomic_load atomicLoad")
	call("atomic_store_explicit(pointer, value, memory_order_relaxed)", "atomic_store atomic_init atomicStore")
	call("atomic_compare_exchange_weak_explicit", "atomicCAS atomic_cmpxchg atomic_compare_exchange_weak atomic_compare_exchange_strong atomic_compare_exchange")
	same("atomic_compare_exchange_weak_explicit", "atomic_compare_exchange_strong_explicit")
	same("memory_order_relaxed", "relaxed memory_order_monotonic")

	for _, f := range strings.Fields("exp log log2 log10 sin cos tan pow") {
		same("fast::"+f, "__"+f+"f native_"+f+" fast_"+f)
		same(f, "half_"+f)
	}
	for _, f := range strings.Fields(`exp exp2 exp10 log log2 log10 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh pow sqrt rsqrt
		fabs floor ceil round rint trunc fmod fmax fmin fma copysign ldexp`) {
		same(f, f+"f")
	}
	same("sqrt", "__fsqrt_rn native_sqrt half_sqrt")
	same("rsqrt", "inversesqrt inverseSqrt __frsqrt_rn native_rsqrt half_rsqrt")
	same("min", "umin")
	same("max", "umax")
	same("mulhi", "__mulhi __umulhi mul_hi")
	same("mul24", "__mul24 __umul24")
	same("mix", "lerp")
	same("addsat", "saturated_add add_sat")
	same("subsat", "saturated_sub sub_sat")
	call("as_type<T>(value)", "bitcast bit_cast reinterpret_as")
	same("fract", "frac")
	same("fma", "mad __fmaf_rn fused_multiply_add")
	same("fast::divide", "__fdividef native_divide")
	same("popcount", "popcnt count_ones __popc __popcll countbits bitCount countOneBits")
	same("clz", "leading_zeros count_leading_zeros __clz __clzll countLeadingZeros")
	same("ctz", "trailing_zeros count_trailing_zeros countTrailingZeros")
	same("reverse_bits", "__brev reversebits reverseBits bitfieldReverse")
	same("extract_bits", "bitfieldExtract extractBits")
	same("insert_bits", "bitfieldInsert insertBits")
	same("pack_float_to_unorm4x8", "packUnorm4x8 pack4x8unorm")
	same("unpack_unorm4x8_to_float", "unpackUnorm4x8 unpack4x8unorm")
	same("float", "__half2float __bfloat162float __int2float_rn __uint2float_rn convert_float")
	same("half", "__float2half convert_half")
	same("int", "__float2int_rz convert_int")
	same("uint", "__float2uint_rz convert_uint")
	same("as_type<float>", "__int_as_float __uint_as_float as_float asfloat uint_as_float int_as_float intBitsToFloat uintBitsToFloat")
	same("as_type<int>", "__float_as_int as_int asint float_as_int floatBitsToInt")
	same("as_type<uint>", "__float_as_uint as_uint asuint float_as_uint floatBitsToUint")
	advise("read through the pointer", "__ldg")
	missing := func(name, formula string) { names[name] = Foreign{Advice: "Metal has none; write '" + formula + "'"} }
	missing("log1p", "log(1 + x)")
	missing("expm1", "exp(x) - 1")
	missing("sigmoid", "1 / (1 + exp(-x))")
	missing("relu", "max(x, 0.0f)")
	missing("cbrt", "sign(x) * pow(fabs(x), 1.0f / 3)")
	missing("hypot", "sqrt(x * x + y * y)")
	missing("hypotf", "sqrt(x * x + y * y)")
	for _, n := range strings.Fields("rcp recip __frcp_rn native_recip half_recip") {
		missing(n, "1 / x")
	}
	missing("__fadd_rn", "x + y")
	missing("__fsub_rn", "x - y")
	missing("__fmul_rn", "x * y")
	missing("__fdiv_rn", "x / y")
	for _, n := range strings.Fields("firstbithigh findMSB firstLeadingBit") {
		missing(n, "31 - int(clz(x))")
	}
	for _, n := range strings.Fields("firstbitlow findLSB firstTrailingBit") {
		missing(n, "x != 0 ? int(ctz(x)) : -1")
	}
	missing("f16tof32", "float(as_type<half2>(x).x)")
	missing("f32tof16", "as_type<ushort>(half(x))")
	missing("packHalf2x16", "as_type<uint>(half2(v))")
	missing("unpackHalf2x16", "float2(as_type<half2>(x))")
	missing("__ffs", "x != 0 ? ctz(x) + 1 : 0")
	advise("Metal has none; approximate it by a function of your own", "erf erff erfc tgamma lgamma erfcf tgammaf lgammaf")

	advise("Metal has none; include <metal_logging> and call os_log_default.log(\"%d\", x)", "printf print fprintf puts cout")
	advise("Metal has no dynamic memory; declare an array, or pass a buffer", "malloc free calloc alloca")
	advise("Metal has none; write a loop", "memcpy memset memmove")
	advise("a pointer has no length; pass it as an argument", "len arrayLength")
	advise("Metal has no random numbers; hash the thread's position, or pass a buffer of them", "rand random srand")
	advise("only fragment functions have derivatives", "dFdx dFdy ddx ddy")
	advise("functions of Metal's library have no such prefix", "math np mx torch")
	same("metal", "std")
	same("nullptr", "NULL None nil null")
	same("true", "True")
	same("false", "False")
	same("FLT_EPSILON", "FLT_EPS EPSILON")
	same("fmin", "minimum")
	same("fmax", "maximum")
	same("INFINITY", "inf Inf INF infinity Infinity CUDART_INF_F")
	same("NAN", "nan NaN CUDART_NAN_F")
	for _, m := range strings.Fields("M_E M_LOG2E M_LOG10E M_LN2 M_LN10 M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI M_2_SQRTPI M_SQRT2 M_SQRT1_2") {
		same(m+"_F", m)
	}
	same("M_PI_F", "PI")
	same("FLT_MAX", "DBL_MAX")
	return names
})

// foreignWords are specifiers and qualifiers of other languages, with the
// word of Metal that has their meaning, "" if none is needed.
var foreignWords = map[string]string{
	"__global__": "kernel", "__kernel": "kernel", "kernal": "kernel", "Kernel": "kernel", "compute": "kernel",
	"__shared__": "threadgroup", "shared": "threadgroup", "__local": "threadgroup", "groupshared": "threadgroup",
	"__global": "device", "__constant__": "constant", "__private": "thread",
	"__forceinline__": "inline", "__device__": "", "__host__": "", "__launch_bounds__": "", "_Atomic": "",
}

// isForeign tells a specifier of another language by what follows: "shared" is
// also what kernels call their memory.
func (p *parser) isForeign(id *ident, next Kind) bool {
	if id.builtin.kind != symForeign || id.bound != nil {
		return false
	}
	switch id.name {
	case "shared":
		return next == Ident || basicTypes[next]
	case "kernal", "Kernel", "compute":
		return next == kwVoid
	}
	return true
}

// Reserved reports a name that Apple's headers declare in the global scope as a type that
// is never defined.
func Reserved(name string) bool {
	base := strings.TrimRight(name, "0123456789")
	n := name[len(base):]
	switch base {
	case "complex", "imaginary":
		return n == ""
	case "quad":
		return n == "" || n == "2" || n == "3" || n == "4" || n == "8" || n == "16"
	case "double":
		return n == "2" || n == "3" || n == "4" || n == "8" || n == "16"
	case "bool", "char", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "half", "bfloat", "float":
		return n == "8" || n == "16"
	}
	return false
}

var basicTypes = map[Kind]bool{kwBool: true, kwChar: true, kwShort: true, kwInt: true, kwLong: true, kwSigned: true, kwUnsigned: true,
	kwHalf: true, kwFloat: true, kwDouble: true, kwBfloat: true}

// foreignWord reports a specifier of another language and reads it as Metal's.
func (p *parser) foreignWord(quals *Quals, specs *Specifiers) {
	word, at := p.text(), p.here()
	if word == "_Atomic" {
		p.atomicWord()
		return
	}
	metal := foreignWords[word]
	d := diag.Diagnostic{Code: "foreign-word", Message: "'" + word + "' is not a word of Metal, where functions need none like it", Span: at, Fixes: []diag.Fix{{Span: at}}}
	if metal != "" {
		d.Message = "'" + word + "' is not a word of Metal; did you mean '" + metal + "'?"
		d.Fixes[0].Text = metal
	}
	if word == "__launch_bounds__" {
		d.Message = "'" + word + "' is not a word of Metal; " + hostSizes
		d.Fixes = nil
	}
	if p.asking == 0 {
		p.report(d)
	}
	switch metal {
	case "kernel":
		*specs |= Kernel
	case "threadgroup":
		*quals |= SpaceThreadgroup
	case "device":
		*quals |= SpaceDevice
	case "constant":
		*quals |= SpaceConstant
	case "thread":
		*quals |= SpaceThread
	}
	p.next()
	if word == "__launch_bounds__" && p.kind == LParen {
		p.attributeArgs()
	}
}

// specifierWords are what misspelt looks among.
var specifierWords = map[string]Kind{"kernel": kwKernel, "device": kwDevice, "threadgroup": kwThreadgroup, "constant": kwConstant, "thread": kwThread,
	"const": kwConst, "volatile": kwVolatile, "static": kwStatic, "inline": kwInline, "constexpr": kwConstexpr, "unsigned": kwUnsigned, "signed": kwSigned}

// classWords begin the definition of a class or an enumeration.
var classWords = map[string]Kind{"struct": kwStruct, "class": kwClass, "union": kwUnion, "enum": kwEnum}

// misspelt reports a specifier that is spelt wrong: an unknown name in front of
// what begins a type. It is read as what was meant.
func (p *parser) misspelt(id *ident, next Kind) bool {
	if p.lookup(id).kind != symNone {
		return false
	}
	typ := basicTypes[next] || next == kwVoid || qualifier(next) != 0
	if next == Ident {
		sym := p.lookup(p.table.ident(p.toks[p.i+1]))
		typ = sym.kind == symType || sym.kind == symTypeTemplate
	}
	if behind := p.peek(2); next == Ident && !typ && (behind == LBrace || behind == Colon) {
		return p.respell(id, classWords)
	}
	return typ && p.respell(id, specifierWords)
}

// respell reports the unknown name ahead as one of some words that is spelt wrong, and reads
// it as that.
func (p *parser) respell(id *ident, words map[string]Kind) bool {
	near := spelling.Nearest(id.name, slices.Collect(maps.Keys(words)))
	if near == "" {
		return false
	}
	p.respellAs(id.name, near)
	p.kind = words[near]
	return true
}

// respellAs reports the name ahead, where a specifier should be.
func (p *parser) respellAs(name, near string) {
	p.report(diag.Diagnostic{Code: "unknown-type", Message: "unknown type name '" + name + "'; did you mean '" + near + "'?", Span: p.here(),
		Fixes: []diag.Fix{{Span: p.here(), Text: near}}})
}

// atomicWord reports C's _Atomic float or _Atomic(float), which is a type of another name in Metal.
func (p *parser) atomicWord() {
	d := diag.Diagnostic{Code: "foreign-word", Message: "'_Atomic' is not a word of Metal; the atomic types are 'atomic_int', 'atomic_uint', 'atomic_bool', 'atomic_float' and 'atomic<T>'", Span: p.here()}
	typ, last := 1, 1
	if p.peek(1) == LParen && p.peek(3) == RParen {
		typ, last = 2, 3
	}
	switch p.peek(typ) {
	case kwInt, kwBool, kwFloat, Ident:
		metal := "atomic_" + p.table.text(p.toks[p.i+typ])
		if p.lookup(p.table.get(metal)).kind == symType {
			d.Message = "'_Atomic' is not a word of Metal; did you mean '" + metal + "'?"
			d.Fixes = []diag.Fix{{Span: diag.Span{Start: d.Span.Start, End: p.toks[p.i+last].Span().End}, Text: metal}}
		}
	}
	p.failWith(d)
}

// wgslAttributes are what follows '@' in WGSL, with what Metal has in its place.
var wgslAttributes = map[string]string{
	"compute":        "in Metal a kernel begins with 'kernel void'",
	"workgroup_size": "in Metal " + hostSizes,
	"group":          "in Metal buffers are parameters of a kernel, as in 'device float *x [[buffer(0)]]'",
	"binding":        "in Metal buffers are parameters of a kernel, as in 'device float *x [[buffer(0)]]'",
	"builtin":        "in Metal attributes stand behind a parameter in double brackets, as in 'uint3 id [[thread_position_in_grid]]'",
}

// hostSizes says what a kernel's own size of threadgroups becomes.
const hostSizes = "the host sets the size of threadgroups, which '[[max_total_threads_per_threadgroup(n)]]' bounds"

// directiveWord reports a directive without its '#' and skips the line.
func (p *parser) directiveWord() bool {
	switch p.text() {
	case "include", "import", "define", "undef", "ifdef", "ifndef", "endif", "pragma":
	default:
		return false
	}
	if p.tok.flags&lineStart == 0 || p.asking > 0 || p.lookup(p.id()).kind != symNone {
		return false
	}
	at := p.here()
	p.report(diag.Diagnostic{Code: "unknown-type", Message: "unknown type name '" + p.text() + "'; did you mean '#" + p.text() + "'?", Span: at,
		Fixes: []diag.Fix{{Span: at, Text: "#" + p.text()}}})
	for p.next(); p.tok.flags&lineStart == 0 && p.kind != EOF; {
		p.next()
	}
	return true
}

// foreignDeclaration reports what GLSL's and HLSL's declarations begin with.
func (p *parser) foreignDeclaration() bool {
	switch {
	case p.kind == Ident && p.text() == "layout" && p.peek(1) == LParen:
		p.fail("foreign-word", p.here(), "'layout' is not a word of Metal: the host sets the size of threadgroups, and buffers are pointers, 'device T *', among a kernel's parameters")
	case p.kind == Ident && p.text() == "cbuffer" && p.peek(1) == Ident:
		p.fail("foreign-word", p.here(), "'cbuffer' is not a word of Metal: declare a structure S, and take 'constant S &' among a kernel's parameters")
	case p.kind == Ident && p.peek(1) == Ident && p.peek(2) == LParen && slices.Contains([]string{"fn", "func", "def"}, p.text()):
		p.fail("foreign-word", p.here(), "'%s' is not a word of Metal: a function begins with the type of its result, and a parameter with its own, as in 'float %s(float x)'", p.text(), p.table.text(p.toks[p.i+1]))
	case p.kind == LBrack && p.peek(1) == Ident && p.table.text(p.toks[p.i+1]) == "numthreads":
		p.fail("foreign-word", p.toks[p.i+1].Span(), "'numthreads' is not an attribute of Metal: "+hostSizes)
	default:
		return false
	}
	return true
}

// semantic reads HLSL's uint3 id : SV_DispatchThreadID as the attribute that it is in Metal.
func (p *parser) semantic(attrs []Attr) []Attr {
	if p.kind != Colon || p.peek(1) != Ident || p.asking > 0 {
		return attrs
	}
	word := p.toks[p.i+1]
	f, ok := ForeignName(p.table.text(word))
	if !ok || f.Input == "" {
		return attrs
	}
	from := p.tok.Pos
	p.next()
	p.next()
	whole := p.from(from)
	p.report(diag.Diagnostic{Code: "foreign-word", Message: "'" + p.table.text(word) + "' is not a word of Metal; did you mean '[[" + f.Input + "]]'?", Span: word.Span(),
		Fixes: []diag.Fix{{Span: whole.Span(), Text: "[[" + f.Input + "]]"}}})
	return append(attrs[:len(attrs):len(attrs)], Attr{Range: whole, Name: f.Input})
}

// unknownType reports a name that stands where a type should.
func (p *parser) unknownType(name string, at diag.Span) {
	d := diag.Diagnostic{Code: "unknown-type", Message: "unknown type name '" + name + "'", Span: at}
	if f, ok := ForeignName(name); ok {
		d.Message += "; " + f.Advice
		if f.Metal != "" {
			d.Fixes = []diag.Fix{{Span: at, Text: f.Metal}}
		}
	}
	p.failWith(d)
}

// memFlag reports a keyword where a member should be named, which mem_flags
// has with a prefix.
func (p *parser) memFlag() {
	d := diag.Diagnostic{Code: "expected-identifier", Message: "expected unqualified-id", Span: p.here()}
	switch p.kind {
	case kwDevice, kwThreadgroup:
		d.Message += "; did you mean 'mem_" + p.text() + "'?"
		d.Fixes = []diag.Fix{{Span: p.here(), Text: "mem_" + p.text()}}
	}
	p.failWith(d)
}

// foreignHeaders are of C, C++ and CUDA: Metal has one library for them all.
var foreignHeaders = set(`cmath math.h cstdio stdio.h cstdlib stdlib.h cstring string.h cassert assert.h algorithm array complex functional iostream
	limits numeric string tuple utility vector cuda.h cuda_runtime.h cuda_fp16.h cuda_bf16.h cooperative_groups.h`)

// missingFile reports an included file that is not there.
func (p *preprocessor) missingFile(name string, at diag.Span) {
	d := diag.Diagnostic{Code: "file-not-found", Message: "'" + name + "' file not found", Span: at}
	if foreignHeaders[name] || strings.HasPrefix(name, "metal_") {
		d.Message += "; did you mean <metal_stdlib>, which is all the library that Metal has?"
		d.Fixes = []diag.Fix{{Span: at, Text: "<metal_stdlib>"}}
	}
	if !p.stopped {
		p.bag.Add(d)
	}
	p.stopped = true
}
