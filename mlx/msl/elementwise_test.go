package msl_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// elementwise writes kernels whose threads compute elements of their own, small ones mostly,
// in arms and loops that threads take together or not, from variables that are assigned again.
type elementwise struct {
	*rand.Rand
	strings.Builder
	typ   string
	ways  [4]string // where a thread's element is in each part of y
	depth int
	loops bool
	reals bool
	plain bool // few operations, so that all of a kernel may be done in narrow lanes
	wide  int  // threads in a row of the grid, 0 if it has one
	rows  bool // mostly loops along rows of threads
	row   int  // elements of x that a thread has a row of
}

func (r *elementwise) pick(of ...string) string { return of[r.IntN(len(of))] }

func (r *elementwise) line(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) }

// pixel is where a thread has one of three elements that lie side by side.
func pixel(k int) string { return fmt.Sprintf("3 * i + %d", k) }

func (r *elementwise) own() string { return fmt.Sprintf("y[%s]", r.ways[r.IntN(len(r.ways))]) }

// even is a number that all threads have, element one of T, number any of 32 bits, real a float.
func (r *elementwise) even() string {
	return r.pick("k[0]", "k[1]", "u0", "u1", "2u", "j", "u0 * 3", "u1 + k[2]", "u0 >> 1", "uint(w[3])")
}

func (r *elementwise) element() string {
	if r.plain {
		a, b := r.pick("x[i]", "x[i]", "x[i + N]", "w[i]", "w[i + 16]", r.apart(), r.pick("v0", r.own())), r.pick("u0", "u1", "u0", "w[i]", "5", r.pick("v1", "x[u0 & 31]"))
		if r.IntN(2) == 0 {
			return r.narrow(a, b)
		}
		return fmt.Sprintf("T(%s %s %s)", a, r.pick("+", "-", "*", "&", "^"), b)
	}
	if r.reals && r.IntN(6) == 0 {
		return "T(clamp(" + r.real() + ", -9.0f, 90.0f))"
	}
	return r.pick("v0", "v1", "v2", r.own(), r.apart(), "x[i]", "x[i]", "x[i + N]", "w[i]", "w[i + 16]", "w[N - 1 - i]", "T(x[i] + u0)", "T(w[i] * T(u1 & 15))", "T("+r.number()+" & 63)", "x["+r.even()+" & 31]")
}

// narrow is an element of which lanes have to know more than the lowest bits of others.
func (r *elementwise) narrow(a, b string) string {
	c := []int{2, 3, 7, 10, 16, 60, 100, 255}[r.IntN(8)]
	switch r.IntN(9) {
	case 0:
		return fmt.Sprintf("T(%s %s %d)", a, r.pick("/", "%"), c)
	case 1:
		return fmt.Sprintf("T(%s %s %d)", a, r.pick("<<", ">>"), r.IntN(8))
	case 2:
		return fmt.Sprintf("%s(T(%s), T(%s))", r.pick("min", "max", "absdiff"), a, b)
	case 3:
		return fmt.Sprintf("(T(%s) %s T(%s) ? T(%s) : T(%s))", a, r.pick("<", ">=", "=="), b, r.pick(a, b, "7"), r.pick(a, b, "0"))
	case 4:
		return fmt.Sprintf("T(abs(int(x[i]) - int(%s)))", a)
	case 5:
		return fmt.Sprintf("popcount(T(%s))", a)
	case 6: // a mean, or nearly
		w := fmt.Sprintf("uint(w[i] & %d)", c)
		return fmt.Sprintf("T((uint(x[i]) %[3]s %[1]s + uint(x[i + N]) * (%[2]d - %[1]s)) / %[2]d)", w, c, r.pick("*", "*", "+"))
	case 7:
		return fmt.Sprintf("T((uint(x[i]) + uint(w[i]) * %d + %d) >> %d)", 1+r.IntN(9), c, 1+r.IntN(4))
	}
	return fmt.Sprintf("T(T(%s) > T(%s))", a, b)
}

// apart is an element of which other threads have what lies beside.
func (r *elementwise) apart() string {
	if r.IntN(3) == 0 { // where the lowest bits of the position say
		return "x[" + r.pick("i / 2", "i ^ 3", "i % 4 * 64 + i / 2", "i / 4 * 8 + i % 2", "extract_bits(i, 1u, 4u)", "u0 + (i & 1) * 5", "(u1 > 3 ? i >> 1 : u0)", "(i + 8 * u1) / 2", "(i - 8 << 24) >> 25", "300 - (i & 3)", "i / 2 * u1", "(i ^ 1) * k[1] + 1") + "]"
	}
	step := 2 + r.IntN(3)
	return fmt.Sprintf("x[%d * i + %d]", step, r.IntN(step))
}

