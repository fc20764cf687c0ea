package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/workbench"
)

// number shows a figure with four significant digits.
func number(n workbench.Number) string { return format(n, 4) }

// exact shows a figure with all its digits, for programs.
func exact(n workbench.Number) string { return format(n, -1) }

func format(n workbench.Number, digits int) string {
	f := float64(n)
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == math.Trunc(f) && math.Abs(f) < 1e7:
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', digits, 64)
}

// optional shows a figure that not every output has.
func optional(n *workbench.Number, show func(workbench.Number) string) string {
	if n == nil {
		return ""
	}
	return show(*n)
}

// millis shows a duration in the unit that suits it.
func millis(ms float64) string {
	switch {
	case ms >= 1000:
		return fmt.Sprintf("%.2f s", ms/1000)
	case ms >= 1:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f µs", ms*1000)
}

// shape shows "512×64", or "scalar".
func shape(dims []int) string {
	if len(dims) == 0 {
		return "scalar"
	}
	return joinInts(dims, "×")
}

func joinInts(dims []int, sep string) string {
	parts := make([]string, len(dims))
	for i, d := range dims {
		parts[i] = strconv.Itoa(d)
	}
	return strings.Join(parts, sep)
}

// values shows the first elements of an array.
func values(head []workbench.Value, elements int) string {
	const most = 4
	parts := make([]string, 0, most+1)
	for i, v := range head {
		if i == most {
			break
		}
		parts = append(parts, shortValue(string(v)))
	}
	if elements > len(parts) {
		parts = append(parts, "…")
	}
	return strings.Join(parts, " ")
}

func shortValue(v string) string {
	if strings.ContainsAny(v, ".e") && len(v) > 9 {
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return strconv.FormatFloat(f, 'g', 5, 64)
		}
	}
	return v
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
