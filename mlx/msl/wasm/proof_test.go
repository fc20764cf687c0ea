package wasm

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// bounded are kernels that add to y what they find in two places of x, each reaching for it
// in its own way.
var bounded = map[string]string{
	"plain":    "  %at.9:u32 = mov %i.2\n",
	"guarded":  "  %5:u32 = const 37\n  %6:bool = lt.u32 %i.2, %5\n  if %6 {\n} else {\n  return\n}\n  %at.9:u32 = mov %i.2\n",
	"behind":   "  %5:u32 = const 3\n  %6:bool = lt.u32 %i.2, %5\n  if %6 {\n  return\n}\n  %at.9:u32 = sub.u32 %i.2, %5\n",
	"shifted":  "  %5:u32 = const 3\n  %at.9:u32 = sub.u32 %i.2, %5\n",
	"strided":  "  %5:u32 = const 2\n  %at.9:u32 = mul.u32 %i.2, %5\n",
	"backward": "  %5:u32 = const 36\n  %at.9:u32 = sub.u32 %5, %i.2\n",
	"anywhere": "  %5:u32 = const 13\n  %6:u32 = mul.u32 %i.2, %5\n  %7:u32 = const 80\n  %at.9:u32 = rem.u32 %6, %7\n",
}

const boundedKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
%s  %%20:i64 = convert.i64.u32 %%at.9
  %%21:i64 = const 2
  %%22:i64 = shl.i64 %%20, %%21
  %%23:ptr.device = ptradd.device %%x.0, %%22
  %%24:ptr.device = ptradd.device %%y.1, %%22
  %%25:u32 = load.u32.device %%23
  %%26:u32 = load.u32.device %%24
  %%28:u32 = load.u32.device +8, %%23
  %%29:u32 = add.u32 %%25, %%28
  %%27:u32 = add.u32 %%29, %%26
  store.u32.device %%24, %%27
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`

// Whatever the sizes of grid and buffers, what is out of bounds is noticed and
// harms nothing, whether or not a proof said that nothing is.
func TestBounds(t *testing.T) {
	const margin = 64
	for name, body := range bounded {
		p := parse(t, fmt.Sprintf(boundedKernel, body))
		for _, grid := range []uint32{1, 4, 31, 36, 37, 38, 40, 64} {
			for _, size := range []int{0, 3, 4, 36 * 4, 37 * 4, 37*4 + 2, 40 * 4, 72 * 4} {
				run := func(x exec.Executor) (exec.Result, []byte, []byte) {
					memory := [2][]byte{}
					l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{grid, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Buffers: map[int]exec.Buffer{}}
					for i := range memory {
						memory[i] = bytes.Repeat([]byte{0xa5, byte(i)}, (2*margin+size)/2+1)
						l.Buffers[i] = exec.Buffer{Data: memory[i][margin : margin+size], ReadOnly: i == 0}
					}
					res, err := x.Run(context.Background(), p, l)
					require.NoError(t, err)
					require.Equal(t, x.Name(), res.Executor)
					return res, memory[0], memory[1]
				}
				where := fmt.Sprintf("%s: %d threads, %d bytes", name, grid, size)
				want, x0, y0 := run(interp.Executor{})
				got, x1, y1 := run(Executor{})
				require.Equal(t, x0, x1, where)
				require.Equal(t, y0, y1, where)
				require.Equal(t, len(want.Findings) > 0, len(got.Findings) > 0, where)
			}
		}
	}
}

// A launch whose accesses are all seen to lie in bounds runs without checks.
func TestProof(t *testing.T) {
	p := parse(t, fmt.Sprintf(boundedKernel, bounded["guarded"]))
	wat := func(size int) string {
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{32, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: make([]byte, size), ReadOnly: true}, 1: {Data: make([]byte, size)}}}
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		return text
	}
	const fault = "i32.store\n" // to the first word of the area
	require.False(t, strings.Contains(wat(39*4), fault))
	require.True(t, strings.Contains(wat(39*4-1), fault))
}

// A load that would be in bounds for all threads does not ask which of them make
// it; one that would not be does.
func TestHarmless(t *testing.T) {
	const threads = 96
	for ahead, branches := range map[int]bool{0: false, 1: true} {
		p := parse(t, fmt.Sprintf(`func @f(%%x.0:ptr.device, %%m.1:ptr.device, %%y.2:ptr.device, %%i.3:u32) {
  %%4:i64 = convert.u32 %%i.3
  %%5:i64 = const 2
  %%6:i64 = shl %%4, %%5
  %%7:ptr.device = ptradd.device %%m.1, %%4
  %%8:u8 = load.device %%7
  %%9:u8 = const 100
  %%10:bool = lt.u8 %%9, %%8
  %%11:ptr.device = ptradd.device %%y.2, %%6
  %%12:u32 = const 7
  if %%10 {
    %%13:ptr.device = ptradd.device %%x.0, %%6
    %%14:u32 = load.device +%d, %%13
  } else {
    %%14:u32 = mov %%12
  }
  store.u32.device %%11, %%14
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "m" device readonly type "uchar" elem u8 size 1
  buffer 2 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`, 4*ahead))
		x, m := make([]byte, 4*threads), make([]byte, threads)
		for i := range x {
			x[i] = byte(i * 7)
		}
		for i := range m {
			m[i] = byte(i * 89)
		}
		m[threads-1] = 0
		launch := func() (exec.Launch, []byte) {
			y := make([]byte, 4*threads)
			return exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{32, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: m, ReadOnly: true}, 2: {Data: y}}}, y
		}
		l, want := launch()
		_, err := interp.Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		l, got := launch()
		res, err := Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Empty(t, res.Findings)
		require.Equal(t, want, got)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		require.Equal(t, branches, strings.Contains(text, "i32x4.bitmask"), "%d ahead", ahead)
	}
}

// Launches that share a module have the same code, whatever the sizes of their
// buffers: it depends on nothing that the key of their proofs does not tell.
func TestProofsTellAll(t *testing.T) {
	const inside = `  %%5:u32 = const 40
  %%6:u32 = const 80
  %%7:bool = le.u32 %%5, %%i.2
  %%8:bool = lt.u32 %%i.2, %%6
  %%9:bool = and %%7, %%8
  %%10:i64 = convert.u32 %%i.2
  %%11:i64 = const 2
  %%12:i64 = shl %%10, %%11
  %%13:ptr.device = ptradd.device %%y.1, %%12
  %%14:u32 = load.device %%13
  %%15:bool = lt.u32 %%14, %%6
  %%16:bool = and %%9, %%15
  if %%16 {
    %%17:i64 = const %d
    %%18:i64 = sub %%10, %%17
    %%19:i64 = const %d
    %%20:i64 = mul %%18, %%19
    %%21:ptr.device = ptradd.device %%x.0, %%20
    %%22:u32 = load.device +%d, %%21
    %%23:u32 = add %%14, %%22
  } else {
    %%23:u32 = mov %%5
  }
  store.u32.device %%13, %%23
`
	head, tail, _ := strings.Cut(boundedKernel, "%s")
	_, entry, _ := strings.Cut(tail, "\n}\n")
	sharing := 0
	for _, step := range []int{4, 8, 12, 1 << 12} {
		for _, back := range []int{0, 30, 60} {
			p := parse(t, fmt.Sprintf(head+inside+"}\n"+entry, back, step, step*max(0, back-40)))
			codes := map[string]string{}
			for _, more := range []int{-80 * step, -13 * step, -12 * step, -4, 0, 1, 4, 8, 12, 24, 36, 48, 128, 13 * step, 100 * step} {
				l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{96, 1, 1}, Threadgroup: exec.Dim{32, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 80*step+more), ReadOnly: true}, 1: {Data: make([]byte, 4*96)}}}
				key, err := keyOf(p, l, nil)
				require.NoError(t, err)
				_, proven, err := prepare(p, l.Entry, key.v, nil, key.facts, key.v.ragged)
				require.NoError(t, err)
				code, err := WAT(p, l, nil)
				require.NoError(t, err)
				if known, ok := codes[key.kernel+proven]; ok {
					require.Equal(t, known, code, "stride %d, %d back, %d bytes more", step, back, more)
					sharing++
				}
				codes[key.kernel+proven] = code
			}
		}
	}
	require.Greater(t, sharing, 20)
}

// An offset so large that the end of an access is beyond all numbers is out of
// bounds.
func TestOffsetsWithoutEnd(t *testing.T) {
	p := parse(t, `func @f(%x.0:ptr.device, %y.1:ptr.device, %i.2:u32) {
  %3:u64 = load.device %x.0
  %4:u64 = const 9223372036854775804
  %5:u64 = and %3, %4
  %6:i64 = convert.u64 %5
  %7:ptr.device = ptradd.device %y.1, %6
  store.u32.device %7, %i.2
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "ulong" elem u64 size 8
  buffer 1 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`)
	for _, at := range []uint64{8, 12, 16, 24, 1<<63 - 4} {
		y := bytes.Repeat([]byte{0xa5}, 48)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: binary.LittleEndian.AppendUint64(nil, at), ReadOnly: true}, 1: {Data: y[16:32]}}}
		res, err := Executor{}.Run(t.Context(), p, l)
		require.NoError(t, err)
		require.Equal(t, "wasm", res.Executor)
		require.Equal(t, at > 12, len(res.Findings) > 0, at)
		require.Equal(t, bytes.Repeat([]byte{0xa5}, 16), y[:16])
		require.Equal(t, bytes.Repeat([]byte{0xa5}, 16), y[32:])
	}
}

// Strides that memory holds are what they are in this launch: of zero and one the code
// knows, and of others it does not.
func TestKnownStrides(t *testing.T) {
	p := parse(t, `func @f(%x.0:ptr.device, %s.1:ptr.constant, %y.2:ptr.device, %c.3:u32, %r.4:u32) {
  %5:i32 = convert.u32 %c.3
  %6:i32 = convert.u32 %r.4
  %7:i32 = load.constant %s.1
  %8:i32 = load.constant +4, %s.1
  %9:i32 = mul %6, %7
  %10:i32 = mul %5, %8
  %11:i32 = add %9, %10
  %12:i64 = convert.i32 %11
  %13:i64 = const 2
  %14:i64 = shl %12, %13
  %15:ptr.device = ptradd.device %x.0, %14
  %16:u32 = load.device %15
  %17:u32 = const 64
  %18:u32 = mul %r.4, %17
  %19:u32 = add %18, %c.3
  %20:i64 = convert.u32 %19
  %21:i64 = shl %20, %13
  %22:ptr.device = ptradd.device %y.2, %21
  store.u32.device %22, %16
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "s" constant readonly type "int" elem i32 size 4
  buffer 2 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "p" u32 x2
}`)
	texts := map[string]bool{}
	for _, s := range [][2]int32{{64, 1}, {64, 0}, {0, 1}, {1, 64}, {0, 2}, {1, 1}, {64, -1}, {0, 3}} {
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 8, 1}, Threadgroup: exec.Dim{64, 1, 1}}
		run := func(e exec.Executor) ([]byte, bool) {
			x, strides, y := make([]byte, 4*64*64), make([]byte, 8), make([]byte, 4*64*8)
			for i := range len(x) / 4 {
				binary.LittleEndian.PutUint32(x[4*i:], uint32(i+1)*2654435761)
			}
			binary.LittleEndian.PutUint32(strides, uint32(s[0]))
			binary.LittleEndian.PutUint32(strides[4:], uint32(s[1]))
			l.Buffers = map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: strides, ReadOnly: true}, 2: {Data: y}}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err)
			return y, len(res.Findings) > 0
		}
		want, strays := run(interp.Executor{})
		got, strayed := run(Executor{})
		require.Equal(t, want, got, s)
		require.Equal(t, strays, strayed, s)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		texts[text] = true
		require.Equal(t, s[1] == 0 || s[1] == 1, !strings.Contains(text, "i32x4.extract_lane"), s) // lanes that are anywhere
	}
	require.Equal(t, 7, len(texts)) // two and three are as good
}

// A number that memory holds is assigned again under a condition, which becomes a choice:
// what the first launch has for it is not what the next one has.
func TestKnownNumberChosen(t *testing.T) {
	p := parse(t, `func @f(%x.0:ptr.device, %s.1:ptr.constant, %y.2:ptr.device, %i.3:u32) {
  %4:u32 = load.constant %s.1
  %5:i64 = convert.u32 %i.3
  %6:i64 = const 2
  %7:i64 = shl %5, %6
  %8:ptr.device = ptradd.device %x.0, %7
  %9:u32 = load.device %8
  %10:u32 = const 3
  %11:bool = lt.u32 %10, %9
  if %11 {
    %4:u32 = load.device +4, %8
  }
  %12:ptr.device = ptradd.device %y.2, %7
  store.u32.device %12, %4
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "s" constant readonly type "uint" elem u32 size 4
  buffer 2 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`)
	for _, number := range []byte{0, 1, 7, 1} {
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}}
		run := func(e exec.Executor) []byte {
			x, y := make([]byte, 4*65), make([]byte, 4*64)
			for i := range 65 {
				x[4*i] = byte(i * 37 % 8)
			}
			l.Buffers = map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: []byte{number, 0, 0, 0}, ReadOnly: true}, 2: {Data: y}}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Empty(t, res.Findings)
			return y
		}
		require.Equal(t, run(interp.Executor{}), run(Executor{}), number)
	}
}
