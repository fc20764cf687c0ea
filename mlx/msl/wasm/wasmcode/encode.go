package wasmcode

import (
	"encoding/binary"
	"runtime"
)

type immKind uint8

const (
	immNone immKind = iota
	immBlock
	immLabel
	immIndex
	immMem
	immI32
	immI64
	immF32
	immF64
	immV128
	immLane
	immMemLane
	immZero1
	immZero2
)

type opInfo struct {
	name   string
	prefix byte
	code   uint32
	imm    immKind
}

// Module is a set of functions over one memory. Imports come first in the
// numbering of functions.
type Module struct {
	Imports  []Import
	Funcs    []*Func // all exported by name
	MemPages uint32  // initial size of the memory in 64 KiB pages, also its maximum
}

// Import is a function that the host provides.
type Import struct {
	Module, Name    string
	Params, Results []Type
}

// Encode returns the binary form.
func (m *Module) Encode() []byte {
	out := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	var types, imports, funcs, exports, code []byte
	n, first := len(m.Funcs), len(m.Imports)
	types, funcs, code = uleb(types, first+n), uleb(funcs, n), uleb(code, n)
	imports, exports = uleb(imports, first), uleb(exports, n)
	signature := func(params, results []Type) {
		types = append(types, 0x60)
		types = append(uleb(types, len(params)), bytesOf(params)...)
		types = append(uleb(types, len(results)), bytesOf(results)...)
	}
	for i, d := range m.Imports {
		signature(d.Params, d.Results)
		imports = append(uleb(imports, len(d.Module)), d.Module...)
		imports = append(uleb(imports, len(d.Name)), d.Name...)
		imports = uleb(append(imports, 0), i)
	}
	for i, f := range m.Funcs {
		signature(f.Params, f.Results)
		funcs = uleb(funcs, first+i)
		exports = append(uleb(exports, len(f.Name)), f.Name...)
		exports = uleb(append(exports, 0), first+i)
		body := f.encode()
		code = append(uleb(code, len(body)), body...)
	}
	memory := uleb(uleb([]byte{1, 1}, int(m.MemPages)), int(m.MemPages))
	out = section(out, 1, types)
	if first > 0 {
		out = section(out, 2, imports)
	}
	out = section(out, 3, funcs)
	out = section(out, 5, memory)
	out = section(out, 7, exports)
	return section(out, 10, code)
}

func section(out []byte, id byte, body []byte) []byte {
	return append(uleb(append(out, id), len(body)), body...)
}

func bytesOf(ts []Type) []byte {
	b := make([]byte, len(ts))
	for i, t := range ts {
		b[i] = byte(t)
	}
	return b
}

func (f *Func) encode() []byte {
	var b []byte
	runs := 0
	for i, t := range f.locals {
		if i == 0 || f.locals[i-1] != t {
			runs++
		}
	}
	b = uleb(b, runs)
	for i := 0; i < len(f.locals); {
		j := i
		for j < len(f.locals) && f.locals[j] == f.locals[i] {
			j++
		}
		b = append(uleb(b, j-i), byte(f.locals[i]))
		i = j
	}
	for i := range f.code {
		b = f.code[i].encode(b)
	}
	return append(b, 0x0b)
}

// viaInteger lets replace_lane of floats take the bits from an integer register. On
// arm64 wazero inserts into a copy of the vector that its register allocator may
// take away while it reloads the float, as inserting does not count as reading
// the copy; an integer is reloaded elsewhere. Tests set it.
var viaInteger = runtime.GOARCH == "arm64"

func (in *Inst) encode(b []byte) []byte {
	if viaInteger && in.Op == F32x4ReplaceLane {
		b = (&Inst{Op: I32ReinterpretF32}).encode(b)
		return (&Inst{Op: I32x4ReplaceLane, Aux: in.Aux}).encode(b)
	}
	if viaInteger && in.Op == F64x2ReplaceLane {
		b = (&Inst{Op: I64ReinterpretF64}).encode(b)
		return (&Inst{Op: I64x2ReplaceLane, Aux: in.Aux}).encode(b)
	}
	info := &opTable[in.Op]
	if info.prefix == 0 {
		b = append(b, byte(info.code))
	} else {
		b = uleb(append(b, info.prefix), int(info.code))
	}
	switch info.imm {
	case immBlock:
		b = append(b, byte(none))
	case immLabel, immIndex:
		b = uleb(b, int(in.Imm))
	case immMem:
		b = uleb(uleb(b, int(in.Aux)), int(in.Imm))
	case immI32, immI64:
		b = sleb(b, in.Imm)
	case immF32:
		b = binary.LittleEndian.AppendUint32(b, uint32(in.Imm))
	case immF64:
		b = binary.LittleEndian.AppendUint64(b, uint64(in.Imm))
	case immV128:
		b = append(b, in.V[:]...)
	case immLane:
		b = append(b, in.Aux)
	case immMemLane:
		b = append(uleb(append(b, 0), int(in.Imm)), in.Aux)
	case immZero1:
		b = append(b, 0)
	case immZero2:
		b = append(b, 0, 0)
	}
	return b
}

func uleb(b []byte, v int) []byte { return binary.AppendUvarint(b, uint64(v)) }

func sleb(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}
