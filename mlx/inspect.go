package mlx

import (
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/lower"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// Inspector is a Kernel or RawProgram that shows what it was compiled to. The
// host device's are.
type Inspector interface {
	// IR returns the optimized intermediate representation.
	IR() (string, error)
	// WAT returns the WebAssembly of an entry, "" being the only one, for a
	// size of threadgroups.
	WAT(entry string, threadgroup [3]int) (string, error)
}

// IR implements Inspector.
func (p *hostProgram) IR() (string, error) {
	prepared, err := lower.Prepare(p.program)
	if err != nil {
		return "", err
	}
	return prepared.String(), nil
}

// WAT implements Inspector.
func (p *hostProgram) WAT(entry string, threadgroup [3]int) (string, error) {
	e, err := p.entry(entry)
	if err != nil {
		return "", err
	}
	prepared, err := lower.Prepare(p.program)
	if err != nil {
		return "", err
	}
	group := exec.Dim{uint32(threadgroup[0]), uint32(threadgroup[1]), uint32(threadgroup[2])}
	l := exec.Launch{Entry: lower.Entry(p.program, prepared, e), Grid: group, Threadgroup: group, Buffers: map[int]exec.Buffer{}}
	for _, a := range e.Args {
		if a.Kind == ir.ArgBuffer {
			l.Buffers[a.Index] = exec.Buffer{Name: a.Name, ReadOnly: a.ReadOnly}
		}
	}
	return wasm.WAT(prepared, l)
}
