package wasmcode

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

var typeNames = map[Type]string{I32: "i32", I64: "i64", F32: "f32", F64: "f64", V128: "v128"}

// WAT returns the module in WebAssembly's text format.
func (m *Module) WAT() string {
	var b strings.Builder
	b.WriteString("(module\n")
	for _, d := range m.Imports {
		fmt.Fprintf(&b, "  (import %q %q (func", d.Module, d.Name)
		typeList(&b, "param", d.Params)
		typeList(&b, "result", d.Results)
		b.WriteString("))\n")
	}
	fmt.Fprintf(&b, "  (memory %d %d)\n", m.MemPages, m.MemPages)
	for _, f := range m.Funcs {
		f.wat(&b)
	}
	b.WriteString(")\n")
	return b.String()
}

func (f *Func) wat(b *strings.Builder) {
	fmt.Fprintf(b, "  (func (export %q)", f.Name)
	typeList(b, "param", f.Params)
	typeList(b, "result", f.Results)
	b.WriteByte('\n')
	if len(f.locals) > 0 {
		b.WriteString("   ")
		typeList(b, "local", f.locals)
		b.WriteByte('\n')
	}
	depth := 2
	for i := range f.code {
		in := &f.code[i]
		if in.Op == End || in.Op == Else {
			depth--
		}
		fmt.Fprintf(b, "%s%s\n", strings.Repeat("  ", depth), in)
		switch in.Op {
		case Block, Loop, If, Else:
			depth++
		}
	}
	b.WriteString("  )\n")
}

// String is the instruction's text.
func (in *Inst) String() string {
	info := &opTable[in.Op]
	switch info.imm {
	case immLabel, immIndex, immI32, immI64:
		return fmt.Sprintf("%s %d", info.name, in.Imm)
	case immMem, immMemLane:
		s := info.name
		if in.Imm != 0 {
			s += fmt.Sprintf(" offset=%d", in.Imm)
		}
		if info.imm == immMemLane {
			s += fmt.Sprintf(" %d", in.Aux)
		}
		return s
	case immF32:
		return info.name + " " + floatText(float64(math.Float32frombits(uint32(in.Imm))))
	case immF64:
		return info.name + " " + floatText(math.Float64frombits(uint64(in.Imm)))
	case immLane:
		return fmt.Sprintf("%s %d", info.name, in.Aux)
	case immV128:
		if in.Op == I8x16Shuffle {
			return info.name + " " + strings.Trim(fmt.Sprint(in.V[:]), "[]")
		}
		s := info.name + " i32x4"
		for i := range 4 {
			s += fmt.Sprintf(" 0x%08x", binary.LittleEndian.Uint32(in.V[i*4:]))
		}
		return s
	}
	return info.name
}

func floatText(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return fmt.Sprintf("%x", v)
}

func typeList(b *strings.Builder, word string, ts []Type) {
	if len(ts) == 0 {
		return
	}
	fmt.Fprintf(b, " (%s", word)
	for _, t := range ts {
		b.WriteString(" " + typeNames[t])
	}
	b.WriteByte(')')
}
