package mlx

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/lower"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// Inspector is a Kernel or RawProgram that shows what it was compiled to. The
// host device's are.
type Inspector interface {
	// IR returns the optimized intermediate representation, and for each of its
	// lines the place that it came from, with line 0 for none.
	IR() (text string, places []Place, err error)
	// WAT returns the WebAssembly of an entry, "" being the only one: of a Kernel
	// that of the launch that it was compiled for, which may differ in the values of
	// inputs of at most 256 bytes; of a RawProgram that for a size of threadgroups,
	// in which every access is checked. Comments quote the lines that it comes from.
	WAT(entry string, threadgroup [3]int) (string, error)
}

// Place is a line of a part of a kernel's text.
type Place struct {
	Part Part
	Line int
}

// irPos is the position at the end of a line of IR.
var irPos = regexp.MustCompile(` @(\d+)( \{)?$`)

// IR implements Inspector.
func (p *hostProgram) IR() (string, []Place, error) {
	prepared, err := lower.Prepare(context.Background(), p.program, nil)
	if err != nil {
		return "", nil, err
	}
	lines := strings.Split(prepared.String(), "\n")
	places := make([]Place, len(lines))
	for i, line := range lines {
		m := irPos.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		lines[i] = strings.TrimSuffix(line, m[0]) + m[2]
		if n, err := strconv.ParseInt(m[1], 10, 32); err == nil {
			if part, file, at := p.parts.place(diag.Pos(n)); file == "" {
				places[i] = Place{part, at.Line}
			}
		}
	}
	return strings.Join(lines, "\n"), places, nil
}

// WAT implements Inspector.
func (k *hostKernel) WAT(string, [3]int) (string, error) {
	prepared, err := lower.Prepare(context.Background(), k.program, k.entry)
	if err != nil {
		return "", err
	}
	l := exec.Launch{Entry: prepared.Entries[0], Grid: dim(k.cfg.Grid), Threadgroup: dim(clampThreadgroup(k.cfg.Grid, k.cfg.Threadgroup)), Buffers: map[int]exec.Buffer{}}
	sizes, room := map[int]int{}, 0
	for i, b := range k.gen.Buffers {
		switch b.Kind {
		case OutputBuffer:
			sizes[i] = elements(k.cfg.OutputShapes[b.Arg]) * k.cfg.OutputDTypes[b.Arg].Size()
		case InputBuffer:
			sizes[i] = elements(k.args[b.Arg].Shape) * k.args[b.Arg].DType.Size()
		default:
			shape := k.args[b.Arg].Shape
			l.Buffers[i] = exec.Buffer{Data: layoutData(b.Kind, shape, core.RowStrides(shape))}
		}
		room = max(room, sizes[i])
	}
	memory := make([]byte, room) // only its length counts
	for i, n := range sizes {
		l.Buffers[i] = exec.Buffer{Data: memory[:n]}
	}
	for _, a := range k.entry.Args {
		if a.Kind == ir.ArgBuffer {
			b := l.Buffers[a.Index]
			b.Name, b.ReadOnly = a.Name, a.ReadOnly
			l.Buffers[a.Index] = b
		}
	}
	return wasm.WAT(prepared, l, k.describe)
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// WAT implements Inspector.
func (p *hostProgram) WAT(entry string, threadgroup [3]int) (string, error) {
	e, err := p.entry(entry)
	if err != nil {
		return "", err
	}
	prepared, err := lower.Prepare(context.Background(), p.program, e)
	if err != nil {
		return "", err
	}
	group := exec.Dim{uint32(threadgroup[0]), uint32(threadgroup[1]), uint32(threadgroup[2])}
	l := exec.Launch{Entry: prepared.Entries[0], Grid: group, Threadgroup: group, Buffers: map[int]exec.Buffer{}}
	for _, a := range e.Args {
		if a.Kind == ir.ArgBuffer {
			l.Buffers[a.Index] = exec.Buffer{Name: a.Name, ReadOnly: a.ReadOnly}
		}
	}
	return wasm.WAT(prepared, l, p.describe)
}

// describe names the line of a position and quotes it.
func (p *hostProgram) describe(pos diag.Pos) string {
	part, file, at := p.parts.place(pos)
	if file != "" || at.Line == 0 {
		return ""
	}
	text, _ := p.parts.sources.Line(pos)
	return fmt.Sprintf("%s:%d: %s", part, at.Line, strings.TrimSpace(text))
}
