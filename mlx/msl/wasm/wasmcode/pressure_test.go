package wasmcode

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
)

// Programs that want more registers than there are run on wazero's compiler and
// on its interpreter. That is how it was seen which instructions the compiler
// loses registers in.

// TestPressure runs every instruction as Emit writes it.
func TestPressure(t *testing.T) {
	for op := range opTable {
		if _, _, ok := signature(Op(op)); ok {
			for seed := range uint64(2) {
				require.True(t, survives(t, Op(op), seed, false), "%s, seed %d", opTable[op].name, seed)
			}
		}
	}
}

// TestFaults runs what is spelled out, and the instructions themselves, which
// still go wrong: once they do not, they need not be spelled out.
func TestFaults(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("SKIPPED: the programs go wrong on amd64")
	}
	for op, seed := range faults {
		require.True(t, survives(t, op, seed, false), "%s, spelled out", opTable[op].name)
		require.False(t, survives(t, op, seed, true), opTable[op].name)
	}
}

// faults are seeds of programs that go wrong.
var faults = map[Op]uint64{V128Bitselect: 1070, F32Copysign: 1196, F32ConvertI64U: 3664, I64x2Mul: 4720, Select: 6211}

func FuzzPressure(f *testing.F) {
	f.Add(uint16(V128Bitselect), uint64(1))
	f.Fuzz(func(t *testing.T, op uint16, seed uint64) {
		if int(op) >= len(opTable) {
			return
		}
		if _, _, ok := signature(Op(op)); ok {
			require.True(t, survives(t, Op(op), seed, false), opTable[op].name)
		}
	})
}

// survives runs a program around an instruction; raw bypasses Emit for it.
func survives(t testing.TB, op Op, seed uint64, raw bool) bool {
	ctx := context.Background()
	var results [2][]byte
	code := pressProgram(op, seed, raw)
	for i, config := range []wazero.RuntimeConfig{wazero.NewRuntimeConfigInterpreter(), wazero.NewRuntimeConfigCompiler()} {
		rt := wazero.NewRuntimeWithConfig(ctx, config)
		m, err := rt.Instantiate(ctx, code)
		require.NoError(t, err)
		m.Memory().Write(0, pressMemory(seed))
		_, err = m.ExportedFunction("run").Call(ctx, 0)
		require.NoError(t, err)
		memory, _ := m.Memory().Read(0, pressBytes)
		results[i] = slices.Clone(memory)
		require.NoError(t, rt.Close(ctx))
	}
	return slices.Equal(results[0], results[1])
}

const pressBytes = 2048

// pressMemory holds random bits, numbers of ordinary size and zeros.
func pressMemory(seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, pressBytes)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	for i := 0; i < len(b); i += 4 {
		if rng.IntN(2) == 0 {
			b[i+3] = []byte{0x3f, 0x40, 0xbf, 0xc0}[rng.IntN(4)]
		}
		if rng.IntN(8) == 0 {
			copy(b[i:], []byte{0, 0, 0, byte(rng.IntN(2) * 0x80)})
		}
	}
	return b
}

// presser makes a program around an instruction.
type presser struct {
	*Func
	rng    *rand.Rand
	locals map[Type][]int
	focus  Op
	raw    bool
}

// pressProgram loads locals, works on them, and stores them.
func pressProgram(focus Op, seed uint64, raw bool) []byte {
	name := sha256.Sum256([]byte(opTable[focus].name)) // numbers may change
	rng := rand.New(rand.NewPCG(seed, binary.LittleEndian.Uint64(name[:])))
	p := &presser{Func: NewFunc("run", []Type{I32}, nil), rng: rng, locals: map[Type][]int{}, focus: focus, raw: raw}
	kinds := []struct {
		t           Type
		least, more int
		load, store []Op
	}{
		{V128, 2, 22, []Op{V128Load}, []Op{V128Store}}, {I32, 2, 18, []Op{I32Load}, []Op{I32Store}}, {I64, 2, 18, []Op{I64Load}, []Op{I64Store}},
		{F32, 2, 20, []Op{F32Load}, []Op{F32Store}}, {F64, 2, 12, []Op{I64Load, F64ReinterpretI64}, []Op{I64ReinterpretF64, I64Store}},
	}
	at := uint32(0)
	for _, k := range kinds {
		for range k.least + rng.IntN(k.more) {
			l := p.Local(k.t)
			p.locals[k.t] = append(p.locals[k.t], l)
			p.Get(0)
			p.Mem(k.load[0], at)
			p.Emit(k.load[1:]...)
			p.Set(l)
			at += 16
		}
	}
	p.repeat(func() { p.body(2) })
	at = 0
	for _, k := range kinds {
		for _, l := range p.locals[k.t] {
			p.Get(0, l)
			p.Emit(k.store[:len(k.store)-1]...)
			p.Mem(k.store[len(k.store)-1], at)
			at += 16
		}
	}
	return (&Module{Funcs: []*Func{p.Func}, MemPages: 1}).Encode()
}

func (p *presser) any(t Type) int { return p.locals[t][p.rng.IntN(len(p.locals[t]))] }

func (p *presser) body(depth int) {
	for range 1 + p.rng.IntN(2) {
		p.straight(1 + p.rng.IntN(6))
		if depth == 0 {
			continue
		}
		if p.rng.IntN(3) > 0 {
			p.repeat(func() {
				if p.rng.IntN(2) == 0 {
					p.body(depth - 1)
				}
				p.straight(3 + p.rng.IntN(20))
			})
			continue
		}
		p.Get(p.any(I32))
		p.I32(1)
		p.Emit(I32And)
		p.If()
		p.body(depth - 1)
		if p.rng.IntN(2) == 0 {
			p.Else()
			p.body(depth - 1)
		}
		p.End()
	}
}

