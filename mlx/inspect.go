package mlx

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

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
	// WAT returns the WebAssembly of an entry, "" being the only one, for a
	// size of threadgroups. Comments quote the lines that it comes from.
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
	prepared, err := lower.Prepare(p.program, nil)
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
func (p *hostProgram) WAT(entry string, threadgroup [3]int) (string, error) {
	e, err := p.entry(entry)
	if err != nil {
		return "", err
	}
	prepared, err := lower.Prepare(p.program, e)
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