// along is a loop along the thread's row of elements, which are summed up or of which one
// is looked for.
func (r *elementwise) along() {
	at := r.pick("x[R * i + j]", "x[R * i + j]", "x[R * i + j]", "x[R * i + j - 1]", "x[R * i + R - 1 - j]", "w[j]", "x[i + j * 5]")
	from, to := r.pick("0", "0", "1"), r.pick("R", "R - 1", "16", "min(k[3], R)", "(k[0] & (R - 1))", "k[1] * 5", "k[3] / 40", "n0 % 16")
	n := r.pick("n0", "n1")
	if r.IntN(3) == 0 {
		key := r.pick("x[u0 & 31]", "T(3)", "T(0)", "v0")
		if r.IntN(4) == 0 { // from the end
			r.line("n1 = R - 1;\nwhile (%sx[R * i + n1] %s %s) n1--;", r.pick("n1 > 0 && ", "n1 != 0 && "), r.pick("==", "!="), key)
			return
		}
		r.line("n1 = %s;\nwhile (%sx[R * i + n1] %s %s) n1++;", from, r.pick("n1 < R && ", "n1 < R && ", fmt.Sprintf("n1 < %s && ", to)), r.pick("==", "!="), key)
		return
	}
	if from == "0" {
		at = strings.Replace(at, "j - 1", "j", 1)
	}
	r.line("for (uint j = %s; j < %s; j++) {\nT e = %s;", from, to, at)
	for range 1 + r.IntN(2) {
		value := r.pick("uint(e)", "uint(e)", "uint(e) * uint(w[j])", "uint(int(e))", "uint(e) * uint(e)", "uint(e > T(5))", "(uint(e) + j)")
		r.line("%s%s;", r.pick("", "", "if (e < T(9)) "), fmt.Sprintf(r.pick("%[1]s += %[2]s", "%[1]s += %[2]s", "%[1]s ^= %[2]s", "%[1]s = max(%[1]s, %[2]s)", "%[1]s |= %[2]s", "%[1]s = min(%[2]s, %[1]s)"), n, value))
		n = r.pick("n0", "n1")
	}
	r.line("}")
}

func (r *elementwise) number() string {
	a, b := r.pick("i", "n0", "n1", "uint(v0) + 100", "uint(x[i])", "uint(w[i])", r.even()), r.pick("n0", "n1", "uint(v1)", "uint(w[i + 1])", r.even(), r.even())
	switch r.IntN(8) {
	case 0:
		return fmt.Sprintf("(%s / %d + %s %% %d)", a, 1+r.IntN(20), b, 1+r.IntN(300))
	case 1:
		return fmt.Sprintf("select(%s, %s, %s)", a, b, r.cond())
	case 2:
		return fmt.Sprintf("%s(%s, %s)", r.pick("min", "max", "absdiff"), a, b)
	case 3:
		return fmt.Sprintf("(%s %s %d)", a, r.pick("<<", ">>"), r.IntN(9))
	}
	return fmt.Sprintf("(%s %s %s)", a, r.pick("+", "-", "*", "&", "|", "^"), b)
}

func (r *elementwise) real() string {
	a, b := r.pick("f0", "float(v0)", "float(x[i])", "float(w[i])"), r.pick("f0", "float(v1)", "float("+r.even()+" & 15)", "0.37f", "2.0f", "float(w[i + 1])")
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("clamp(%s * %s, -100.0f, 255.0f)", a, b)
	case 1:
		return fmt.Sprintf("%s(%s)", r.pick("floor", "trunc", "rint", "fabs"), a)
	case 2:
		return fmt.Sprintf("%s(%s, %s)", r.pick("fmin", "fmax"), a, b)
	}
	return fmt.Sprintf("(%s %s %s)", a, r.pick("+", "-"), b)
}

