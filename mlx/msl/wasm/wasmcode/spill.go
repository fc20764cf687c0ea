package wasmcode

import "slices"

// segment is code that is entered at its start and left at its end only.
type segment struct{ lo, hi int }

// Segment marks what do emits as code that is entered at its start and left at
// its end only, with nothing on the stack.
func (f *Func) Segment(do func()) {
	n := len(f.segments)
	f.segments = append(f.segments, segment{lo: len(f.code), hi: -1})
	do()
	f.segments[n].hi = len(f.code)
}

// Spill keeps what lives across segments in memory instead of in locals: at the
// addresses that a local holds plus what slot returns. A segment loads what it
// reads at its start and stores what it has changed at its end; the code around
// them loads and stores where it reads and writes. For a compiler that takes
// longer than linearly in the values that live across loops.
func (f *Func) Spill(base int, slot func(t Type) uint32) {
	crossing := f.crossing()
	at := map[int]uint32{}
	for l := len(f.Params); l < len(f.Params)+len(f.locals); l++ {
		if crossing[l] {
			at[l] = slot(f.typeOf(l))
		}
	}
	code, notes := f.code, f.notes
	f.code, f.notes = make([]Inst, 0, len(code)*5/4), make([]note, 0, len(notes))
	load := func(l int) {
		f.Get(base)
		f.Mem(loadOf[f.typeOf(l)], at[l])
	}
	store := func(l int) {
		f.Get(base, l)
		f.Mem(storeOf[f.typeOf(l)], at[l])
	}
	next := 0
	for i := 0; i < len(code); i++ {
		for len(notes) > 0 && notes[0].at <= i {
			f.notes = append(f.notes, note{len(f.code), notes[0].from})
			notes = notes[1:]
		}
		if next < len(f.segments) && f.segments[next].lo == i {
			s := &f.segments[next]
			next++
			body := code[s.lo:s.hi]
			s.lo = len(f.code)
			read, written := f.touched(body, at)
			for _, l := range read {
				load(l)
				f.Set(l)
			}
			for len(notes) > 0 && notes[0].at < i+len(body) {
				f.notes = append(f.notes, note{len(f.code) + notes[0].at - i, notes[0].from})
				notes = notes[1:]
			}
			f.code = append(f.code, body...)
			for _, l := range written {
				store(l)
			}
			s.hi = len(f.code)
			i += len(body) - 1
			continue
		}
		in := code[i]
		_, spilled := at[int(in.Imm)]
		switch {
		case spilled && in.Op == LocalGet:
			load(int(in.Imm))
		case spilled && (in.Op == LocalSet || in.Op == LocalTee):
			f.code = append(f.code, in)
			store(int(in.Imm))
		default:
			f.code = append(f.code, in)
		}
	}
}

// crossing finds the locals that some segment, or code between two, reads
// before it writes them.
func (f *Func) crossing() []bool {
	out := make([]bool, len(f.Params)+len(f.locals))
	written := make([]int, len(out)) // in which stretch of code last
	stretch, next := 1, 0
	for i, in := range f.code {
		if next < len(f.segments) && (i == f.segments[next].lo || i == f.segments[next].hi) {
			stretch++
			if i == f.segments[next].hi {
				next++
				if next < len(f.segments) && i == f.segments[next].lo {
					stretch++
				}
			}
		}
		switch in.Op {
		case LocalGet:
			if l := in.Imm; written[l] != stretch {
				out[l] = true
			}
		case LocalSet, LocalTee:
			written[in.Imm] = stretch
		}
	}
	return out
}

// touched lists the locals with a slot that code reads or writes, and of these
// those that it writes. What it writes in part, it has to know.
func (f *Func) touched(code []Inst, at map[int]uint32) (all, written []int) {
	for _, in := range code {
		if in.Op != LocalGet && in.Op != LocalSet && in.Op != LocalTee {
			continue
		}
		l := int(in.Imm)
		if _, ok := at[l]; !ok {
			continue
		}
		all = append(all, l)
		if in.Op != LocalGet {
			written = append(written, l)
		}
	}
	slices.Sort(all)
	slices.Sort(written)
	return slices.Compact(all), slices.Compact(written)
}

func (f *Func) typeOf(local int) Type {
	if local < len(f.Params) {
		return f.Params[local]
	}
	return f.locals[local-len(f.Params)]
}

var (
	loadOf  = map[Type]Op{I32: I32Load, I64: I64Load, F32: F32Load, V128: V128Load}
	storeOf = map[Type]Op{I32: I32Store, I64: I64Store, F32: F32Store, V128: V128Store}
)
