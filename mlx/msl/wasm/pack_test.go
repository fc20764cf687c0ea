package wasm

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// packProgram makes a kernel that computes with small numbers of x and z and stores
// such in y, and again behind them; some lie apart in x and z: all of its threads, the first of them, or those
// that a number of z chooses.
func packProgram(rng *rand.Rand) string {
	var b strings.Builder
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	sizes := map[string]int{"u8": 1, "i8": 1, "u16": 2, "i16": 2}
	next, regs := 10, map[string][]string{}
	def := func(kind, format string, args ...any) string {
		r := fmt.Sprintf("%%%d", next)
		next++
		fmt.Fprintf(&b, "  %s:%s = %s\n", r, kind, fmt.Sprintf(format, args...))
		if strings.HasPrefix(kind, "ptr") || kind == "i64" {
			return r
		}
		regs[kind] = append(regs[kind], r)
		return r
	}
	at := def("i64", "convert.u32 %%i.3")
	two := def("i64", "add %s, %s", at, at)
	pointer := func(buffer string, size int) string {
		return def("ptr.device", "ptradd.device %s, %s", buffer, map[int]string{1: at, 2: two}[size])
	}
	step := 2 + rng.IntN(3) // elements, as of pixels
	strided := func(buffer string, size int) string {
		c := fmt.Sprintf("%%%d", next)
		fmt.Fprintf(&b, "  %s:u32 = const %d\n  %%%d:u32 = mul %%i.3, %s\n", c, step*size, next+1, c)
		next += 2
		return def("ptr.device", "ptradd.device %s, %s", buffer, def("i64", "convert.u32 %%%d", next-1))
	}
	for range 2 + rng.IntN(3) {
		k := pick("u8", "u8", "i8", "u16", "i16")
		p := pointer(pick("%x.0", "%z.1"), sizes[k])
		if rng.IntN(2) == 0 {
			p = strided(pick("%x.0", "%z.1"), sizes[k])
		}
		def(k, "load.device +%d, %s", sizes[k]*rng.IntN(4), p)
	}
	for _, k := range []string{"i32", "u32"} {
		for range 2 {
			def(k, "const %d", []int{0, 1, 2, 7, 128, 255, 256, 32767, 65535}[rng.IntN(9)])
		}
	}
	for range rng.IntN(3) { // positions
		k, pos := "u32", "%i.3"
		if rng.IntN(2) == 0 {
			k, pos = "i32", def("i32", "convert.u32 %%i.3")
		}
		if c := def(k, "const %d", []int{1, 2, 3, 7, 255, 1000}[rng.IntN(6)]); rng.IntN(3) > 0 {
			pos = def(k, "%s %s, %s", pick("mul", "add", "and", "xor"), pos, c)
		}
		def(pick("u8", "i16", "u16"), "convert.%s %s", k, pos)
	}
	some := func(kind string) string { return pick(regs[kind]...) }
	kinds := func(want ...string) string {
		for {
			if k := pick(want...); len(regs[k]) > 0 {
				return k
			}
		}
	}
	all := []string{"u8", "i8", "u16", "i16", "i32", "u32", "i32", "u32"}
	for range 4 + rng.IntN(16) {
		k := kinds(all...)
		switch rng.IntN(14) {
		case 0, 1, 2:
			from := kinds("u8", "i8", "u16", "i16", "i32", "u32", "bool")
			def(pick(all...), "convert.%s %s", from, some(from))
		case 3:
			def("bool", "%s.%s %s, %s", pick("eq", "ne", "lt", "le"), k, some(k), some(k))
		case 4:
			if len(regs["bool"]) > 0 {
				def(k, "select %s, %s, %s", some("bool"), some(k), some(k))
			}
		case 5:
			c := def(k, "const %d", []int{rng.IntN(12), 3, 10, 100, 200, 255, 256}[rng.IntN(7)])
			def(k, "%s %s, %s", pick("shl", "shr", "shr", "div", "rem"), some(k), c)
		case 6:
			def(k, "%s %s", pick("neg", "not", "abs", "mov", "popcount"), some(k))
		case 7: // a weighed mean
			x, y, w, c := some(k), some(k), some(k), some(k)
			if len(regs["u8"]) > 0 && (k == "i32" || k == "u32") {
				byte := func() string { return def(k, "convert.u8 %s", some("u8")) }
				x, y, w, c = byte(), byte(), byte(), def(k, "const %d", 254+rng.IntN(3))
			}
			rest := def(k, "sub %s, %s", c, w)
			a, b := def(k, "mul %s, %s", w, x), def(k, "mul %s", pick(y+", "+rest, rest+", "+y))
			def(k, "add %s", pick(a+", "+b, b+", "+a))
		case 8:
			if len(regs["bool"]) > 0 {
				def("bool", "%s.bool %s, %s", pick("and", "or", "xor"), some("bool"), some("bool"))
			}
		default:
			def(k, "%s %s, %s", pick("add", "sub", "mul", "min", "max", "and", "or", "xor", "min", "max"), some(k), some(k))
		}
	}
	if rng.IntN(4) == 0 { // of pixels
		k := kinds("u8", "i8", "u16", "i16")
		p := strided("%y.2", sizes[k])
		for i := range step {
			fmt.Fprintf(&b, "  store.%s.device +%d, %s, %s\n", k, sizes[k]*i, p, some(k))
		}
	} else {
		for i := range 1 + rng.IntN(2) {
			k := kinds("u8", "i8", "u16", "i16")
			v := some(k)
			if from := kinds("i32", "u32"); rng.IntN(2) == 0 { // what was computed last
				v = def(k, "convert.%s %s", from, regs[from][len(regs[from])-1])
			}
			fmt.Fprintf(&b, "  store.%s.device +%d, %s, %s\n", k, 1024*i, pointer("%y.2", sizes[k]), v)
		}
	}
	code := live(b.String())
	switch rng.IntN(4) {
	case 0:
		code = fmt.Sprintf("  %%4:u32 = const %d\n  %%5:bool = lt.u32 %%i.3, %%4\n  if %%5 {\n%s  }\n", rng.IntN(300), code)
	case 1:
		code = fmt.Sprintf("  %%4:i64 = convert.u32 %%i.3\n  %%5:ptr.device = ptradd.device %%z.1, %%4\n  %%6:u8 = load.device %%5\n  %%7:u8 = const %d\n  %%8:bool = lt.u8 %%6, %%7\n  if %%8 {\n%s  }\n", rng.IntN(256), code)
	}
	return `func @f(%x.0:ptr.device, %z.1:ptr.device, %y.2:ptr.device, %i.3:u32) {
` + code + `}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uchar" elem u8 size 1
  buffer 1 "z" device readonly type "uchar" elem u8 size 1
  buffer 2 "y" device type "uchar" elem u8 size 1
  builtin thread_position_in_grid "i" u32 x1
}`
}