func (r *elementwise) cond() string {
	if r.plain && r.IntN(9) > 0 {
		return r.pick(fmt.Sprintf("k[1] > %d", r.IntN(4)), "u0 < u1")
	}
	if r.IntN(5) == 0 { // at the ends of what numbers there are
		a, b := r.pick("n0", "n1", "int(n0)", "ushort(n1)", "x[i]", "u0 - 9u", "ulong(n0)"), r.pick("0x80000000u", "0x7fffffff", "0u", "0xffffffffu", "-1", "uchar(n0)", "32767", "255")
		if r.IntN(2) == 0 {
			a, b = b, a
		}
		return fmt.Sprintf("%[1]s(%[2]s) %[3]s %[1]s(%[4]s)", r.pick("uint", "uint", "int", "uchar", "short", "ulong"), a, r.pick("<", "<=", ">", ">="), b)
	}
	return r.pick(fmt.Sprintf("k[1] %s %d", r.pick("<", ">", "=="), r.IntN(4)), "u0 > 40", "(i & 1) != 0", fmt.Sprintf("i %s %d", r.pick("<", ">"), r.IntN(300)), "x[i] > w[i]", "v0 < v1", "n0 % 3 == 0", "u0 < u1")
}

func (r *elementwise) statement() {
	r.depth++
	form := r.IntN(14)
	if r.rows && r.IntN(2) == 0 {
		form = 12
	}
	if r.plain {
		form = []int{0, 0, 0, 0, 0, 4, 8, 9, 9}[r.IntN(9)]
	}
	switch form {
	case 0, 1, 2, 3:
		if r.ways[0] == pixel(0) && r.IntN(2) == 0 {
			r.line("%s = %s; %s = %s; %s = %s;", "y["+pixel(0)+"]", r.element(), "y["+pixel(1)+"]", r.element(), "y["+pixel(2)+"]", r.element())
			break
		}
		r.line("%s = %s;", r.own(), r.element())
	case 4, 5:
		r.line("%s = %s %s %s;", r.pick("v0", "v1", "v2"), r.element(), r.pick("+", "-", "*"), r.element())
	case 6:
		r.line("%s = %s;", r.pick("n0", "n1"), r.number())
	case 7:
		if !r.reals {
			r.line("%s = x[%s & 31];", r.pick("v0", "v1"), r.even())
			break
		}
		r.line("f0 = clamp(%s, -1000.0f, 1000.0f);", r.real())
	case 8:
		r.line("%s = (%s) & 255;", r.pick("u0", "u1"), r.even())
	case 9, 10:
		if r.depth > 3 {
			r.line("%s = %s;", r.own(), r.element())
			break
		}
		r.line("if (%s) {", r.cond())
		r.statements(3)
		if r.IntN(2) == 0 {
			r.line("} else {")
			r.statements(3)
		}
		r.line("}")
	case 12:
		if r.loops {
			r.along()
		}
	case 11:
		if r.depth > 2 || !r.loops {
			r.line("n1 = %s;", r.number())
			break
		}
		r.line("for (uint j = 0; j < %s; j++) {", r.pick("2", "k[1]", "(i & 3)", "k[1] + 1", "(uint(x[i]) & 7)", "9 && n0 % 8 > j"))
		r.statements(3)
		switch r.IntN(6) {
		case 0, 1:
			r.line("if (%s) %s;", r.cond(), r.pick("break", "continue", "{ n0 += j; break; }", "return"))
			r.statements(2)
		case 2:
			r.line("switch (%s & 3) { case 0: n1 += j; continue; case 1: v0 = %s; break; case 2: if (%s) continue; default: v1 = %s; }", r.pick("n0", "n1", "uint(x[i])", "k[1]"), r.element(), r.cond(), r.element())
			r.statements(2)
		}
		r.line("}")
	default:
		if r.depth == 1 {
			r.line("if (%s) return;", r.pick("i >= k[3]", "k[1] == 9", "x[i] == w[i]"))
		}
	}
	r.depth--
}

func (r *elementwise) statements(most int) {
	for range 1 + r.IntN(most) {
		r.statement()
	}
}

