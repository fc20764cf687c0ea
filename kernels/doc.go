// Package kernels reads kernel specs and launch records and turns them into
// what a device takes.
//
// # Specs
//
// A spec is a YAML document that describes one kernel: Load and Parse give a
// Spec or Problems, each with file, line, column, the line itself with a caret
// and what to do next. Unknown and repeated keys are problems; anchors,
// aliases and tags are not part of the format.
//
//	zmlx: 1                      the version of the format
//	name: rmsnorm                letters, digits, underscores
//	doc: one or more sentences
//	params: {R: 512, D: 4096, TG: "min(1024, align(D, 32))", eps: 1e-6}
//	template: {T: float32}       dtypes, integers and bools, as metal_kernel's template
//	inputs:  {x: {dtype: T, shape: [R, D], init: normal}}
//	outputs: {y: {dtype: T, shape: [R, D]}}
//	launch: {grid: [R*TG, 1, 1], threadgroup: [TG, 1, 1]}    grid counts threads
//	source: |                    the body of the function
//	header: |                    text before the function
//	flags: {ensure_row_contiguous: true, atomic_outputs: false, init_value: 0}
//	reference: y = x * rsqrt(mean(square(x), -1, keepdims=true) + eps)
//	tolerance: {float32: 1e-5, float16: {rtol: 2e-3, atol: 1e-3}}
//	cases: [{R: 1, D: 64}, {R: 33, D: 1000}]
//	grad: auto                   check the reference's gradients, too
//	tune: {TG: [32, 64, 128, 256]}
//	cost: {flops: 4*R*D, bytes: (2*R*D + D)*sizeof(T)}
//
// In place of source, a spec may give a program of the expression language
// under elementwise, reduce, map_reduce or scan. The kernel is generated from
// it, launch may be left out, and the program is the reference unless there is
// another one.
//
//	map_reduce: y = softmax(x * scale, axis=-1)
//
// Or the kernel is a Go function under go, see package gokernel; launch says
// how many threads run it:
//
//	go: |
//	  func kernel(x, y []T) {
//	    i := gpu.ThreadPositionInGrid().X
//	    y[i] = T(gpu.Tanh(float32(x[i])))
//	  }
//
// # Parameters
//
// A parameter is an integer, a float, a bool, or an expression over other
// parameters, which is evaluated after a case has replaced some of them.
// Expressions stand in shapes, launch, integer template values and
// parameters; their operators are + - * / // % ** and comparisons, "and", "or",
// "not" and "a if c else b", with Python's precedence. On integers / and //
// both round down; overflow and division by zero are errors. Functions:
//
//	min(a, b, …)  max(a, b, …)  abs(a)
//	ceildiv(a, b)    a / b rounded up
//	align(a, b)      a rounded up to a multiple of b
//	pow2(a)          the smallest power of two that is at least a
//	sqrt(a)  rsqrt(a)  exp(a)  log(a)    floats
//	sizeof(T)        bytes of an element type, by name or of the template
//
// The parameters that occur in source or header become constants in front of
// the header, one line each:
//
//	constant constexpr int D = 4096;
//	constant constexpr float eps = 1e-06f;
//
// An integer beyond 32 bits is a long, a bool is a bool. MLX compiles a kernel
// once per name, so the kernel's name is the spec's name and a hash of all that
// the text depends on.
//
// # Cost
//
// The formula under cost says what one launch takes, with the parameters of a
// case: flops are floating-point operations, where a library function such as
// exp is one and a fused multiply-add two; bytes must be read from or written to device
// memory, and are all arrays once if they are left out. Comparisons, integer
// operations and work that repeats because of the way the kernel is divided
// between threads do not count. The formula is for rooflines and for telling how much more
// a kernel does than it has to.
//
// # Element types
//
// The first dtype among the template values (T, if there is one of that name)
// is the working type of the spec. It runs in the types that tolerance lists,
// or in the one that template gives.
//
// # Inputs
//
// Inputs are drawn with MLX's own generator, so that a Python program can draw
// the same. Input number i of n, in the order of the spec, uses
//
//	key = mx.random.split(mx.random.key(seed), n)[i]
//
// and is
//
//	normal            mx.random.normal(shape, key=key).astype(dtype)
//	normal(m, s)      (mx.random.normal(shape, key=key) * s + m).astype(dtype)
//	uniform           mx.random.uniform(0, 1, shape, key=key).astype(dtype)
//	uniform(a, b)     mx.random.uniform(a, b, shape, key=key).astype(dtype)
//	randint(a, b)     mx.random.randint(a, b, shape, dtype, key), a <= x < b;
//	                  for floats and bool, drawn as int32 and converted
//	bits              mx.random.randint(0, 256, (*shape, size), mx.uint8, key)
//	                  .view(dtype).reshape(shape) for integers of size bytes,
//	                  as randint(0, 2) for bool
//	arange            mx.arange(size).reshape(shape).astype(dtype)
//	zeros, ones       as they say
//	constant(v)       every element is v
//	[1, 2, …]         these values in row order
//	file: x.npy       an array file beside the spec, of this shape and type
//
// The default is normal for floats, randint(0, 2) for bool and zeros for
// integers. Drawing happens in float32, so all working types see the same
// numbers, rounded.
//
// # Launch records
//
// A Record is one metal_kernel call as a JSON file; see LoadRecord.
package kernels
