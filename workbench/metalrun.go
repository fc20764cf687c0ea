package workbench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/internal/bulk"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// maxNewBuffer bounds a buffer that a command line asks for.
const maxNewBuffer = 1 << 34

// boundBuffer is a buffer with what is known about its elements.
type boundBuffer struct {
	index   int
	tensor  tensorfile.Tensor
	points  map[int]int // offsets where addresses of buffers stand, with their numbers
	output  bool
	literal bool // the values stand on the command line
	save    string
}

// runMetal launches a kernel function of a .metal file.
func (t *task) runMetal(job RunJob) (*RunResult, error) {
	start := t.engine.now()
	raw := job.Raw
	if flag := specFlag(job); flag != "" {
		return nil, usagef("give its buffers by number", "%s is for specs: a .metal file has no cases, parameters, random inputs or named arrays", flag)
	}
	if raw == nil || raw.Grid == [3]int{} {
		return nil, usagef("give --grid and --threadgroup, and each buffer; zmlx check --list tells what the kernels take", "a .metal file needs a launch")
	}
	buffers, err := bindBuffers(t.ctx, raw.Buffers)
	if err != nil {
		return nil, err
	}
	out := newRunResult(job)
	out.Grid, out.Threadgroup = raw.Grid, raw.Threadgroup
	out.Generated = Generated{Text: job.Document.Text, DocumentLines: identityLines(job.Document.Text)}
	out.Timings.Inputs = t.since(start)

	file, err := t.compileFile(job.Document, job.Device, job.Metal)
	if err != nil {
		return nil, err
	}
	out.Device, out.Diagnostics = file.device, file.diagnostics
	out.Timings.Compile = t.since(start) - out.Timings.Inputs
	if file.program == nil {
		out.Status = StatusCompileError
		return out, nil
	}
	entry, err := chooseEntry(file, raw, buffers)
	if err != nil {
		return nil, err
	}
	out.Name = entry.Name
	if err := mismatched(entry, buffers); err != nil {
		return nil, err
	}
	for _, line := range spare(entry, buffers, raw.LocalBytes) {
		t.push(Log{"warning: " + line})
	}
	opt := mlx.LaunchOptions{TrackWrites: true, Sanitize: job.Sanitize, Executor: job.Executor, Workers: t.engine.workers, Progress: t.progress("launch")}
	if err := job.Follow.apply(&opt, raw.Grid, func() ([]string, [][]int, []int) { return writable(entry, buffers) }); err != nil {
		return nil, err
	}
	launched := t.engine.now()
	result, err := file.program.Launch(t.ctx, mlx.RawLaunch{Entry: out.Name, Grid: raw.Grid, Threadgroup: raw.Threadgroup,
		Buffers: memoryOf(buffers), New: newOf(buffers), Pointers: pointersOf(buffers), LocalBytes: raw.LocalBytes,
		Options: opt})
	if err != nil {
		return nil, deviceError(err)
	}
	out.Timings.Run = t.since(launched)
	out.Executor, out.Fallback, out.CopiedParts, out.Log = result.Executor, result.Fallback, result.CopiedParts, result.Log
	out.Path, out.writer = file.texts.path(result.Path), result.Writer
	out.Findings, out.Status = file.texts.findings(result.Findings), findingStatus(result.Findings)
	if out.Status != StatusOK && slices.ContainsFunc(buffers, func(b boundBuffer) bool { return b.save != "" }) {
		t.notSaved()
	}
	for _, b := range buffers {
		written := slices.ContainsFunc(entry.Buffers, func(a mlx.EntryArg) bool { return a.Index == b.index && !a.ReadOnly })
		if !b.output && b.save == "" && !written {
			out.Inputs = append(out.Inputs, describe(b.name(), b.array()))
			continue
		}
		d := describe(b.name(), b.array())
		d.Unwritten = result.Unwritten[b.index] / b.tensor.DType.Size()
		if b.output && reads(entry, b.index) {
			d.Unwritten = b.array().Size()
		}
		out.Outputs = append(out.Outputs, d)
		if b.save != "" && out.Status == StatusOK {
			if err := commit(t.ctx, func() error { return tensorfile.SaveNpy(t.ctx, b.save, b.tensor) }); err != nil {
				return nil, fileError(err)
			}
			out.Saved = append(out.Saved, b.save)
		}
	}
	out.Timings.Total = t.since(start)
	return out, nil
}

