//go:build (darwin || linux) && (amd64 || arm64)

package mlxtest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/capi/capitest"
)

// FakeMetal is the device "metal" over a libmlxc that runs kernels on the
// host. What stands between the device and Apple's compiler is real.
type FakeMetal struct {
	mlx.Device
	*capitest.Fake
	Library *mlx.NativeLibrary

	// IgnoreLine makes the compiler count lines from the beginning of MLX's
	// preamble, as if it did not know #line.
	IgnoreLine bool
	// MaxThreads is what every pipeline takes at most; 0 is Metal's limit.
	MaxThreads int
	// Throw is what evaluating a launch throws, if set.
	Throw string
}

// PreambleLines is the number of the first line after MLX 0.31.2's preamble,
// as its own #line counts.
const PreambleLines = 442

// NewFakeMetal returns the device. There is one at a time in a process.
func NewFakeMetal() *FakeMetal {
	lib, fake := capitest.New()
	n := mlx.NativeOf(lib)
	f := &FakeMetal{Device: n.Devices[0], Fake: fake, Library: n}
	fake.Run = f.run
	return f
}

// Runtime is that of the device.
func (f *FakeMetal) Runtime() mlx.Runtime { return mlx.RuntimeOf(f.Device) }

// Capture is that of the device.
func (f *FakeMetal) Capture(path string, g func() error) error {
	return f.Device.(mlx.Capturer).Capture(path, g)
}

// Memory is that of the device.
func (f *FakeMetal) Memory() (active, peak int64) { return f.Device.(mlx.MemoryCounter).Memory() }

// run does what MLX does when a launch is evaluated.
func (f *FakeMetal) run(k capi.KernelSpec, inputs []capitest.Array, l capi.KernelLaunch) ([][]byte, error) {
	if f.Throw != "" {
		return nil, errors.New(f.Throw)
	}
	directive, header, _ := strings.Cut(k.Header, "\n")
	lines := strings.HasPrefix(directive, "#line 1 ")
	if !lines {
		header = k.Header
	}
	src := mlx.KernelSource{Name: k.Name, InputNames: k.Inputs, OutputNames: k.Outputs, Source: k.Source, Header: header,
		EnsureRowContiguous: k.RowContiguous, AtomicOutputs: k.AtomicOutputs}
	cfg := mlx.LaunchConfig{Grid: l.Grid, Threadgroup: l.Threadgroup, InitValue: l.Init}
	for _, o := range l.Outputs {
		cfg.OutputShapes, cfg.OutputDTypes = append(cfg.OutputShapes, o.Shape), append(cfg.OutputDTypes, o.DType)
	}
	for _, t := range l.Template {
		cfg.Template = append(cfg.Template, templateArg(t))
	}
	arrays := make([]*mlx.Array, len(inputs))
	for i, a := range inputs {
		arrays[i] = mlx.FromBytes(a.DType, a.Shape, a.Data)
	}
	threads := l.Threadgroup[0] * l.Threadgroup[1] * l.Threadgroup[2]
	most := f.MaxThreads
	if most == 0 {
		most = mlx.MaxThreadsPerThreadgroup
	}
	if threads > most {
		cfg.Threadgroup = [3]int{1, 1, 1}
	}
	kernel, err := mlx.HostDevice().Compile(context.Background(), src, mlx.ArgInfos(arrays), cfg)
	var failed *mlx.CompileError
	switch {
	case errors.As(err, &failed):
		return nil, f.asApple(failed, src, mlx.ArgInfos(arrays), cfg, lines)
	case err != nil:
		return nil, err
	case threads > most:
		return nil, fmt.Errorf("%s size (%d) is greater than  the maximum allowed threads per threadgroup (%d)", "Thread group", threads, most)
	}
	res, err := kernel.Launch(context.Background(), arrays, cfg, mlx.LaunchOptions{})
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, a := range res.Outputs {
		out = append(out, a.Bytes())
	}
	return out, nil
}

// asApple is what MLX throws of the text that does not compile.
func (f *FakeMetal) asApple(failed *mlx.CompileError, src mlx.KernelSource, infos []mlx.ArgInfo, cfg mlx.LaunchConfig, lines bool) error {
	gen, err := src.Generate(infos, cfg)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("[metal::Device] Unable to build metal library from source\n")
	for _, d := range failed.Diagnostics {
		for i, l := range gen.Lines {
			if l.Part != d.Part || l.Line != d.Line {
				continue
			}
			file, at := "zmlx", i+1
			if f.IgnoreLine || !lines {
				file, at = "mlx/backend/metal/kernels/utils.h", i+PreambleLines
				if lines {
					at++
				}
			}
			fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n", file, at, d.Column, d.Severity, d.Message)
			if text := strings.Split(gen.Text, "\n")[i]; len(text) <= 4096 {
				fmt.Fprintf(&b, "%s\n%*s\n", text, d.Column, "^")
			}
		}
	}
	return errors.New(b.String())
}

func templateArg(t capi.TemplateValue) mlx.TemplateArg {
	switch v := t.Value.(type) {
	case mlx.DType:
		return mlx.TemplateArg{Name: t.Name, Kind: mlx.TemplateDType, DType: v}
	case bool:
		arg := mlx.TemplateArg{Name: t.Name, Kind: mlx.TemplateBool}
		if v {
			arg.Int = 1
		}
		return arg
	default:
		return mlx.TemplateArg{Name: t.Name, Kind: mlx.TemplateInt, Int: int64(v.(int))}
	}
}
