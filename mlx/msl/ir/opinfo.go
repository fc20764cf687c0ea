package ir

import "strings"

// class says which kinds an operation accepts.
type class uint8

const (
	anyKind class = iota // every kind but Void
	numeric              // integers and floats
	integer
	bitwise // Bool and integers
	floating
	ordered // numeric and Ptr
	boolean
	pointer
	noKind // Kind must be Void
)

// accepted are the kinds of a class, as bits.
var accepted = [...]uint16{
	anyKind:  kinds(Bool, Ptr),
	numeric:  kinds(I8, F32),
	integer:  kinds(I8, U64),
	bitwise:  kinds(Bool, U64),
	floating: kinds(F16, F32),
	ordered:  kinds(I8, Ptr),
	boolean:  kinds(Bool, Bool),
	pointer:  kinds(Ptr, Ptr),
	noKind:   kinds(Void, Void),
}

func kinds(first, last Kind) uint16 { return 2<<last - 1<<first }

// letters are the types of operands or results, one letter each:
//
//	K Kind   F From   B Bool   i I32   u U32   l I64   U U64   P pointer to Space
//	Q pointer to any space   C pointer to Constant
//	+ (last) the letter before it repeats N times; * (alone) any number of any
type letters string

// letterNames has the letters by their place in a list; 0 is none.
const letterNames = " *KFPQCBiulU"

// The places of the letters that the instruction decides on.
const (
	anyNumber = 1 + iota
	ofKind
	ofFrom
	ofSpace
)

// letterTypes are the types of the other letters.
var letterTypes = [16]typeBits{5: typeBits(Ptr), 6: Type{Ptr, Constant}.bits(), 7: typeBits(Bool), 8: typeBits(I32), 9: typeBits(U32), 10: typeBits(I64), 11: typeBits(U64)}

// info describes an operation.
type info struct {
	name  string
	class class
	args  letters
	res   letters
	opt   bool // the result may be absent
}

// shape is info in the form that is quick to compare with an instruction.
type shape struct {
	kinds     uint16 // that the operation accepts, as bits
	args, res list
	opt       bool
}

// list is letters by their place in letterNames, four bits each from the lowest
// on, the last of them repeated.
type list struct {
	letters uint64
	n       uint8 // how many there are, but for those that a run adds
	run     bool  // the last repeats
}

// next drops the first letter of a list.
func next(letters uint64) uint64 { return letters>>4 | letters&(15<<60) }

func (l letters) list() (out list) {
	if n := len(l); n > 0 && l[n-1] == '+' {
		l, out.run = l[:n-1], true
	}
	for i := range 16 {
		if len(l) > 0 {
			out.letters |= uint64(strings.IndexByte(letterNames, l[min(i, len(l)-1)])) << (4 * i)
		}
	}
	out.n = uint8(len(l))
	return out
}

// len is how many operands or results of an instruction the list stands for.
func (l *list) len(in *Instr) int {
	if l.run {
		return int(l.n) - 1 + in.Run()
	}
	return int(l.n)
}

var shapes = func() (list [NumOps]shape) {
	for op := range ops {
		o := &ops[op]
		list[op] = shape{accepted[o.class], o.args.list(), o.res.list(), o.opt}
	}
	return list
}()

