package workbench

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// typedValues reads "int:5", "float:1,2.5" or "bool:true" as elements of a
// type. The type may be a name of Python's or of Metal's.
func typedValues(text string) (dtype mlx.DType, data []byte, n int, err error) {
	name, list, ok := strings.Cut(text, ":")
	if !ok {
		return 0, nil, 0, usagef(`write "int:5" or "float:1,2,3"`, "%q lacks a type", text)
	}
	dtype, perr := mlx.ParseDType(name)
	if perr != nil {
		return 0, nil, 0, usagef("", "%q: %v", text, perr)
	}
	for item := range strings.SplitSeq(list, ",") {
		if data, err = appendElement(data, dtype, strings.TrimSpace(item)); err != nil {
			return 0, nil, 0, err
		}
		n++
	}
	return dtype, data, n, nil
}

// appendElement appends one element, little-endian.
func appendElement(data []byte, d mlx.DType, text string) ([]byte, error) {
	bad := usagef("", "%q is no %v", text, d)
	bits := 8 * d.Size()
	var v uint64
	switch d {
	case mlx.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, bad
		}
		if b {
			v = 1
		}
	case mlx.Uint8, mlx.Uint16, mlx.Uint32, mlx.Uint64:
		u, err := strconv.ParseUint(text, 0, bits)
		if err != nil {
			return nil, bad
		}
		v = u
	case mlx.Int8, mlx.Int16, mlx.Int32, mlx.Int64:
		i, err := strconv.ParseInt(text, 0, bits)
		if err != nil {
			return nil, bad
		}
		v = uint64(i)
	case mlx.Complex64:
		c, err := strconv.ParseComplex(strings.ReplaceAll(text, "j", "i"), 64)
		if err != nil {
			return nil, bad
		}
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(real(c))))
		return binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(imag(c)))), nil
	default:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, bad
		}
		return append(data, mlx.FromFloat64s(d, []float64{f}).Bytes()...), nil
	}
	return append(data, binary.LittleEndian.AppendUint64(nil, v)[:d.Size()]...), nil
}

// functionConstants reads values such as "true", "5", "0.5" and "half:0.5" as
// the bits of Metal's function constants.
func functionConstants(values map[int]string) (map[int]uint64, error) {
	out := make(map[int]uint64, len(values))
	for index, text := range values {
		if !strings.Contains(text, ":") {
			guess := guessType(text)
			if guess == "" {
				return nil, usagef("write 2=true, 2=5 or 2=half:0.5", "function constant %d: %q is no value", index, text)
			}
			text = guess + ":" + text
		}
		_, data, n, err := typedValues(text)
		if err != nil {
			return nil, err
		}
		if n != 1 || len(data) > 8 {
			return nil, usagef("", "function constant %d takes one scalar", index)
		}
		var bits [8]byte
		copy(bits[:], data)
		out[index] = binary.LittleEndian.Uint64(bits[:])
	}
	return out, nil
}

// guessType is the type that a value without one has, "" if it is no value.
func guessType(text string) string {
	if text == "true" || text == "false" {
		return "bool"
	}
	if _, err := strconv.ParseInt(text, 0, 32); err == nil {
		return "int32"
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return ""
	}
	return "float32"
}
