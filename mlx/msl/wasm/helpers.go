package wasm

import (
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// helper is a function that stands beside the kernel in every module.
type helper int

const (
	helperDivS helper = iota
	helperDivU
	helperRemS
	helperRemU
	helperDivS64
	helperDivU64
	helperRemS64
	helperRemU64
	helperDivS4
	helperDivU4
	helperReverse
	helperFMA4
	helperFMABF164
	helperIntBF16
	helperMMA
	helperMMAF16
	helperMMABF16
	helperFmod4
	helperAtomicF32
	helperAtomicAnd
	helperAtomicOr
	helperAtomicXor
	helperAtomicMin64
	helperAtomicMax64
	helperAtomicCASBool
	helperAtomicMin
	numHelpers = helperAtomicMin + 4 // min s, min u, max s, max u
)

// Numbers of functions: tick and printed are the host's, then come the kernel
// and what it calls.
const (
	tick = iota
	printed
	_ // the kernel
	firstCalled
)

// imports are what the host provides. tick gives Go the processor for a
// moment, which its garbage collector may be waiting for, and returns whether
// the launch is to end.
var imports = []wc.Import{
	{Module: "host", Name: "tick", Params: []wc.Type{wc.I32}, Results: []wc.Type{wc.I32}},
	{Module: "host", Name: "print", Params: []wc.Type{wc.I32, wc.I32, wc.I32}},
}

// call calls a helper.
func (g *gen) call(h helper) { g.callShared(h, func() *wc.Func { return helpers()[h] }) }

// callShared calls the function of a key, which becomes part of the module when
// it is first called.
func (g *gen) callShared(key any, make func() *wc.Func) {
	n, ok := g.numbers[key]
	if !ok {
		n = firstCalled + len(g.called)
		g.numbers[key] = n
		g.called = append(g.called, make())
	}
	g.f.Call(n)
}

// helperGen emits into a helper what is otherwise emitted into the kernel.
func helperGen(f *wc.Func) *gen {
	return &gen{f: f, scratch: map[wc.Type][]int{}, once: once{splats: map[[16]byte]int{}}}
}

// helpers returns the functions in the order of their constants.
var helpers = sync.OnceValue(func() []*wc.Func {
	out := make([]*wc.Func, numHelpers)
	for i, d := range []struct {
		t    wc.Type
		name string
		div  wc.Op
	}{
		{wc.I32, "div_s", wc.I32DivS}, {wc.I32, "div_u", wc.I32DivU}, {wc.I32, "rem_s", wc.I32RemS}, {wc.I32, "rem_u", wc.I32RemU},
		{wc.I64, "div_s64", wc.I64DivS}, {wc.I64, "div_u64", wc.I64DivU}, {wc.I64, "rem_s64", wc.I64RemS}, {wc.I64, "rem_u64", wc.I64RemU},
	} {
		out[i] = divide(d.name, d.t, d.div, i%4 == 0)
	}
	out[helperDivS4] = divide4("div_s4", true)
	out[helperDivU4] = divide4("div_u4", false)
	out[helperReverse] = reverse()
	out[helperFMA4] = fma4()
	out[helperFMABF164] = fmaBF164()
	out[helperIntBF16] = intBF16()
	out[helperMMA] = mma("mma", ir.F32)
	out[helperMMAF16] = mma("mma_f16", ir.F16)
	out[helperMMABF16] = mma("mma_bf16", ir.BF16)
	out[helperFmod4] = fmod4()
	out[helperAtomicMin64] = atomicLoop("atomic_min_u64", wc.I64, pickWith(wc.I64LtU))
	out[helperAtomicMax64] = atomicLoop("atomic_max_u64", wc.I64, pickWith(wc.I64GtU))
	out[helperAtomicCASBool] = casBool()
	out[helperAtomicF32] = atomicLoop("atomic_add_f32", wc.I32, func(f *wc.Func) {
		f.Get(2)
		f.Emit(wc.F32ReinterpretI32)
		f.Get(1)
		f.Emit(wc.F32ReinterpretI32, wc.F32Add, wc.I32ReinterpretF32)
	})
	out[helperAtomicAnd] = atomicLogic("atomic_and", wc.I32AtomicRmwAnd)
	out[helperAtomicOr] = atomicLogic("atomic_or", wc.I32AtomicRmwOr)
	out[helperAtomicXor] = atomicLogic("atomic_xor", wc.I32AtomicRmwXor)
	for i, op := range []wc.Op{wc.I32LtS, wc.I32LtU, wc.I32GtS, wc.I32GtU} {
		name := [...]string{"atomic_min_s", "atomic_min_u", "atomic_max_s", "atomic_max_u"}[i]
		out[int(helperAtomicMin)+i] = atomicLoop(name, wc.I32, pickWith(op))
	}
	return out
})

// divide is integer division that gives 0 for a zero divisor and MIN for
// MIN / -1.
func divide(name string, t wc.Type, op wc.Op, quotient bool) *wc.Func {
	f := wc.NewFunc(name, []wc.Type{t, t}, []wc.Type{t})
	eqz, eq, sub := wc.I32Eqz, wc.I32Eq, wc.I32Sub
	num := func(v int64) { f.I32(int32(v)) }
	if t == wc.I64 {
		eqz, eq, sub = wc.I64Eqz, wc.I64Eq, wc.I64Sub
		num = f.I64
	}
	f.Get(1)
	f.Emit(eqz)
	f.If()
	num(0)
	f.Emit(wc.Return)
	f.End()
	if quotient {
		f.Get(1)
		num(-1)
		f.Emit(eq)
		f.If()
		num(0)
		f.Get(0)
		f.Emit(sub, wc.Return)
		f.End()
	}
	f.Get(0, 1)
	f.Emit(op)
	return f
}

// divide4 divides 32-bit lanes in float64, or in float32 where all numbers are below 2^22:
// quotients that are no integers are farther from one than either rounds. Truncated ones
// stand in the lower bits of the sum with a number whose last place is one.
func divide4(name string, signed bool) *wc.Func {
	f := wc.NewFunc(name, []wc.Type{wc.V128, wc.V128}, []wc.Type{wc.V128})
	q := f.Local(wc.V128)
	conv := wc.F64x2ConvertLowI32x4U
	if signed {
		conv = wc.F64x2ConvertLowI32x4S
	}
	for p := range 2 {
		f.Get(p)
		if signed {
			f.Emit(wc.I32x4Abs)
		}
	}
	f.Emit(wc.V128Or)
	f.V128(splat32(^uint32(1<<22 - 1)))
	f.Emit(wc.V128And, wc.V128AnyTrue)
	f.If()
	for half := range 2 {
		for p := range 2 {
			f.Half(p, half)
			f.Emit(conv)
		}
		f.Emit(wc.F64x2Div, wc.F64x2Trunc)
		f.V128(both64(3 << 51))
		f.Emit(wc.F64x2Add)
	}
	f.Shuffle32(0, 2, 4, 6)
	f.Set(q)
	f.Else()
	for p := range 2 {
		f.Get(p)
		f.Emit(wc.F32x4ConvertI32x4S)
	}
	f.Emit(wc.F32x4Div, wc.F32x4Trunc)
	f.V128(bitsOf(3 << 22))
	f.Emit(wc.F32x4Add)
	f.V128(bitsOf(3 << 22))
	f.Emit(wc.I32x4Sub)
	f.Set(q)
	f.End()
	f.Get(q)
	f.Get(1)
	f.V128([16]byte{})
	f.Emit(wc.I32x4Ne, wc.V128And)
	return f
}

func reverse() *wc.Func {
	f := wc.NewFunc("reverse", []wc.Type{wc.I32}, []wc.Type{wc.I32})
	for _, s := range []struct {
		shift int32
		mask  uint32
	}{{1, 0x55555555}, {2, 0x33333333}, {4, 0x0f0f0f0f}, {8, 0x00ff00ff}} {
		f.Get(0)
		f.I32(s.shift)
		f.Emit(wc.I32ShrU)
		f.I32(int32(s.mask))
		f.Emit(wc.I32And)
		f.Get(0)
		f.I32(int32(s.mask))
		f.Emit(wc.I32And)
		f.I32(s.shift)
		f.Emit(wc.I32Shl, wc.I32Or)
		f.Set(0)
	}
	f.Get(0)
	f.I32(16)
	f.Emit(wc.I32Rotl)
	return f
}

// fmod4 is the remainder of a truncated division, exactly: of |a| it takes |b| times
// the upper 28 bits of the quotient until less than |b| is left. Quotients of what 28
// bits hold are not rounded up to such a number, and products with it are not rounded.
func fmod4() *wc.Func {
	f := wc.NewFunc("fmod4", []wc.Type{wc.V128, wc.V128}, []wc.Type{wc.V128})
	b := f.Local(wc.V128)
	halves := [2]int{f.Local(wc.V128), f.Local(wc.V128)}
	for h, r := range halves {
		wide := func(param int) {
			f.Half(param, h)
			f.Emit(wc.F64x2PromoteLowF32x4, wc.F64x2Abs)
		}
		wide(0)
		f.Set(r)
		wide(1)
		f.V128(both64(0x1p1000)) // of a finite a an infinite b leaves a
		f.Emit(wc.F64x2Pmin)
		f.Set(b)
		top := f.Loop()
		f.Get(r, r, b)
		f.Emit(wc.F64x2Div, wc.F64x2Trunc)
		f.V128(pair64(-1<<25, -1<<25))
		f.Emit(wc.V128And)
		f.Get(b)
		f.Emit(wc.F64x2Mul, wc.F64x2Sub)
		f.Tee(r)
		f.Get(b)
		f.Emit(wc.F64x2Ge, wc.V128AnyTrue)
		f.BrIf(top)
		f.End()
		f.Get(r)
		f.Emit(wc.F32x4DemoteF64x2Zero)
		f.Set(r)
	}
	f.LowerHalves(halves[0], halves[1])
	f.Get(0)
	f.V128(splat32(signBit))
	f.Emit(wc.V128And, wc.V128Or)
	return f
}

// intBF16 converts unsigned 32-bit lanes to float32, to be rounded to bfloat: what
// float32 would round away first is kept as a sticky bit, far below bfloat's last.
func intBF16() *wc.Func {
	f := wc.NewFunc("int_bf16", []wc.Type{wc.V128}, []wc.Type{wc.V128})
	f.Get(0)
	f.V128(splat32(^uint32(0xff)))
	f.Emit(wc.V128And)
	f.Get(0)
	f.V128(splat32(0xff))
	f.Emit(wc.V128And)
	f.V128([16]byte{})
	f.Emit(wc.I32x4Ne)
	f.V128(splat32(0x100))
	f.Emit(wc.V128And, wc.V128Or)
	f.Get(0, 0)
	f.V128(splat32(1 << 24))
	f.Emit(wc.I32x4GeU, wc.V128Bitselect, wc.F32x4ConvertI32x4U)
	return f
}

// atomicLoop replaces *param0 by next until no other thread interferes, and
// returns the old value. next pushes the new value from local 2, the old one,
// and param 1.
func atomicLoop(name string, t wc.Type, next func(f *wc.Func)) *wc.Func {
	load, swap, eq := wc.I32AtomicLoad, wc.I32AtomicRmwCmpxchg, wc.I32Eq
	if t == wc.I64 {
		load, swap, eq = wc.I64AtomicLoad, wc.I64AtomicRmwCmpxchg, wc.I64Eq
	}
	f := wc.NewFunc(name, []wc.Type{wc.I32, t}, []wc.Type{t})
	old := f.Local(t)
	seen := f.Local(t)
	f.Get(0)
	f.Mem(load, 0)
	f.Set(old)
	end := f.Block()
	top := f.Loop()
	f.Get(0, old)
	next(f)
	f.Mem(swap, 0)
	f.Tee(seen)
	f.Get(old)
	f.Emit(eq)
	f.BrIf(end)
	f.Get(seen)
	f.Set(old)
	f.Br(top)
	f.End()
	f.End()
	f.Get(old)
	return f
}

// pickWith makes the next of an atomicLoop that keeps what compares true with
// the other.
func pickWith(op wc.Op) func(f *wc.Func) {
	return func(f *wc.Func) {
		f.Get(2, 1, 2, 1)
		f.Emit(op, wc.Select)
	}
}

// atomicLogic is an operation for which wazero makes a loop on amd64. In the
// kernel it could reload a register in it and overwrite the operand.
func atomicLogic(name string, op wc.Op) *wc.Func {
	f := wc.NewFunc(name, []wc.Type{wc.I32, wc.I32}, []wc.Type{wc.I32})
	f.Get(0, 1)
	f.Mem(op, 0)
	return f
}

// casBool replaces the byte at param 0 by param 2 if it is as true as param 1,
// and returns the old one.
func casBool() *wc.Func {
	f := wc.NewFunc("atomic_cas_bool", []wc.Type{wc.I32, wc.I32, wc.I32}, []wc.Type{wc.I32})
	old := f.Local(wc.I32)
	end := f.Block()
	top := f.Loop()
	f.Get(0)
	f.Mem(wc.I32AtomicLoad8U, 0)
	f.Tee(old)
	f.I32(0)
	f.Emit(wc.I32Ne)
	f.Get(1)
	f.Emit(wc.I32Ne)
	f.BrIf(end)
	f.Get(0, old, 2)
	f.Mem(wc.I32AtomicRmw8CmpxchgU, 0)
	f.Get(old)
	f.Emit(wc.I32Ne)
	f.BrIf(top)
	f.End()
	f.End()
	f.Get(old)
	return f
}