var ops = [NumOps]info{
	Const:     {name: "const", res: "K"},
	Mov:       {name: "mov", args: "K", res: "K"},
	Select:    {name: "select", args: "BKK", res: "K"},
	Convert:   {name: "convert", args: "F", res: "K"},
	Bitcast:   {name: "bitcast", args: "F", res: "K"},
	FuncConst: {name: "funcconst", res: "K+"},

	Neg:         {name: "neg", class: numeric, args: "K", res: "K"},
	Add:         {name: "add", class: numeric, args: "KK", res: "K"},
	Sub:         {name: "sub", class: numeric, args: "KK", res: "K"},
	Mul:         {name: "mul", class: numeric, args: "KK", res: "K"},
	MulHi:       {name: "mulhi", class: integer, args: "KK", res: "K"},
	Div:         {name: "div", class: numeric, args: "KK", res: "K"},
	Rem:         {name: "rem", class: numeric, args: "KK", res: "K"},
	Min:         {name: "min", class: numeric, args: "KK", res: "K"},
	Max:         {name: "max", class: numeric, args: "KK", res: "K"},
	Abs:         {name: "abs", class: numeric, args: "K", res: "K"},
	FMA:         {name: "fma", class: floating, args: "KKK", res: "K"},
	And:         {name: "and", class: bitwise, args: "KK", res: "K"},
	Or:          {name: "or", class: bitwise, args: "KK", res: "K"},
	Xor:         {name: "xor", class: bitwise, args: "KK", res: "K"},
	Not:         {name: "not", class: bitwise, args: "K", res: "K"},
	Shl:         {name: "shl", class: integer, args: "KK", res: "K"},
	Shr:         {name: "shr", class: integer, args: "KK", res: "K"},
	Rotl:        {name: "rotl", class: integer, args: "KK", res: "K"},
	Clz:         {name: "clz", class: integer, args: "K", res: "K"},
	Ctz:         {name: "ctz", class: integer, args: "K", res: "K"},
	Popcount:    {name: "popcount", class: integer, args: "K", res: "K"},
	ReverseBits: {name: "reversebits", class: integer, args: "K", res: "K"},

	Eq: {name: "eq", args: "KK", res: "B"},
	Ne: {name: "ne", args: "KK", res: "B"},
	Lt: {name: "lt", class: ordered, args: "KK", res: "B"},
	Le: {name: "le", class: ordered, args: "KK", res: "B"},

	Exp:       {name: "exp", class: floating, args: "K", res: "K"},
	Exp2:      {name: "exp2", class: floating, args: "K", res: "K"},
	Exp10:     {name: "exp10", class: floating, args: "K", res: "K"},
	Log:       {name: "log", class: floating, args: "K", res: "K"},
	Log2:      {name: "log2", class: floating, args: "K", res: "K"},
	Log10:     {name: "log10", class: floating, args: "K", res: "K"},
	Sin:       {name: "sin", class: floating, args: "K", res: "K"},
	Cos:       {name: "cos", class: floating, args: "K", res: "K"},
	Tan:       {name: "tan", class: floating, args: "K", res: "K"},
	SinPi:     {name: "sinpi", class: floating, args: "K", res: "K"},
	CosPi:     {name: "cospi", class: floating, args: "K", res: "K"},
	TanPi:     {name: "tanpi", class: floating, args: "K", res: "K"},
	Sinh:      {name: "sinh", class: floating, args: "K", res: "K"},
	Cosh:      {name: "cosh", class: floating, args: "K", res: "K"},
	Tanh:      {name: "tanh", class: floating, args: "K", res: "K"},
	Asin:      {name: "asin", class: floating, args: "K", res: "K"},
	Acos:      {name: "acos", class: floating, args: "K", res: "K"},
	Atan:      {name: "atan", class: floating, args: "K", res: "K"},
	Asinh:     {name: "asinh", class: floating, args: "K", res: "K"},
	Acosh:     {name: "acosh", class: floating, args: "K", res: "K"},
	Atanh:     {name: "atanh", class: floating, args: "K", res: "K"},
	Atan2:     {name: "atan2", class: floating, args: "KK", res: "K"},
	Pow:       {name: "pow", class: floating, args: "KK", res: "K"},
	Sqrt:      {name: "sqrt", class: floating, args: "K", res: "K"},
	Rsqrt:     {name: "rsqrt", class: floating, args: "K", res: "K"},
	Floor:     {name: "floor", class: floating, args: "K", res: "K"},
	Ceil:      {name: "ceil", class: floating, args: "K", res: "K"},
	Trunc:     {name: "trunc", class: floating, args: "K", res: "K"},
	Round:     {name: "round", class: floating, args: "K", res: "K"},
	Rint:      {name: "rint", class: floating, args: "K", res: "K"},
	CopySign:  {name: "copysign", class: floating, args: "KK", res: "K"},
	NextAfter: {name: "nextafter", class: floating, args: "KK", res: "K"},
	Ldexp:     {name: "ldexp", class: floating, args: "Ki", res: "K"},
	Frexp:     {name: "frexp", class: floating, args: "K", res: "Ki"},
	Ilogb:     {name: "ilogb", class: floating, args: "K", res: "i"},

	Load:      {name: "load", args: "P", res: "K+"},
	Store:     {name: "store", args: "PK+"},
	PtrAdd:    {name: "ptradd", class: pointer, args: "Pl", res: "P"},
	PtrDiff:   {name: "ptrdiff", class: pointer, args: "PP", res: "l"},
	SlotAddr:  {name: "slotaddr", class: pointer, res: "P"},
	ConstAddr: {name: "constaddr", class: pointer, res: "C"},
	CopyMem:   {name: "copymem", class: noKind, args: "PQ"},
	ZeroMem:   {name: "zeromem", class: noKind, args: "P"},

	AtomicLoad:  {name: "atomicload", args: "P", res: "K"},
	AtomicStore: {name: "atomicstore", args: "PK"},
	AtomicXchg:  {name: "atomicxchg", args: "PK", res: "K", opt: true},
	AtomicCAS:   {name: "atomiccas", args: "PKK", res: "K", opt: true},
	AtomicAdd:   {name: "atomicadd", class: numeric, args: "PK", res: "K", opt: true},
	AtomicSub:   {name: "atomicsub", class: numeric, args: "PK", res: "K", opt: true},
	AtomicMin:   {name: "atomicmin", class: integer, args: "PK", res: "K", opt: true},
	AtomicMax:   {name: "atomicmax", class: integer, args: "PK", res: "K", opt: true},
	AtomicAnd:   {name: "atomicand", class: integer, args: "PK", res: "K", opt: true},
	AtomicOr:    {name: "atomicor", class: integer, args: "PK", res: "K", opt: true},
	AtomicXor:   {name: "atomicxor", class: integer, args: "PK", res: "K", opt: true},

	Barrier: {name: "barrier", class: noKind},
	Fence:   {name: "fence", class: noKind},

	SimdSum:            {name: "simdsum", class: numeric, args: "K", res: "K"},
	SimdProduct:        {name: "simdproduct", class: numeric, args: "K", res: "K"},
	SimdMin:            {name: "simdmin", class: numeric, args: "K", res: "K"},
	SimdMax:            {name: "simdmax", class: numeric, args: "K", res: "K"},
	SimdAnd:            {name: "simdand", class: bitwise, args: "K", res: "K"},
	SimdOr:             {name: "simdor", class: bitwise, args: "K", res: "K"},
	SimdXor:            {name: "simdxor", class: bitwise, args: "K", res: "K"},
	SimdPrefixSum:      {name: "simdprefixsum", class: numeric, args: "K", res: "K"},
	SimdPrefixProduct:  {name: "simdprefixproduct", class: numeric, args: "K", res: "K"},
	SimdExclSum:        {name: "simdexclsum", class: numeric, args: "K", res: "K"},
	SimdExclProduct:    {name: "simdexclproduct", class: numeric, args: "K", res: "K"},
	SimdBroadcast:      {name: "simdbroadcast", args: "Ku", res: "K"},
	SimdBroadcastFirst: {name: "simdbroadcastfirst", args: "K", res: "K"},
	SimdShuffle:        {name: "simdshuffle", args: "Ku", res: "K"},
	SimdShuffleXor:     {name: "simdshufflexor", args: "Ku", res: "K"},
	SimdShuffleUp:      {name: "simdshuffleup", args: "Ku", res: "K"},
	SimdShuffleDown:    {name: "simdshuffledown", args: "Ku", res: "K"},
	SimdRotateUp:       {name: "simdrotateup", args: "Ku", res: "K"},
	SimdRotateDown:     {name: "simdrotatedown", args: "Ku", res: "K"},
	SimdFillUp:         {name: "simdfillup", args: "KKuu", res: "K"},
	SimdFillDown:       {name: "simdfilldown", args: "KKuu", res: "K"},
	SimdAll:            {name: "simdall", class: boolean, args: "K", res: "K"},
	SimdAny:            {name: "simdany", class: boolean, args: "K", res: "K"},
	SimdBallot:         {name: "simdballot", class: boolean, args: "K", res: "U"},
	SimdIsFirst:        {name: "simdisfirst", class: noKind, res: "B"},
	SimdActive:         {name: "simdactive", class: noKind, res: "U"},

	MatrixLoad:  {name: "matrixload", class: floating, args: "Plll", res: "KK"},
	MatrixStore: {name: "matrixstore", class: floating, args: "PKKlll"},
	MatrixMMA:   {name: "matrixmma", class: floating, args: "KKKKKK", res: "KK"},

	Call:     {name: "call", class: noKind, args: "*"},
	Print:    {name: "print", class: noKind, args: "*"},
	Overflow: {name: "overflow", class: noKind},

	If:          {name: "if", class: noKind, args: "B"},
	Loop:        {name: "loop", class: noKind},
	Scope:       {name: "scope", class: noKind},
	Break:       {name: "break", class: noKind},
	Continue:    {name: "continue", class: noKind},
	Return:      {name: "return", class: noKind, args: "*"},
	Unreachable: {name: "unreachable", class: noKind},
}

