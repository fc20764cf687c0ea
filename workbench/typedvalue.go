package workbench

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// valueType is a scalar, vector or matrix type as Metal lays it out.
type valueType struct {
	dtype       mlx.DType
	n           int // components of a scalar, a vector or a column
	columns     int
	size, align int // of a column, in bytes
}

// parseValueType reads the name of a type: a scalar's, Python's or Metal's, a
// vector's, such as "float3" and "packed_half2", or a matrix's, "float4x4".
func parseValueType(name string) (valueType, error) {
	d, err := mlx.ParseDType(name)
	if err == nil {
		return valueType{d, 1, 1, d.Size(), d.Size()}, nil
	}
	component, packed := strings.CutPrefix(name, "packed_")
	columns := 1
	if at := len(component) - 2; at > 1 && component[at] == 'x' && component[at-1] >= '2' && component[at-1] <= '4' && !packed {
		columns = int(component[at-1] - '0')
		component = component[:at-1] + component[at+1:]
	}
	if last := len(component) - 1; last > 0 && component[last] >= '2' && component[last] <= '4' {
		if d, err := mlx.ParseDType(component[:last]); err == nil {
			n := int(component[last] - '0')
			if packed {
				return valueType{d, n, 1, n * d.Size(), d.Size()}, nil
			}
			size := (n + n&1) * d.Size() // three take the room of four
			return valueType{d, n, columns, size, size}, nil
		}
	}
	return valueType{}, usagef(`write "int:5", "float3:1,2,3" or "int:5,float:0.5"`, "%v", err)
}

// typedValues reads values of a type, such as "int:5", "float:1,2.5" and
// "float3:1,2,3". The type may change on the way, "int:5,float:0.5,1": the
// values lie as in a structure of members of these types. Values of the type
// "pointer" are numbers of buffers, or null; where addresses of buffers belong
// is told by their offsets.
func typedValues(text string) (tensorfile.Tensor, map[int]int, error) {
	var (
		t     valueType
		data  []byte
		at, n int // values of t so far, all values
		mixed bool
		align = 1

		points  = map[int]int{}
		pointer bool
	)
	part := func() error { // the end of the values of a type
		if all := t.n * t.columns; n > 0 && at%all != 0 {
			what := "vector"
			if t.columns > 1 {
				what = "matrix"
			}
			return usagef("", "%q: a %s takes %d values, there are %d", text, what, all, at%all)
		}
		return nil
	}
	for item := range strings.SplitSeq(text, ",") {
		if name, first, ok := strings.Cut(item, ":"); ok {
			if err := part(); err != nil {
				return tensorfile.Tensor{}, nil, err
			}
			name = strings.TrimSpace(name)
			if pointer = name == "pointer"; pointer {
				name = "uint64"
			}
			next, err := parseValueType(name)
			if err != nil {
				return tensorfile.Tensor{}, nil, err
			}
			mixed = mixed || n > 0
			t, item, at, align = next, first, 0, max(align, next.align)
		} else if n == 0 {
			return tensorfile.Tensor{}, nil, usagef(`write "int:5" or "float:1,2,3"`, "%q lacks a type", text)
		}
		if at%t.n == 0 {
			data = padded(data, t.align)
		}
		if item = strings.TrimSpace(item); pointer {
			if item != "null" {
				to, err := strconv.Atoi(item)
				if err != nil {
					return tensorfile.Tensor{}, nil, noSuchBuffer(text, item)
				}
				points[len(data)] = to
			}
			item = "0"
		}
		var err error
		if data, err = appendElement(data, t.dtype, item); err != nil {
			return tensorfile.Tensor{}, nil, err
		}
		if at, n = at+1, n+1; at%t.n == 0 {
			data = append(data, make([]byte, t.size-t.n*t.dtype.Size())...)
		}
	}
	if err := part(); err != nil {
		return tensorfile.Tensor{}, nil, err
	}
	switch {
	case mixed:
		data = padded(data, align)
		return tensorfile.Tensor{DType: mlx.Uint8, Shape: []int{len(data)}, Data: data}, points, nil
	case n == 1:
		return tensorfile.Tensor{DType: t.dtype, Shape: []int{}, Data: data}, points, nil
	}
	return tensorfile.Tensor{DType: t.dtype, Shape: []int{len(data) / t.dtype.Size()}, Data: data}, points, nil
}

// noSuchBuffer is the error of a pointer to what no launch has.
func noSuchBuffer(text, item string) error {
	return usagef("name buffers of this launch, or null", "%q: there is no buffer %q", text, item)
}

// padded appends zeros up to a multiple of align.
func padded(data []byte, align int) []byte {
	return append(data, make([]byte, (align-len(data)%align)%align)...)
}

// wanted says what values of a type are written like.
func wanted(d mlx.DType) string {
	bits := 8 * d.Size()
	switch d {
	case mlx.Bool:
		return "write true or false"
	case mlx.Uint8, mlx.Uint16, mlx.Uint32, mlx.Uint64:
		return fmt.Sprintf("write a whole number from 0 to %d", uint64(math.MaxUint64)>>(64-bits))
	case mlx.Int8, mlx.Int16, mlx.Int32, mlx.Int64:
		return fmt.Sprintf("write a whole number from %d to %d", int64(math.MinInt64)>>(64-bits), int64(math.MaxInt64)>>(64-bits))
	case mlx.Complex64:
		return "write a number such as 1+2j"
	}
	return "write a number that it can hold, inf or nan"
}

// appendElement appends one element, little-endian.
func appendElement(data []byte, d mlx.DType, text string) ([]byte, error) {
	bad := usagef(wanted(d), "%q is no value of %v", text, d)
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
		value := mlx.FromFloat64s(d, []float64{f})
		if !math.IsInf(f, 0) && value.IsInf().Item() != 0 {
			return nil, bad
		}
		return append(data, value.Bytes()...), nil
	}
	return append(data, binary.LittleEndian.AppendUint64(nil, v)[:d.Size()]...), nil
}