// repeat emits a loop. At its end the values have to be back in the registers
// of its start, which is where an allocator is in trouble.
func (p *presser) repeat(do func()) {
	n := p.Local(I32)
	p.I32(2)
	p.Set(n)
	top := p.Loop()
	do()
	p.Get(n)
	p.I32(1)
	p.Emit(I32Sub)
	p.Tee(n)
	p.BrIf(top)
	p.End()
}

func (p *presser) straight(n int) {
	simple := []Op{V128Xor, I32x4Add, I32Add, I64Add, F32Add, V128And, I8x16Swizzle}
	types := []Type{V128, I32, I64, F32, F64}
	for range n {
		switch p.rng.IntN(10) {
		case 0, 1:
			p.apply(simple[p.rng.IntN(len(simple))])
		case 2:
			t := types[p.rng.IntN(len(types))]
			p.Get(p.any(t))
			p.Set(p.any(t))
		default:
			p.apply(p.focus)
		}
	}
}

// apply applies an instruction to random locals. What is not a number becomes
// 0, as its bits are nobody's.
func (p *presser) apply(op Op) {
	params, result, _ := signature(op)
	name := opTable[op].name
	for i, t := range params {
		p.Get(p.any(t))
		if strings.Contains(name, ".div_") || strings.Contains(name, ".rem_") {
			p.fit(t, i)
		}
	}
	switch {
	case opTable[op].imm == immLane:
		p.Lane(op, uint8(p.rng.IntN(2)))
	case p.raw:
		p.code = append(p.code, Inst{Op: op})
	case op == Select:
		p.SelectFloat(F32)
	default:
		p.Emit(op)
	}
	to := p.any(result)
	p.Set(to)
	switch {
	case result == F32:
		p.Get(to)
		p.F32(0)
		p.Get(to, to)
		p.Emit(F32Eq)
		p.SelectFloat(F32)
		p.Set(to)
	case result == F64:
		p.Get(to)
		p.F64(0)
		p.Get(to, to)
		p.Emit(F64Ge)
		p.SelectFloat(F64)
		p.Set(to)
	case strings.HasPrefix(name, "f32x4."):
		p.Get(to, to, to)
		p.Emit(F32x4Eq, V128And)
		p.Set(to)
	case strings.HasPrefix(name, "f64x2."):
		p.Get(to, to, to)
		p.Emit(F64x2Eq, V128And)
		p.Set(to)
	}
}

// fit makes operands of a division that do not trap.
func (p *presser) fit(t Type, operand int) {
	switch {
	case t == I32 && operand == 0:
		p.I32(1<<31 - 1)
		p.Emit(I32And)
	case t == I32:
		p.I32(1)
		p.Emit(I32Or)
	case operand == 0:
		p.I64(1<<63 - 1)
		p.Emit(I64And)
	default:
		p.I64(1)
		p.Emit(I64Or)
	}
}

// signature returns the operands and the result of an instruction without
// effects, and false for others. select is that of f32.
func signature(op Op) (params []Type, result Type, ok bool) {
	if op == Select {
		return []Type{F32, F32, I32}, F32, true
	}
	info := opTable[op]
	shape, name, ok := strings.Cut(info.name, ".")
	types := map[string]Type{"i32": I32, "i64": I64, "f32": F32, "f64": F64}
	t, scalar := types[shape]
	if !ok || info.imm != immNone && info.imm != immLane {
		return nil, 0, false
	}
	lane := map[string]Type{"i8x16": I32, "i16x8": I32, "i32x4": I32, "i64x2": I64, "f32x4": F32, "f64x2": F64}[shape]
	is := func(words string) bool {
		return slices.ContainsFunc(strings.Fields(words), func(w string) bool {
			return name == w || strings.HasSuffix(w, "_") && strings.HasPrefix(name, w)
		})
	}
	from := t
	for s, other := range types {
		if strings.HasSuffix(name, "_"+s) || strings.Contains(name, "_"+s+"_") {
			from = other
		}
	}
	switch {
	case scalar && is("eqz"):
		return []Type{t}, I32, true
	case scalar && is("eq ne lt gt le ge lt_ gt_ le_ ge_"):
		return []Type{t, t}, I32, true
	case scalar && is("clz ctz popcnt abs neg ceil floor trunc nearest sqrt wrap_ extend_ extend8_s extend16_s convert_ demote_ promote_ reinterpret_ trunc_sat_"):
		return []Type{from}, t, true
	case scalar:
		return []Type{t, t}, t, true
	case is("splat"):
		return []Type{lane}, V128, true
	case is("extract_lane"):
		return []Type{V128}, lane, true
	case is("replace_lane"):
		return []Type{V128, lane}, V128, true
	case is("all_true any_true bitmask"):
		return []Type{V128}, I32, true
	case is("shl shr_s shr_u"):
		return []Type{V128, I32}, V128, true
	case is("bitselect"):
		return []Type{V128, V128, V128}, V128, true
	case is("not abs neg popcnt extadd_pairwise_ sqrt ceil floor trunc nearest extend_ convert_ promote_ demote_ trunc_sat_"):
		return []Type{V128}, V128, true
	}
	return []Type{V128, V128}, V128, true
}