// live is code without what nobody reads.
func live(code string) string {
	lines := strings.SplitAfter(code, "\n")
	used := map[string]bool{}
	var out []string
	for _, l := range slices.Backward(lines) {
		words := strings.FieldsFunc(l, func(r rune) bool { return strings.ContainsRune(" ,:\n", r) })
		if dst, _, defines := strings.Cut(l, ":"); defines && !used[strings.TrimSpace(dst)] {
			continue
		}
		for _, w := range words {
			used[w] = true
		}
		out = append(out, l)
	}
	slices.Reverse(out)
	return strings.Join(out, "")
}

// What is computed in 16-bit lanes is what interp computes, also where buffers end
// too early, and nothing beside them is written.
func TestPacks(t *testing.T) {
	const kernels, guard = 250, 64
	rng := rand.New(rand.NewPCG(1, 2))
	packed := 0
	for seed := range uint64(kernels) {
		source := packProgram(rand.New(rand.NewPCG(seed, 0)))
		p := parse(t, source)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{}}
		if rng.IntN(3) == 0 {
			l.Grid[0] = 1 + rng.Uint32N(256)
		}
		for i := range 2 {
			in := make([]byte, 2060)
			for j := range in {
				in[j] = byte(rng.Uint32())
			}
			if rng.IntN(6) == 0 {
				in = in[:rng.IntN(2060)]
			}
			l.Buffers[i] = exec.Buffer{Data: in[:len(in):len(in)], ReadOnly: true}
		}
		end := 2048
		if rng.IntN(4) == 0 {
			end = rng.IntN(end)
		}
		run := func(e exec.Executor) ([]byte, []uint64) {
			memory := bytes.Repeat([]byte{0xc3}, guard+end+guard)
			y := exec.Buffer{Data: memory[guard : guard+end : guard+end]}
			if seed%2 == 0 {
				y.Written = make([]uint64, 2048/64)
			}
			l.Buffers[2] = y
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor)
			return memory, y.Written
		}
		want, noted := run(interp.Executor{})
		got, written := run(Executor{})
		require.Equal(t, noted, written, "seed %d\n%s", seed, source)
		require.True(t, bytes.Equal(want, got), "seed %d, %d threads, y of %d bytes\n%s", seed, l.Grid[0], end, source)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		if strings.Contains(text, "i16x8.add") || strings.Contains(text, "i16x8.mul") || strings.Contains(text, "i16x8.m") {
			packed++
		}
	}
	require.Greater(t, packed, kernels/10) // none where lanes choose, or stores lie apart
}
