package wasm

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

func TestArchives(t *testing.T) {
	files, _ := filepath.Glob("../interp/testdata/*.txtar")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			require.NoError(t, err)
			run := func(x exec.Executor) (string, exec.Result) {
				var p *ir.Program
				l := exec.Launch{Buffers: map[int]exec.Buffer{}, LocalBytes: map[int]int{}}
				for _, f := range ar.Files {
					switch name, arg, _ := strings.Cut(f.Name, " "); name {
					case "ir":
						p, err = ir.Parse(string(f.Data))
						require.NoError(t, err)
						require.NoError(t, ir.Verify(p))
						l.Entry = p.Entries[0]
					case "launch":
						for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
							w := strings.Fields(line)
							n := [4]int{}
							for i, s := range w[1:] {
								n[i], _ = strconv.Atoi(s)
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
							}
						}
					case "buffer":
						i, _ := strconv.Atoi(arg)
						l.Buffers[i] = exec.Buffer{Data: data(strings.Fields(string(f.Data)))}
					}
				}
				if (x == Executor{}) {
					p, err = ir.Optimize(p)
					require.NoError(t, err)
					l.Entry = p.Entries[0]
				}
				res, err := x.Run(context.Background(), p, l)
				require.NoError(t, err)
				out := ""
				for i := range 31 {
					if b, ok := l.Buffers[i]; ok {
						out += fmt.Sprintf("%d %x\n", i, b.Data)
					}
				}
				return out, res
			}
			want, wr := run(interp.Executor{})
			got, gr := run(Executor{})
			t.Log(gr.Executor, len(wr.Findings), gr.Findings)
			require.Equal(t, want, got)
		})
	}
}

func data(w []string) []byte {
	if w[0] == "hex" {
		b, _ := hex.DecodeString(strings.Join(w[1:], ""))
		return b
	}
	var k ir.Kind
	for k = ir.Bool; k.String() != w[0]; k++ {
	}
	vals := w[1:]
	if vals[0] == "zeros" {
		n, _ := strconv.Atoi(vals[1])
		vals = strings.Fields(strings.Repeat("0 ", n))
	}
	var out []byte
	for _, v := range vals {
		var bits uint64
		if k.IsFloat() {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil {
				f = math.NaN()
			}
			bits = ir.FloatBits(k, f)
		} else {
			i, _ := strconv.ParseInt(v, 0, 64)
			bits = uint64(i)
		}
		for i := range k.Size() {
			out = append(out, byte(bits>>(8*i)))
		}
	}
	return out
}

func TestWhy(t *testing.T) {
	files, _ := filepath.Glob("../interp/testdata/*.txtar")
	for _, file := range files {
		ar, _ := txtar.ParseFile(file)
		for _, f := range ar.Files {
			if f.Name == "ir" {
				p, err := ir.Parse(string(f.Data))
				require.NoError(t, err)
				require.NoError(t, ir.Verify(p))
				p, err = ir.Optimize(p)
				require.NoError(t, err)
				_, err = WAT(p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, LocalBytes: map[int]int{}})
				t.Log(filepath.Base(file), err)
			}
		}
	}
}
