package wasm

import wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"

// lanesFunc makes the helper that loads or stores a scalar of the size for
// each active lane, bounds checked. Parameters: area, base and size of the
// memory, mask, byte offsets of lanes 0-1 and 2-3, constant offset and size of
// the run, place of the scalar in the run; for thread memory the distance of
// its words; then the values to store.
func lanesFunc(size int, store, private bool) *wc.Func {
	const (
		area = iota
		base
		length
		active
		lo
		hi
		imm
		span
		at
		row
	)
	params := []wc.Type{wc.I32, wc.I32, wc.I64, wc.V128, wc.V128, wc.V128, wc.I64, wc.I64, wc.I32}
	if private {
		params = append(params, wc.I32)
	}
	value := len(params)
	results := []wc.Type{wc.V128}
	if size == 8 {
		results = append(results, wc.V128)
	}
	name := map[int]string{1: "8", 2: "16", 4: "32", 8: "64"}[size]
	if store {
		params, results = append(params, results...), nil
		name = "scatter" + name
	} else {
		name = "gather" + name
	}
	if private {
		name = "private_" + name
	}
	f := wc.NewFunc(name, params, results)
	off, addr := f.Local(wc.I64), f.Local(wc.I32)
	out := [2]int{value, value + 1}
	if !store {
		out = [2]int{f.Local(wc.V128), 0}
		if size == 8 {
			out[1] = f.Local(wc.V128)
		}
	}
	for l := range 4 {
		f.Get(active)
		f.Lane(wc.I32x4ExtractLane, uint8(l))
		f.If()
		f.Get(lo + l/2)
		f.Lane(wc.I64x2ExtractLane, uint8(l%2))
		f.Get(imm)
		f.Emit(wc.I64Add)
		f.Tee(off)
		f.Get(length, span)
		f.Emit(wc.I64Sub)
		f.Get(off)
		f.Emit(wc.I64Sub, wc.I64Or)
		f.I64(0)
		f.Emit(wc.I64LtS)
		f.If()
		f.Get(area)
		f.I32(1)
		f.Mem(wc.I32Store, areaFault)
		f.Else()
		f.Get(off)
		f.Emit(wc.I32WrapI64)
		f.Get(at)
		f.Emit(wc.I32Add)
		f.Set(addr)
		if private {
			f.Get(addr)
			f.I32(2)
			f.Emit(wc.I32ShrU)
			f.Get(row)
			f.Emit(wc.I32Mul)
			f.Get(addr)
			f.I32(3)
			f.Emit(wc.I32And, wc.I32Add)
			f.I32(int32(4 * l))
			f.Emit(wc.I32Add)
			f.Set(addr)
		}
		f.Get(base, addr)
		f.Emit(wc.I32Add)
		f.Set(addr)
		v, lane := out[0], uint8(l)
		if size == 8 {
			v, lane = out[l/2], uint8(l%2)
		}
		f.Get(addr)
		switch {
		case store:
			f.Get(v)
			if size < 4 {
				lane = uint8(l * 4 / size)
			}
			f.MemLane(map[int]wc.Op{1: wc.V128Store8Lane, 2: wc.V128Store16Lane, 4: wc.V128Store32Lane, 8: wc.V128Store64Lane}[size], 0, lane)
		default:
			f.Get(v)
			if size < 4 {
				lane = uint8(l * 4 / size)
			}
			f.MemLane(map[int]wc.Op{1: wc.V128Load8Lane, 2: wc.V128Load16Lane, 4: wc.V128Load32Lane, 8: wc.V128Load64Lane}[size], 0, lane)
			f.Set(v)
		}
		f.End()
		f.End()
	}
	if !store {
		f.Get(out[0])
		if size == 8 {
			f.Get(out[1])
		}
	}
	return f
}