// specFlag names something that a job asks for and only specs have, "" for none.
func specFlag(job RunJob) string {
	v := job.Variant
	switch {
	case v.Case != 0:
		return "--case"
	case v.DType != "":
		return "--dtype"
	case len(v.Params) > 0:
		return "--param"
	case len(v.Template) > 0:
		return "--template"
	case job.Seed != 0:
		return "--seed"
	case len(job.Inputs)+len(job.InputFiles) > 0:
		return "--in"
	case len(job.Save) > 0 || job.SaveDir != "":
		return "--out"
	}
	return ""
}

// progress says that a step begins, as its launch tells of itself only once its
// first threadgroups are done, and returns what is told then.
func (t *task) progress(label string) func(done, total int64) {
	t.push(Progress{Label: label})
	return func(done, total int64) { t.push(Progress{Label: label, Done: done, Total: total}) }
}

func (b boundBuffer) name() string { return "buffer " + strconv.Itoa(b.index) }

func (b boundBuffer) array() *mlx.Array {
	return mlx.Adopt(mlx.Host(), b.tensor.DType, b.tensor.Shape, b.tensor.Data)
}

func memoryOf(buffers []boundBuffer) map[int][]byte {
	m := make(map[int][]byte, len(buffers))
	for _, b := range buffers {
		m[b.index] = b.tensor.Data
	}
	return m
}

// newOf tells the sizes of the elements of buffers that a launch shall fill.
func newOf(buffers []boundBuffer) map[int]int {
	m := map[int]int{}
	for _, b := range buffers {
		if b.output {
			m[b.index] = b.tensor.DType.Size()
		}
	}
	return m
}

// pointersOf lists the addresses that argument buffers hold.
func pointersOf(buffers []boundBuffer) []mlx.RawPointer {
	var out []mlx.RawPointer
	for _, b := range buffers {
		for _, i := range slices.Sorted(maps.Keys(b.points)) {
			out = append(out, mlx.RawPointer{In: b.index, Offset: i, To: b.points[i]})
		}
	}
	return out
}

func bindBuffers(ctx context.Context, specs map[int]RawBuffer) ([]boundBuffer, error) {
	var buffers []boundBuffer
	var saved []string
	for _, index := range slices.Sorted(maps.Keys(specs)) {
		b := boundBuffer{index: index, save: specs[index].Save, output: specs[index].New != "", literal: specs[index].Bytes != ""}
		var err error
		switch s := specs[index]; {
		case s.File != "":
			if b.tensor, err = tensorfile.LoadNpy(s.File); err != nil {
				err = fileError(err)
			}
		case s.Bytes != "":
			b.tensor, b.points, err = typedValues(s.Bytes)
			for _, to := range b.points {
				if _, ok := specs[to]; !ok && err == nil {
					err = noSuchBuffer(s.Bytes, strconv.Itoa(to))
				}
			}
		case s.New != "":
			b.tensor, err = newTensor(ctx, s.New)
		default:
			err = usagef("give it a file, values or a shape", "it has no content")
		}
		if err != nil {
			return nil, inBuffer(index, err)
		}
		buffers = append(buffers, b)
		if b.save != "" {
			if filepath.Ext(b.save) != ".npy" {
				return nil, inBuffer(index, usagef("name a file that ends in .npy; axes of a shape are separated by x, as in float32:4x8", "cannot save to %q", b.save))
			}
			saved = append(saved, b.save)
		}
	}
	return buffers, savable(saved)
}

// inBuffer says which buffer an error is about.
func inBuffer(index int, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Message = fmt.Sprintf("buffer %d: %s", index, e.Message)
	return &named
}

// newTensor reads "float32:4x8" and fills the array with mlx.Poison.
func newTensor(ctx context.Context, text string) (tensorfile.Tensor, error) {
	name, dims, _ := strings.Cut(text, ":")
	dtype, err := mlx.ParseDType(name)
	if err != nil {
		return tensorfile.Tensor{}, usagef(`write "float32:4x8"`, "%q: %v", text, err)
	}
	t := tensorfile.Tensor{DType: dtype, Shape: []int{}}
	size := dtype.Size()
	for d := range strings.SplitSeq(dims, "x") {
		if dims == "" {
			break
		}
		n, err := strconv.Atoi(d)
		if err != nil || n < 0 || n > 0 && size > maxNewBuffer/n {
			return tensorfile.Tensor{}, usagef(`write "float32:4x8"`, "%q is no type and shape that fit in memory", text)
		}
		t.Shape = append(t.Shape, n)
		size *= n
	}
	if t.Data, err = mlx.MakeBytes(size); err != nil {
		return tensorfile.Tensor{}, usagef("", "%q: %v", text, err)
	}
	bulk.Fill(ctx, t.Data, []byte{mlx.Poison})
	return t, ctx.Err()
}
