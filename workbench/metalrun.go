package workbench

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// maxNewBuffer bounds a buffer that a command line asks for.
const maxNewBuffer = 1 << 34

// boundBuffer is a buffer with what is known about its elements.
type boundBuffer struct {
	index  int
	tensor tensorfile.Tensor
	points map[int]int // elements that are addresses of buffers
	output bool
	save   string
}

// runMetal launches a kernel function of a .metal file.
func (t *task) runMetal(job RunJob) (*RunResult, error) {
	start := t.engine.now()
	raw := job.Raw
	if job.Variant.chosen() || len(job.Inputs)+len(job.InputFiles)+len(job.Save) > 0 || job.SaveDir != "" {
		return nil, usagef("give its buffers by number", "a .metal file has no cases, parameters or named arrays")
	}
	if raw == nil || raw.Grid == [3]int{} {
		return nil, usagef("give --grid and --threadgroup, and each buffer; zmlx check --list tells what the kernels take", "a .metal file needs a launch")
	}
	buffers, err := bindBuffers(raw.Buffers)
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
	entry, err := chooseEntry(file.program.Entries(), raw, buffers)
	if err != nil {
		return nil, err
	}
	out.Name = entry.Name
	for _, line := range doubtful(entry, buffers, raw.LocalBytes) {
		t.push(Log{"warning: " + line})
	}
	launched := t.engine.now()
	result, err := file.program.Launch(t.ctx, mlx.RawLaunch{Entry: out.Name, Grid: raw.Grid, Threadgroup: raw.Threadgroup,
		Buffers: memoryOf(buffers), Pointers: pointersOf(buffers), LocalBytes: raw.LocalBytes,
		Options: mlx.LaunchOptions{TrackWrites: true, Sanitize: job.Sanitize, Executor: job.Executor, Workers: t.engine.workers, Progress: t.progress("launch")}})
	if err != nil {
		return nil, deviceError(err)
	}
	out.Timings.Run = t.since(launched)
	out.Executor, out.Fallback, out.Log = result.Executor, result.Fallback, result.Log
	out.Findings = file.texts.findings(result.Findings)
	if len(out.Findings) > 0 {
		out.Status = StatusFinding
	}
	for _, b := range buffers {
		written := slices.ContainsFunc(entry.Buffers, func(a mlx.EntryArg) bool { return a.Index == b.index && !a.ReadOnly })
		if !b.output && b.save == "" && !written {
			out.Inputs = append(out.Inputs, describe(b.name(), b.array()))
			continue
		}
		d := describe(b.name(), b.array())
		d.Unwritten = result.Unwritten[b.index] / b.tensor.DType.Size()
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

// progress makes a launch's progress events.
func (t *task) progress(label string) func(done, total int64) {
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

// pointersOf lists the addresses that argument buffers hold.
func pointersOf(buffers []boundBuffer) []mlx.RawPointer {
	var out []mlx.RawPointer
	for _, b := range buffers {
		for _, i := range slices.Sorted(maps.Keys(b.points)) {
			out = append(out, mlx.RawPointer{In: b.index, Offset: i * b.tensor.DType.Size(), To: b.points[i]})
		}
	}
	return out
}

// argumentBuffer reads "4,5,null": addresses of buffers.
func argumentBuffer(text string, known map[int]RawBuffer) (tensorfile.Tensor, map[int]int, error) {
	points := map[int]int{}
	list := strings.Split(text, ",")
	for i, item := range list {
		if item = strings.TrimSpace(item); item == "null" {
			continue
		}
		to, err := strconv.Atoi(item)
		if _, ok := known[to]; err != nil || !ok {
			return tensorfile.Tensor{}, nil, usagef("name buffers of this launch, or null", `"pointer:%s": there is no buffer %q`, text, item)
		}
		points[i] = to
	}
	return tensorfile.Tensor{DType: mlx.Uint64, Shape: []int{len(list)}, Data: make([]byte, 8*len(list))}, points, nil
}

func bindBuffers(specs map[int]RawBuffer) ([]boundBuffer, error) {
	var buffers []boundBuffer
	var saved []string
	for _, index := range slices.Sorted(maps.Keys(specs)) {
		b := boundBuffer{index: index, save: specs[index].Save, output: specs[index].New != ""}
		var err error
		switch s := specs[index]; {
		case s.File != "":
			if b.tensor, err = tensorfile.LoadNpy(s.File); err != nil {
				err = fileError(err)
			}
		case strings.HasPrefix(s.Bytes, "pointer:"):
			b.tensor, b.points, err = argumentBuffer(strings.TrimPrefix(s.Bytes, "pointer:"), specs)
		case s.Bytes != "":
			b.tensor, err = typedValues(s.Bytes)
		case s.New != "":
			b.tensor, err = newTensor(s.New)
		default:
			err = usagef("give it a file, values or a shape", "buffer %d has no content", index)
		}
		if err != nil {
			return nil, err
		}
		buffers = append(buffers, b)
		if b.save != "" {
			saved = append(saved, b.save)
		}
	}
	return buffers, savable(saved)
}

// newTensor reads "float32:4x8" and fills the array with 0xFF bytes, which is
// a NaN in every float type.
func newTensor(text string) (tensorfile.Tensor, error) {
	name, dims, _ := strings.Cut(text, ":")
	dtype, err := mlx.ParseDType(name)
	if err != nil {
		return tensorfile.Tensor{}, usagef("", "%q: %v", text, err)
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
	for i := range t.Data {
		t.Data[i] = 0xFF
	}
	return t, nil
}

// chooseEntry finds the kernel function and demands all that it takes.
func chooseEntry(entries []mlx.EntryInfo, raw *RawLaunch, buffers []boundBuffer) (entry mlx.EntryInfo, err error) {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	name := raw.Entry
	if len(names) == 0 {
		return entry, usagef("", "the file has no kernel function")
	}
	if name == "" {
		if len(names) > 1 {
			return entry, usagef("choose one with --entry: "+shortList(names), "the file has %d kernel functions", len(names))
		}
		name = names[0]
	}
	i := slices.IndexFunc(entries, func(e mlx.EntryInfo) bool { return e.Name == name })
	if i < 0 {
		return entry, usagef(DidYouMean(name, names), "the file has no kernel function %q", name)
	}
	for _, want := range entries[i].Buffers {
		if !slices.ContainsFunc(buffers, func(b boundBuffer) bool { return b.index == want.Index }) {
			return entry, usagef(fmt.Sprintf("give --buffer %d=FILE.npy, --bytes or --out-buffer", want.Index),
				"%s needs buffer %d: %s %s", name, want.Index, want.Type, want.Name)
		}
	}
	for _, want := range entries[i].Local {
		if raw.LocalBytes[want.Index] == 0 {
			return entry, usagef(fmt.Sprintf("give --threadgroup-memory %d=BYTES", want.Index),
				"%s needs threadgroup memory %d: %s %s", name, want.Index, want.Type, want.Name)
		}
	}
	return entries[i], nil
}

// doubtful says what a launch gives to the kernel function in vain, and what
// the function reads as another type.
func doubtful(e mlx.EntryInfo, buffers []boundBuffer, local map[int]int) []string {
	find := func(args []mlx.EntryArg, index int) *mlx.EntryArg {
		if i := slices.IndexFunc(args, func(a mlx.EntryArg) bool { return a.Index == index }); i >= 0 {
			return &args[i]
		}
		return nil
	}
	var lines []string
	for _, b := range buffers {
		pointed := slices.ContainsFunc(buffers, func(o boundBuffer) bool { return slices.Contains(slices.Collect(maps.Values(o.points)), b.index) })
		arg := find(e.Buffers, b.index)
		switch {
		case arg == nil && !pointed:
			lines = append(lines, fmt.Sprintf("%s takes no buffer %d", e.Name, b.index))
		case arg != nil && b.reinterpreted(arg.Type):
			lines = append(lines, fmt.Sprintf("buffer %d holds %v, but %s reads %s as %s", b.index, b.tensor.DType, e.Name, arg.Name, arg.Type))
		}
	}
	for _, index := range slices.Sorted(maps.Keys(local)) {
		if find(e.Local, index) == nil {
			lines = append(lines, fmt.Sprintf("%s takes no threadgroup memory %d", e.Name, index))
		}
	}
	return lines
}

// reinterpreted reports whether a kernel that takes elements of a type sees
// other values than the array has. Bytes may be anything, and so may unsigned
// words of the size, as which .npy files have bfloat16.
func (b boundBuffer) reinterpreted(typ string) bool {
	want, err := parseValueType(typ)
	have := b.tensor.DType
	switch {
	case err != nil || have == want.dtype || have.Size() == 1 && have.IsInteger() || want.dtype.Size() == 1 && want.dtype.IsInteger():
		return false
	case have == mlx.Complex64:
		return want.dtype != mlx.Float32
	}
	return have.Size() != want.dtype.Size() || !have.IsInteger() || want.dtype == mlx.Float32
}
