package host

import "encoding/binary"

// packFormat is how codes of up to eight bits lie in a bit stream, and what they mean.
// Its layout is known to the assembly, which loads sixteen bytes for up to sixteen codes.
type packFormat struct {
	bytes   [64]byte   // by code: in which four of the bytes it lies
	shifts  [16]uint32 // by code: where it begins in those
	mask    uint32
	bits    int32
	values  [256]float32
	integer bool // codes are their own values
}

func newPackFormat(bits int, value func(code uint8) float32) *packFormat {
	f := &packFormat{mask: 1<<bits - 1, bits: int32(bits), integer: true}
	for i := range f.shifts {
		f.shifts[i] = uint32(i * bits % 8)
		for j := range 4 {
			f.bytes[4*i+j] = byte(min(i*bits/8+j, 15))
		}
	}
	for code := range f.values[:f.mask+1] {
		f.values[code] = value(uint8(code))
		f.integer = f.integer && f.values[code] == float32(code)
	}
	return f
}

// padding is how far what is loaded may reach past the codes.
const padding = 16

// pack writes the values of eight codes.
func (f *packFormat) pack(dst *[8]float32, w []byte) {
	codes, bits, mask := binary.LittleEndian.Uint64(w), f.bits&15, uint8(f.mask)
	for i := range dst {
		dst[i] = f.values[uint8(codes)&mask]
		codes >>= bits
	}
}

// unpackScaledPortable is unpackScaled in Go.
func unpackScaledPortable(dst []float32, w []byte, scale, bias float32, f *packFormat) {
	size := len(dst) / 8 * int(f.bits)
	if len(w) < size+padding {
		w = append(w[:size:size], make([]byte, padding)...)
	}
	for p := range len(dst) / 8 {
		out := (*[8]float32)(dst[8*p:])
		f.pack(out, w[p*int(f.bits):])
		for i, v := range out {
			out[i] = float32(scale*v) + bias
		}
	}
}

func qdotPortable(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	var total float32
	for g, s := range scales {
		var acc, values [8]float32
		for p := g * groupSize / 8; p < (g+1)*groupSize/8; p++ {
			f.pack(&values, w[p*int(f.bits):])
			for i, v := range x[8*p:][:8] {
				acc[i] += float32(v * values[i])
			}
		}
		sum := (acc[0] + acc[1]) + (acc[2] + acc[3]) + (acc[4] + acc[5]) + (acc[6] + acc[7])
		total += float32(s * sum)
	}
	return total
}
