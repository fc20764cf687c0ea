package ir

// Op is an operation.
type Op uint8

// The operations. "a, b, c" are Args; d is Dst. Unless said otherwise
// operands and result have kind Kind.
const (
	Invalid Op = iota

	// Values.
	Const     // d = Imm (the bits of a value of Kind)
	Mov       // d = a
	Select    // d = a ? b : c; a is Bool
	Convert   // d = a converted From -> Kind by value
	Bitcast   // d = the bits of a, From -> Kind of the same size
	FuncConst // d.. = function constant Imm, N components

	// Arithmetic.
	Neg
	Add
	Sub
	Mul
	MulHi // upper half of the double-width product; integers
	Div
	Rem // C truncation for integers; fmod for floats
	Min // floats: the operand that is not NaN
	Max
	Abs
	FMA // a*b+c with one rounding; floats
	And // Bool and integers
	Or
	Xor
	Not
	Shl
	Shr // arithmetic for signed kinds
	Rotl
	Clz
	Ctz
	Popcount
	ReverseBits

	// Comparisons: d is Bool, Kind is that of the operands.
	Eq
	Ne
	Lt
	Le

	// Maths; floats. The result meets the precise column of the Metal
	// specification, or the fast one with Fast set.
	Exp
	Exp2
	Exp10
	Log
	Log2
	Log10
	Sin
	Cos
	Tan
	SinPi
	CosPi
	TanPi
	Sinh
	Cosh
	Tanh
	Asin
	Acos
	Atan
	Asinh
	Acosh
	Atanh
	Atan2 // a = y, b = x
	Pow
	Sqrt
	Rsqrt
	Floor
	Ceil
	Trunc
	Round // half away from zero
	Rint  // half to even
	CopySign
	NextAfter
	Ldexp // b is I32
	Frexp // d, d+1 (I32) = fraction, exponent
	Ilogb // d is I32

	// Memory. Addresses are Ptr registers; Imm is a signed byte offset. A run of
	// scalars is aligned as Metal aligns vectors: see Instr.Align.
	Load      // d..d+N-1 = N scalars of Kind at a+Imm
	Store     // N scalars of Kind from b, given as N further Args, to a+Imm
	PtrAdd    // d = a + b bytes (b is I64); Kind is Ptr; 2^47 bytes away is as far as it goes
	PtrDiff   // d (I64) = a - b in bytes
	SlotAddr  // d = address of slot Imm of the function: Space is Thread or Threadgroup
	ConstAddr // d = address of Program.Constants[Imm]
	CopyMem   // copy Imm bytes from b to a, those words of them that are in bounds; Space is a's, the other is in b's type
	ZeroMem   // zero Imm bytes at a

	// Atomics on a+Imm, relaxed; d = old value (d may be NoReg). Kind I32,
	// U32, F32 (Load, Store, Xchg, Add, Sub, CAS), Bool (Load, Store, Xchg,
	// CAS), U64 (Min, Max).
	AtomicLoad
	AtomicStore // b = value
	AtomicXchg
	AtomicCAS // b = expected, c = desired; d = old value
	AtomicAdd
	AtomicSub
	AtomicMin
	AtomicMax
	AtomicAnd
	AtomicOr
	AtomicXor

	// Synchronisation.
	Barrier // execution barrier of the threadgroup, or of the SIMD-group with SimdScope; Mem* flags order memory
	Fence   // memory only

	// SIMD-group functions over active lanes. The Quad forms are the same over
	// four lanes: flagged by Imm = 4, else 32.
	SimdSum
	SimdProduct
	SimdMin
	SimdMax
	SimdAnd
	SimdOr
	SimdXor
	SimdPrefixSum     // inclusive
	SimdPrefixProduct // inclusive
	SimdExclSum
	SimdExclProduct
	SimdBroadcast // b (U32) = lane
	SimdBroadcastFirst
	SimdShuffle    // b (U32) = lane
	SimdShuffleXor // b (U32) = mask
	SimdShuffleUp  // b (U32) = delta; the edge lanes keep their own value
	SimdShuffleDown
	SimdRotateUp
	SimdRotateDown
	SimdFillUp // b = filling value, c (U32) = delta, fourth arg (U32) = modulo
	SimdFillDown
	SimdAll // a Bool -> Bool
	SimdAny
	SimdBallot  // a Bool -> U64
	SimdIsFirst // -> Bool
	SimdActive  // -> U64, active threads mask

	// simdgroup_matrix<T,8,8>: two registers a lane, as thread_elements()
	// lays them out. All threads of the SIMD-group must be active.
	MatrixLoad  // d, d+1 = 8x8 tile at a; b (I64) = elements per row; c, fourth (I64) = origin x, y; Transpose
	MatrixStore // a = pointer, b.. = two elements, then elements per row, origin x, y (I64)
	MatrixMMA   // d, d+1 = A*B + C; Args = A0 A1 B0 B1 C0 C1; sums in float32 ascending k, rounded once to Kind

	// Calls and output.
	Call     // d.. = Funcs[Imm](Args); with more than MaxCalls in progress it ends the launch
	Print    // os_log: Program.Formats[Imm] is the format, Args its values in order
	Overflow // ends the launch as one call too many does

	// Control.
	If       // a is Bool; Body, Else
	Loop     // repeat Body then Else (the continuing block); leaves only by Break or Return
	Scope    // run Body once; Break leaves it
	Break    // leave the Imm-th enclosing Loop or Scope, 0 = innermost
	Continue // end this iteration of the Imm-th enclosing Loop or Scope (which is a Loop)
	Return   // Args = results
	Unreachable

	NumOps
)

// Builtin is a kernel input that the executor provides.
type Builtin uint8

// The builtins, named as Metal's attributes.
const (
	NoBuiltin Builtin = iota
	ThreadPositionInGrid
	ThreadPositionInThreadgroup
	ThreadgroupPositionInGrid
	ThreadIndexInThreadgroup
	ThreadIndexInSimdgroup
	ThreadIndexInQuadgroup
	SimdgroupIndexInThreadgroup
	QuadgroupIndexInThreadgroup
	ThreadsPerGrid
	ThreadsPerThreadgroup
	DispatchThreadsPerThreadgroup
	ThreadgroupsPerGrid
	SimdgroupsPerThreadgroup
	DispatchSimdgroupsPerThreadgroup
	QuadgroupsPerThreadgroup
	DispatchQuadgroupsPerThreadgroup
	ThreadsPerSimdgroup // also thread_execution_width
	GridOrigin
	GridSize
)
