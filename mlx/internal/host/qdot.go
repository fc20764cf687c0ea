package host

import "encoding/binary"

// packFormat tells how eight consecutive codes lie in a bit stream: the first
// four are shifted out of the 32 bits at the start of the pack, the others out
// of those at the second offset. Its layout is known to the assembly.
type packFormat struct {
	shifts [8]uint32
	mask   uint32
	size   int32 // bytes of a pack
	second int32 // byte offset
}

func newPackFormat(bits int) *packFormat {
	f := &packFormat{mask: 1<<bits - 1, size: int32(bits), second: int32(4 * bits / 8)}
	if bits < 5 { // all codes lie in one word
		f.second = 0
	}
	for i := range f.shifts {
		at := i * bits
		if i >= 4 {
			at -= int(f.second) * 8
		}
		f.shifts[i] = uint32(at)
	}
	return f
}

// padding is how far a pack's words may reach past its end.
const padding = 2

// pack returns the words that hold the first and the last codes of pack p.
func (f *packFormat) pack(w []byte, p int) (lo, hi uint32) {
	at := p * int(f.size)
	return binary.LittleEndian.Uint32(w[at:]), binary.LittleEndian.Uint32(w[at+int(f.second):])
}

// unpackScaledPortable is unpackScaled in Go.
func unpackScaledPortable(dst []float32, w []byte, scale, bias float32, f *packFormat) {
	size := len(dst) / 8 * int(f.size)
	if len(w) < size+padding {
		w = append(w[:size:size], 0, 0)
	}
	for p := range len(dst) / 8 {
		lo, hi := f.pack(w, p)
		out := dst[8*p:][:8]
		for i := range 4 {
			out[i] = float32(scale*float32(lo>>f.shifts[i]&f.mask)) + bias
			out[i+4] = float32(scale*float32(hi>>f.shifts[i+4]&f.mask)) + bias
		}
	}
}

func qdotPortable(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	var total float32
	for g, s := range scales {
		var acc [8]float32
		for p := range groupSize / 8 {
			lo, hi := f.pack(w, g*groupSize/8+p)
			v := x[g*groupSize+8*p:][:8]
			for i := range 4 {
				acc[i] += float32(v[i] * float32(lo>>f.shifts[i]&f.mask))
				acc[i+4] += float32(v[i+4] * float32(hi>>f.shifts[i+4]&f.mask))
			}
		}
		sum := (acc[0] + acc[1]) + (acc[2] + acc[3]) + (acc[4] + acc[5]) + (acc[6] + acc[7])
		total += float32(s * sum)
	}
	return total
}