func (r *elementwise) kernel() string {
	for k := range r.ways {
		way := "i"
		if r.IntN(8) == 0 {
			way = r.pick("N - 1 - i", "2 * i", "2 * i + 1", "(i ^ 1)")
		}
		if r.wide > 0 && r.IntN(6) == 0 {
			way = fmt.Sprintf("p.x * %d + p.y", 512/r.wide)
		}
		r.ways[k] = fmt.Sprintf("%d * N + %s", 2*k, way)
	}
	if r.IntN(6) == 0 { // elements that fill each other's gaps
		for k := range 3 {
			r.ways[k] = pixel(k)
		}
	}
	position := "p.x"
	if r.wide > 0 {
		position = fmt.Sprintf("p.y * %d + p.x", r.wide)
	}
	r.line("#include <metal_stdlib>\nusing namespace metal;\ntypedef %s T;\nconstant uint N = 512;", r.typ)
	r.line("kernel void f(const device T *x [[buffer(0)]], const device T *w [[buffer(1)]], device T *y [[buffer(2)]], constant uint *k [[buffer(3)]], uint2 p [[thread_position_in_grid]]) {")
	r.line("const uint R = %d, i = %s;", r.row, position)
	r.line("uint u0 = k[0], u1 = k[2] & 7, n0 = i * 3, n1 = k[1], j = 1;\nT v0 = x[i], v1 = T(3), v2 = w[i];\nfloat f0 = float(w[i]);")
	r.statements([]int{2, 4, 9}[r.IntN(3)])
	if r.reals {
		r.line("y[10 * N + i] = T(clamp(f0, 0.0f, 99.0f));")
	}
	if r.plain {
		r.line("}")
		return r.String()
	}
	r.line("y[8 * N + i] = T(n0 & 127); y[9 * N + i] = v1 + T(u0 & 63) + v2;\n}")
	return r.String()
}

func checkElementwise(t *testing.T, seed uint64) {
	r := &elementwise{Rand: rand.New(rand.NewPCG(seed, 7)), loops: seed%3 == 0, reals: seed%2 == 0, plain: seed%4 == 1, rows: seed%6 == 0}
	r.typ = r.pick("uchar", "uchar", "char", "ushort", "short", "half", "uint", "float", "long")
	if r.plain {
		r.typ = r.pick("uchar", "char", "ushort", "short")
	}
	r.row = map[string]int{"uchar": 128, "char": 128, "ushort": 64, "short": 64, "half": 64, "long": 16}[r.typ]
	if r.row == 0 {
		r.row = 32
	}
	if r.IntN(3) == 0 {
		r.wide = []int{64, 128}[r.IntN(2)]
	}
	text := r.kernel()
	words := func(n int) []byte {
		data := make([]byte, 8*n)
		run := r.IntN(3) == 0 // of equal elements
		for i := range data {
			data[i] = byte(r.Uint32())
			if run && i%8 > 0 || i >= 16 && run && r.IntN(4) > 0 {
				data[i] = data[max(0, i-8)]
			}
		}
		switch r.typ {
		case "half":
			for i := 0; i < len(data); i += 2 {
				binary.LittleEndian.PutUint16(data[i:], uint16(0x3c00+r.IntN(0x800)))
			}
		case "float":
			for i := 0; i < len(data); i += 4 {
				binary.LittleEndian.PutUint32(data[i:], 0x3f800000+r.Uint32N(1<<24))
			}
		}
		return data
	}
	k := make([]byte, 16)
	for i, most := range []uint32{60, 4, 100, 600} {
		binary.LittleEndian.PutUint32(k[4*i:], r.Uint32N(most))
	}
	l := exec.Launch{Grid: exec.Dim{[]uint32{512, 256, 500, 77, 1}[r.IntN(5)], 1, 1}, Threadgroup: exec.Dim{[]uint32{64, 256, 100, 32, 7, 1, 31, 33, 96, 1024}[r.IntN(10)], 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: words(8192), ReadOnly: true}, 1: {Data: words(1024), ReadOnly: true}, 2: {Data: words(11 * 512)}, 3: {Data: k, ReadOnly: true}}}
	if r.wide > 0 {
		l.Grid = exec.Dim{uint32(r.wide - r.IntN(2)*r.IntN(4)), uint32(512/r.wide - r.IntN(2)), 1}
		l.Threadgroup = []exec.Dim{{8, 8, 1}, {16, 4, 1}, {32, 1, 1}, {4, 4, 1}, {32, 4, 1}, {5, 3, 1}}[r.IntN(6)]
	}
	agree(t, text, l, fmt.Sprint("seed ", seed))
}

// TestElementwise compares the executors on such kernels.
func TestElementwise(t *testing.T) {
	for seed := range uint64(60) {
		checkElementwise(t, seed)
	}
}

func FuzzElementwise(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkElementwise(t, seed) })
}