// String returns the operation's name in the text form.
func (op Op) String() string {
	if op < NumOps && ops[op].name != "" {
		return ops[op].name
	}
	return "invalid"
}

var kindNames = [...]string{"void", "bool", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f16", "bf16", "f32", "ptr"}

// String returns the kind's name in the text form.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// Size returns the bytes that a value of the kind takes in memory.
func (k Kind) Size() int { return int(kindSizes[k]) }

var kindSizes = [...]uint8{Bool: 1, I8: 1, U8: 1, I16: 2, U16: 2, I32: 4, U32: 4, I64: 8, U64: 8, F16: 2, BF16: 2, F32: 4, Ptr: 8}

// Bits returns the width of the kind's value in bits: 1 for Bool.
func (k Kind) Bits() int {
	if k == Bool {
		return 1
	}
	return 8 * k.Size()
}

// Mask returns a value with the kind's bits set.
func (k Kind) Mask() uint64 { return 1<<k.Bits() - 1 }

// IsFloat reports whether k is F16, BF16 or F32.
func (k Kind) IsFloat() bool { return k >= F16 && k <= F32 }

// IsInt reports whether k is an integer kind; Bool is none.
func (k Kind) IsInt() bool { return k >= I8 && k <= U64 }

// IsSigned reports whether k is a signed integer kind.
func (k Kind) IsSigned() bool { return k == I8 || k == I16 || k == I32 || k == I64 }

var spaceNames = [...]string{"none", "device", "constant", "threadgroup", "thread"}

// String returns Metal's name of the space.
func (s Space) String() string {
	if int(s) < len(spaceNames) {
		return spaceNames[s]
	}
	return "invalid"
}

// String returns "f32" or, for pointers, "ptr.device".
func (t Type) String() string {
	if t.Kind == Ptr {
		return "ptr." + t.Space.String()
	}
	return t.Kind.String()
}

var builtinNames = [...]string{
	NoBuiltin:                        "none",
	ThreadPositionInGrid:             "thread_position_in_grid",
	ThreadPositionInThreadgroup:      "thread_position_in_threadgroup",
	ThreadgroupPositionInGrid:        "threadgroup_position_in_grid",
	ThreadIndexInThreadgroup:         "thread_index_in_threadgroup",
	ThreadIndexInSimdgroup:           "thread_index_in_simdgroup",
	ThreadIndexInQuadgroup:           "thread_index_in_quadgroup",
	SimdgroupIndexInThreadgroup:      "simdgroup_index_in_threadgroup",
	QuadgroupIndexInThreadgroup:      "quadgroup_index_in_threadgroup",
	ThreadsPerGrid:                   "threads_per_grid",
	ThreadsPerThreadgroup:            "threads_per_threadgroup",
	DispatchThreadsPerThreadgroup:    "dispatch_threads_per_threadgroup",
	ThreadgroupsPerGrid:              "threadgroups_per_grid",
	SimdgroupsPerThreadgroup:         "simdgroups_per_threadgroup",
	DispatchSimdgroupsPerThreadgroup: "dispatch_simdgroups_per_threadgroup",
	QuadgroupsPerThreadgroup:         "quadgroups_per_threadgroup",
	DispatchQuadgroupsPerThreadgroup: "dispatch_quadgroups_per_threadgroup",
	ThreadsPerSimdgroup:              "threads_per_simdgroup",
	GridOrigin:                       "grid_origin",
	GridSize:                         "grid_size",
}

// String returns the attribute's name in Metal.
func (b Builtin) String() string {
	if int(b) < len(builtinNames) {
		return builtinNames[b]
	}
	return "invalid"
}

// Run returns the length of the run that the instruction loads, stores or
// yields.
func (in *Instr) Run() int { return max(1, int(in.N)) }

// Group returns how many lanes a SIMD-group instruction spans: 32, or 4 for
// the quad forms.
func (in *Instr) Group() int {
	if in.Imm == 4 {
		return 4
	}
	return 32
}

// Signature returns the kinds of the operands and results of an operation on
// scalars of kind k. It reports false for operations that k does not suit and
// for those that do more than compute with scalars.
func (op Op) Signature(k Kind) (args, results []Kind, ok bool) {
	if op == Invalid || op >= NumOps || shapes[op].kinds>>k&1 == 0 || !op.pure() && (op < SimdSum || op > SimdActive) {
		return nil, nil, false
	}
	types := map[rune]Kind{'K': k, 'B': Bool, 'i': I32, 'u': U32, 'l': I64, 'U': U64}
	list := func(sig letters) (kinds []Kind) {
		for _, c := range sig {
			kind, known := types[c]
			ok = ok && known
			kinds = append(kinds, kind)
		}
		return kinds
	}
	ok = true
	args, results = list(ops[op].args), list(ops[op].res)
	return args, results, ok
}
