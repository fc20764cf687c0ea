package workbench

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// chooseEntry finds the kernel function and demands all that it takes.
func chooseEntry(file *metalFile, raw *RawLaunch, buffers []boundBuffer) (entry mlx.EntryInfo, err error) {
	entries := file.program.Entries()
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	name := raw.Entry
	if len(names) == 0 {
		return entry, usagef(forgotten(file.diagnostics, name), "the file has no kernel function")
	}
	if name == "" {
		if len(names) > 1 {
			return entry, usagef("choose one with --entry: "+shortList(names), "the file has %d kernel functions", len(names))
		}
		name = names[0]
	}
	i := slices.IndexFunc(entries, func(e mlx.EntryInfo) bool { return e.Name == name })
	if i < 0 {
		return entry, usagef(cmp.Or(forgotten(file.diagnostics, name), DidYouMean(name, names)), "the file has no kernel function %q", name)
	}
	for _, want := range entries[i].Buffers {
		if !slices.ContainsFunc(buffers, func(b boundBuffer) bool { return b.index == want.Index }) {
			ways := ", --bytes or --out-buffer"
			if want.ReadOnly {
				ways = " or --bytes"
			}
			return entry, usagef(fmt.Sprintf("give --buffer %d=FILE.npy%s", want.Index, ways),
				"%s needs buffer %d: %s %s", name, want.Index, want.Type, want.Name)
		}
	}
	tg, most := raw.Threadgroup, cmp.Or(entries[i].MaxThreads, mlx.MaxThreadsPerThreadgroup)
	if tg[0] > most || tg[0]*tg[1] > most || tg[0]*tg[1]*tg[2] > most {
		return entry, usagef("give --threadgroup less", "%s takes at most %d threads a threadgroup, and %d×%d×%d are more", name, most, tg[0], tg[1], tg[2])
	}
	for _, want := range entries[i].Local {
		if raw.LocalBytes[want.Index] == 0 {
			return entry, usagef(fmt.Sprintf("give --threadgroup-memory %d=BYTES", want.Index),
				"%s needs threadgroup memory %d: %s %s", name, want.Index, want.Type, want.Name)
		}
	}
	return entries[i], nil
}

// noKernel are the codes of what the compiler says about functions that it makes
// no kernels of: they lack the word 'kernel', or need what is not supported.
var noKernel = []string{"missing-kernel", "graphics-stage", "unsupported-type", "unsupported-space", "left-out"}

// forgotten is what the compiler says about a function of a name that is no kernel
// that can be launched, or about the first that lacks the word 'kernel'.
func forgotten(ds []Diagnostic, name string) string {
	for _, d := range ds {
		if name == "" && (d.Code == noKernel[0] || d.Code == "left-out-kernels") || name != "" && slices.Contains(noKernel, d.Code) && strings.Contains(d.Message, "'"+name+"'") {
			return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Column, d.Message)
		}
	}
	return ""
}

// mismatched says which buffer holds something else than the kernel function
// takes: values of another type, or too few or too many of those that stand on
// the command line.
func mismatched(e mlx.EntryInfo, buffers []boundBuffer) error {
	for _, b := range buffers {
		arg := argAt(e.Buffers, b.index)
		if arg == nil {
			continue
		}
		have, want := len(b.tensor.Data), arg.ElemSize
		what := fmt.Sprintf("buffer %d has %d bytes, but %s takes", b.index, have, e.Name)
		switch {
		case b.reinterpreted(arg.Type):
			is, _ := parseValueType(arg.Type)
			return usagef(fmt.Sprintf("make it %v, or uint8 for bytes of any meaning", is.dtype),
				"buffer %d holds %v, but %s reads %s as %s", b.index, b.tensor.DType, e.Name, arg.Name, arg.Type)
		case want == 0:
		case arg.Ref && !b.literal && have < want:
			return usagef("give an array with as many", "%s one %s of %d bytes as %s", what, arg.Type, want, arg.Name)
		case arg.Ref && b.literal && have != want:
			return usagef(givenAll, "%s one %s of %d bytes as %s", what, arg.Type, want, arg.Name)
		case b.literal && have%want != 0:
			return usagef(givenAll, "%s %s of %d bytes each as %s", what, arg.Type, want, arg.Name)
		}
	}
	return nil
}

const givenAll = `give a value for each component and member, with its type: "int:5,float3:1,2,3"`

// spare says what a launch gives to the kernel function in vain.
func spare(e mlx.EntryInfo, buffers []boundBuffer, local map[int]int) []string {
	var lines []string
	for _, b := range buffers {
		pointed := slices.ContainsFunc(buffers, func(o boundBuffer) bool { return slices.Contains(slices.Collect(maps.Values(o.points)), b.index) })
		switch {
		case argAt(e.Buffers, b.index) == nil && !pointed:
			lines = append(lines, fmt.Sprintf("%s takes no buffer %d", e.Name, b.index))
		case b.output && reads(e, b.index):
			lines = append(lines, fmt.Sprintf("%s only reads buffer %d, and nothing fills a new one; fill it by --buffer or --bytes", e.Name, b.index))
		}
	}
	for _, index := range slices.Sorted(maps.Keys(local)) {
		if argAt(e.Local, index) == nil {
			lines = append(lines, fmt.Sprintf("%s takes no threadgroup memory %d", e.Name, index))
		}
	}
	return lines
}

// reads tells that a kernel function cannot store to a buffer that it takes.
func reads(e mlx.EntryInfo, index int) bool {
	arg := argAt(e.Buffers, index)
	return arg != nil && arg.ReadOnly
}

func argAt(args []mlx.EntryArg, index int) *mlx.EntryArg {
	if i := slices.IndexFunc(args, func(a mlx.EntryArg) bool { return a.Index == index }); i >= 0 {
		return &args[i]
	}
	return nil
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
