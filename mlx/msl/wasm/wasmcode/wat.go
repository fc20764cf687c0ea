package wasmcode

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

var typeNames = map[Type]string{I32: "i32", I64: "i64", F32: "f32", F64: "f64", V128: "v128"}

// WAT returns the module in WebAssembly's text format, without functions that
// are empty. Where the place that code comes from changes, a comment says what
// describe makes of it.
func (m *Module) WAT(describe func(place int) string) string {
	var b strings.Builder
	b.WriteString("(module\n")
	for _, d := range m.Imports {
		fmt.Fprintf(&b, "  (import %q %q (func $%s", d.Module, d.Name, d.Name)
		typeList(&b, "param", d.Params)
		typeList(&b, "result", d.Results)
		b.WriteString("))\n")
	}
	fmt.Fprintf(&b, "  (memory %d %d)\n", m.MemPages, m.MemPages)
	var names []string
	for _, d := range m.Imports {
		names = append(names, d.Name)
	}
	for _, f := range m.Funcs {
		names = append(names, f.Name)
	}
	for _, f := range m.Funcs {
		if len(f.code) > 0 {
			f.wat(&b, names, describe)
		}
	}
	b.WriteString(")\n")
	return b.String()
}

func (f *Func) wat(b *strings.Builder, names []string, describe func(place int) string) {
	fmt.Fprintf(b, "  (func $%s (export %q)", f.Name, f.Name)
	typeList(b, "param", f.Params)
	typeList(b, "result", f.Results)
	b.WriteByte('\n')
	if len(f.locals) > 0 {
		b.WriteString("   ")
		typeList(b, "local", f.locals)
		b.WriteByte('\n')
	}
	depth, notes, last := 2, f.notes, ""
	for i := range f.code {
		in := &f.code[i]
		if in.Op == End || in.Op == Else {
			depth--
		}
		indent := strings.Repeat("  ", depth)
		for ; len(notes) > 0 && notes[0].at <= i; notes = notes[1:] {
			if text := describe(notes[0].from); text != "" && text != last && (len(notes) == 1 || notes[1].at > i) {
				fmt.Fprintf(b, "%s;; %s\n", indent, text)
				last = text
			}
		}
		if in.Op == Call {
			fmt.Fprintf(b, "%scall $%s\n", indent, names[in.Imm])
			continue
		}
		fmt.Fprintf(b, "%s%s\n", indent, in)
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
		return info.name + " " + floatText(float64(math.Float32frombits(uint32(in.Imm))), in.Imm&(1<<23-1))
	case immF64:
		return info.name + " " + floatText(math.Float64frombits(uint64(in.Imm)), in.Imm&(1<<52-1))
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

func floatText(v float64, fraction int64) string {
	switch {
	case math.IsNaN(v):
		return fmt.Sprintf("nan:0x%x", fraction)
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
