package msl_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// integers are types with their least and greatest values.
var integers = []struct{ name, least, most string }{
	{"char", "-128", "127"}, {"uchar", "0", "255"}, {"short", "-32768", "32767"}, {"ushort", "0", "65535"},
	{"int", "(-2147483647 - 1)", "2147483647"}, {"uint", "0u", "4294967295u"}, {"bool", "false", "true"},
}

// edges fills so many words with numbers around the ends of all integer types.
func edges(n int) []byte {
	x := make([]byte, 4*n)
	for i := range n {
		v := uint32(1)<<(uint(i*7)%33) + uint32(i%5) - 2
		binary.LittleEndian.PutUint32(x[4*i:], v)
	}
	return x
}

// TestComparisons compares integers of each type with each other, with numbers at the
// ends of the type, and with what is seen to be small.
func TestComparisons(t *testing.T) {
	const threads = 130
	for _, k := range integers {
		var body strings.Builder
		for i, c := range []string{k.least, k.most, "K(0)", "K(1)", "K(2)", "K(-1)", "K(-2)", "K(100)", k.most + " - 1", k.least + " + 1", "b", "K(i)", "K(i & 7)", "K(b & 15)"} {
			for j, op := range []string{"<", "<=", ">", ">="} {
				fmt.Fprintf(&body, "  { const K c = K(%s); if (a %s c) bits[%d] |= 1u << %d; if (c %s a) bits[%d] |= 1u << %d; }\n", c, op, i/4, i%4*8+j, op, i/4, i%4*8+j+4)
			}
		}
		text := "#include <metal_stdlib>\nusing K = " + k.name + ";\nkernel void f(device const uint *x [[buffer(0)]], device uint *y [[buffer(1)]], uint i [[thread_position_in_grid]]) {\n  const K a = K(x[i]), b = K(x[i + 1]);\n  uint bits[4] = {};\n" +
			body.String() + "  for (uint j = 0; j < 4; j++) y[4 * i + j] = bits[j];\n}"
		l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: edges(threads + 1), ReadOnly: true}, 1: {Data: make([]byte, 16*threads)}}}
		agree(t, text, l, k.name)
	}
}

// TestKeptInLoops changes numbers in loops that threads leave one after the other, by
// either side of a condition, out of several loops, or for an iteration.
func TestKeptInLoops(t *testing.T) {
	const threads = 70
	loops := map[string]string{
		"while":             "while (a > 1 && k < 40) { STEP a = a & 1 ? 3 * a + 1 : a / 2; ++k; }",
		"until":             "do { STEP ++k; } while (k < (a & 15));",
		"break":             "for (; k < 30; ++k) { if ((a >> k & 3) == 3) break; STEP }",
		"the other side":    "for (;; ++k) { bool c = (a >> k & 3) != 3 && k < 30; if (c) { STEP c = k & 1; } else break; if (c) n += 3; }",
		"out of two":        "for (uint j = 0; j < 3; ++j) for (k = 0; k < 9; ++k) { if (a % 11 == j * 4) break; if (a % 13 == j + k) { j = 7; break; } STEP }",
		"return":            "for (; k < 30; ++k) { if ((a >> k & 3) == 3) { y[i] = n; return; } STEP }",
		"continue":          "for (; k < 12; ++k) { if (a >> k & 1) continue; STEP if (a >> k & 2) continue; n += 5; }",
		"continue at last":  "while (k < 12) { ++k; if (a >> k & 1) { STEP continue; } if (k > (a & 15)) break; n += 5; if (a & 8) continue; }",
		"only continue":     "while (k++ < (a & 31)) { if (a >> k & 1) continue; STEP }",
		"all that continue": "while (k++ < (a & 31)) { if (k > 5) { if (a & 1) break; continue; } STEP }",
	}
	steps := []string{"n += 1;", "n -= b;", "n |= b >> k;", "n ^= b + k;", "n = b - n;", "n += n;", "if (n < b) n += 7; else n -= 3;"}
	for _, k := range integers[:6] {
		for name, loop := range loops {
			for _, step := range steps {
				text := "#include <metal_stdlib>\nkernel void f(device const uint *x [[buffer(0)]], device uint *y [[buffer(1)]], uint i [[thread_position_in_grid]]) {\n  uint a = x[i], k = 0;\n  " +
					k.name + " n = i * 5, b = x[i + 1];\n  " + strings.ReplaceAll(loop, "STEP", step) + "\n  y[i] = uint(n) + k * 65536;\n}"
				l := exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{33, 1, 1}, Buffers: map[int]exec.Buffer{
					0: {Data: edges(threads + 1), ReadOnly: true}, 1: {Data: make([]byte, 4*threads)}}}
				agree(t, text, l, k.name+" "+name+" "+step)
			}
		}
	}
}
