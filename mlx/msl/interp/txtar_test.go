package interp

import (
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

var update = flag.Bool("update", false, "rewrite the wanted sections of testdata")

// TestArchives runs testdata/*.txtar. An archive holds
//
//	-- ir --         the program
//	-- launch --     grid, threadgroup, budget and local N SIZE, one a line
//	-- buffer N --   kind, then values (or "hex"), or "kind zeros COUNT"
//	-- want --       buffers that changed, findings and log
func TestArchives(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			require.NoError(t, err)
			got := runArchive(t, ar)
			for i := range ar.Files {
				if f := &ar.Files[i]; f.Name == "want" {
					if *update {
						f.Data = []byte(got)
						require.NoError(t, os.WriteFile(file, txtar.Format(ar), 0o644))
					}
					require.Equal(t, string(f.Data), got)
					return
				}
			}
			t.Fatal("no want section")
		})
	}
}

type buffer struct {
	index  int
	kind   ir.Kind
	data   []byte
	before string
}

func runArchive(t *testing.T, ar *txtar.Archive) string {
	var l exec.Launch
	l.Buffers, l.LocalBytes = map[int]exec.Buffer{}, map[int]int{}
	var p *ir.Program
	var buffers []*buffer
	for _, f := range ar.Files {
		switch name, arg, _ := strings.Cut(f.Name, " "); name {
		case "ir":
			var err error
			p, err = ir.Parse(string(f.Data))
			require.NoError(t, err)
			require.NoError(t, ir.Verify(p))
			l.Entry = p.Entries[0]
		case "launch":
			for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				setLaunch(t, &l, strings.Fields(line))
			}
		case "buffer":
			buffers = append(buffers, parseBuffer(t, arg, strings.Fields(string(f.Data))))
		}
	}
	for _, b := range buffers {
		l.Buffers[b.index] = exec.Buffer{Data: b.data}
	}
	res, err := Executor{}.Run(context.Background(), p, l)
	var out strings.Builder
	if err != nil {
		fmt.Fprintf(&out, "error %v\n", err)
	}
	for _, b := range buffers {
		if s := b.text(); s != b.before {
			fmt.Fprintf(&out, "buffer %d: %s\n", b.index, s)
		}
	}
	for _, f := range res.Findings {
		fmt.Fprintf(&out, "%s @%d %q thread %v group %v lane %d, %d times: %s\n", f.Kind, f.Pos, f.Buffer, f.Thread, f.Threadgroup, f.Lane, f.Count, f.Message)
	}
	for _, line := range res.Log {
		fmt.Fprintf(&out, "log %s\n", line)
	}
	return out.String()
}

func setLaunch(t *testing.T, l *exec.Launch, w []string) {
	n := make([]int, len(w)-1)
	for i := range n {
		var err error
		n[i], err = strconv.Atoi(w[1+i])
		require.NoError(t, err)
	}
	switch w[0] {
	case "grid":
		l.Grid = exec.Dim{uint32(n[0]), uint32(n[1]), uint32(n[2])}
	case "threadgroup":
		l.Threadgroup = exec.Dim{uint32(n[0]), uint32(n[1]), uint32(n[2])}
	case "budget":
		l.StepBudget = int64(n[0])
	case "local":
		l.LocalBytes[n[0]] = n[1]
	default:
		t.Fatalf("unknown launch line %v", w)
	}
}

func parseBuffer(t *testing.T, index string, w []string) *buffer {
	b := &buffer{}
	var err error
	b.index, err = strconv.Atoi(index)
	require.NoError(t, err)
	if w[0] == "hex" {
		b.kind = ir.U8
		b.data, err = hex.DecodeString(strings.Join(w[1:], ""))
		require.NoError(t, err)
	} else {
		for k := ir.Bool; k <= ir.F32; k++ {
			if k.String() == w[0] {
				b.kind = k
			}
		}
		require.NotZero(t, b.kind, "kind %s", w[0])
		values := w[1:]
		if values[0] == "zeros" {
			n, err := strconv.Atoi(values[1])
			require.NoError(t, err)
			values = strings.Fields(strings.Repeat("0 ", n))
		}
		b.data = make([]byte, len(values)*b.kind.Size())
		for i, v := range values {
			put(b.kind.Size(), b.data[i*b.kind.Size():], parseValue(t, b.kind, v))
		}
	}
	b.before = b.text()
	return b
}

func parseValue(t *testing.T, k ir.Kind, s string) uint64 {
	if k.IsFloat() {
		f, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return ir.FloatBits(k, f)
	}
	if n, err := strconv.ParseInt(s, 0, 64); err == nil {
		return uint64(n) & k.Mask()
	}
	n, err := strconv.ParseUint(s, 0, 64)
	require.NoError(t, err)
	return n
}

// text lists the values of a buffer; runs of equal values are shortened.
func (b *buffer) text() string {
	size := b.kind.Size()
	var out []string
	for i := 0; i < len(b.data)/size; {
		v := get(b.kind, b.data[i*size:])
		n := 1
		for i+n < len(b.data)/size && get(b.kind, b.data[(i+n)*size:]) == v {
			n++
		}
		s := strconv.FormatUint(v, 10)
		if b.kind.IsFloat() {
			f := ir.FloatValue(b.kind, v)
			s = strconv.FormatFloat(f, 'g', -1, 32)
			if math.IsNaN(f) {
				s = "nan"
			}
		} else if b.kind.IsSigned() {
			s = strconv.FormatInt(value{b.kind, v}.int(), 10)
		}
		if n > 3 {
			out = append(out, fmt.Sprintf("%sx%d", s, n))
		} else {
			for range n {
				out = append(out, s)
			}
		}
		i += n
	}
	return strings.Join(out, " ")
}

// The loops of the hot table compute what package ir defines.
func TestHotLoops(t *testing.T) {
	samples := []uint64{0, 1, 2, 7, 0x7fffffff, 0x80000000, 0xffffffff, 0x3f800000, 0xbf800000, 0x7f800000, 0x7fc00000, 0x00000001, 0x0effffff}
	keys := make([]hotKey, 0, len(hot))
	for k := range hot {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		return keys[i].op < keys[j].op || keys[i].op == keys[j].op && keys[i].kind < keys[j].kind
	})
	for _, k := range keys {
		f := ir.Binary(k.op, k.kind)
		if k.op == ir.PtrAdd {
			f = ptrAdd
		}
		for _, a := range samples {
			for _, b := range samples {
				g := &group{stride: 1, regs: []uint64{a, b, 0}}
				hot[k](g, &inst{a: 0, b: 1, dst: 2}, []int32{0})
				require.Equal(t, f(a, b), g.regs[2], "%s.%s %#x %#x", k.op, k.kind, a, b)
			}
		}
	}
}
