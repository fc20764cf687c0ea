package mlxtest

import (
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// call is a golden case with its inputs.
type call struct {
	goldenCase
	in []*mlx.Array
	rt mlx.Runtime
}

func (c call) has(name string) bool { return c.Args[name] != nil }

func (c call) flag(name string) bool { v, _ := c.Args[name].(bool); return v }

func (c call) number(name string, fallback float64) float64 {
	switch v := c.Args[name].(type) {
	case float64:
		return v
	case string:
		return map[string]float64{"inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(), "fro": 2}[v]
	default:
		return fallback
	}
}

func (c call) int(name string, fallback int) int { return int(c.number(name, float64(fallback))) }

// ints returns a number or a list as a list; nil if it is not given.
func (c call) ints(name string) []int {
	switch v := c.Args[name].(type) {
	case float64:
		return []int{int(v)}
	case []any:
		out := make([]int, len(v))
		for i, x := range v {
			out[i] = int(x.(float64))
		}
		return out
	default:
		return nil
	}
}

func (c call) dtype(name string) mlx.DType {
	s, _ := c.Args[name].(string)
	d, err := mlx.ParseDType(s)
	if err != nil {
		return mlx.Float32
	}
	return d
}

// operand returns an optional number as what mlx takes.
func (c call) operand(name string) mlx.Operand {
	if !c.has(name) {
		return nil
	}
	return c.number(name, 0)
}

// optional returns a function that hands out the inputs in order where args
// says that they exist.
func (c call) optional(from int) func(name string) *mlx.Array {
	return func(name string) *mlx.Array {
		if !c.flag(name) {
			return nil
		}
		from++
		return c.in[from-1]
	}
}

func (c call) quantization() mlx.Quantization {
	mode, _ := mlx.ParseQuantMode(c.Args["mode"].(string))
	return mlx.Quantization{GroupSize: c.int("group_size", 0), Bits: c.int("bits", 0), Mode: mode}
}

// subscript parses the part in brackets of an expression such as
// "a[1:7:2, ::-1]=v", in which i and j name index arrays.
func (c call) subscript(arrays ...*mlx.Array) []mlx.Index {
	expr := c.Args["expr"].(string)
	inside := expr[strings.IndexByte(expr, '[')+1 : strings.IndexByte(expr, ']')]
	var items []mlx.Index
	for _, part := range strings.Split(inside, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "None":
			items = append(items, mlx.NewAxis)
		case part == "...":
			items = append(items, mlx.Ellipsis)
		case part == "i" || part == "j":
			items = append(items, arrays[part[0]-'i'])
		case strings.Contains(part, ":"):
			items = append(items, parseSpan(part))
		default:
			n, _ := strconv.Atoi(part)
			items = append(items, n)
		}
	}
	return items
}

func parseSpan(text string) mlx.Span {
	var s mlx.Span
	for i, part := range strings.Split(text, ":") {
		n, err := strconv.Atoi(part)
		if err != nil {
			continue
		}
		switch i {
		case 0:
			s.Start = &n
		case 1:
			s.Stop = &n
		default:
			s.Step = n
		}
	}
	return s
}
