package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/mlx/tensorfile"
	"github.com/zmlx/zmlx/workbench"
)

// assignment splits "name=value".
func assignment(flag, text string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return "", "", usagef("--%s %q: write it as NAME=VALUE", flag, text)
	}
	return name, value, nil
}

// assignments reads repeated "name=value" flags.
func assignments(flag string, texts []string) (map[string]string, error) {
	m := map[string]string{}
	for _, text := range texts {
		name, value, err := assignment(flag, text)
		if err != nil {
			return nil, err
		}
		if _, twice := m[name]; twice {
			return nil, usagef("--%s %s is given twice", flag, name)
		}
		m[name] = value
	}
	return m, nil
}

// indexed reads repeated "index=value" flags; attribute is what has the index in Metal.
func indexed(flag, attribute string, texts []string) (map[int]string, error) {
	m := map[int]string{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, usagef("--%s %q: write it as INDEX=VALUE", flag, text)
		}
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 {
			return nil, usagef("--%s %q: %q is not an index, such as the n of [[%s(n)]]", flag, text, name, attribute)
		}
		if _, twice := m[i]; twice {
			return nil, usagef("--%s %d is given twice", flag, i)
		}
		m[i] = value
	}
	return m, nil
}

// specFlags select one of a spec's kernels and its inputs' random key.
type specFlags struct {
	params, template []string
	dtype            string
	index            int
	seed             uint64
}

func (f *specFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.params, "param", nil, "replace a parameter: `D=512` (repeatable)")
	cmd.Flags().StringArrayVar(&f.template, "template", nil, "replace a template value: `T=bfloat16` (repeatable)")
	cmd.Flags().StringVar(&f.dtype, "dtype", "", "the working `type`, such as bfloat16 (default: the spec's own)")
	cmd.Flags().IntVar(&f.index, "case", 0, "`number` of the spec's case, from 1 (0: the spec's own parameters)")
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "`key` of the random inputs")
}

func (f *specFlags) apply(v *workbench.Variant) (err error) {
	v.Case, v.DType = f.index, f.dtype
	if v.Params, err = assignments("param", f.params); err != nil {
		return err
	}
	v.Template, err = assignments("template", f.template)
	return err
}

// ioFlags say where inputs come from and outputs go.
type ioFlags struct{ in, out []string }

func (f *ioFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.in, "in", nil, "replace inputs: `x=a.npy`, or a .safetensors file with arrays of their names (repeatable)")
	cmd.Flags().StringArrayVar(&f.out, "out", nil, "save outputs: `y=b.npy`, or a folder for all of them (repeatable)")
}

func (f *ioFlags) apply(job *workbench.RunJob) error {
	job.Inputs, job.Save = map[string]string{}, map[string]string{}
	for _, text := range f.in {
		if name, path, ok := strings.Cut(text, "="); ok {
			job.Inputs[name] = path
		} else if tensorfile.IsSafetensors(text) {
			job.InputFiles = append(job.InputFiles, text)
		} else {
			return usagef("--in %q: write NAME=FILE.npy, or name a .safetensors file", text)
		}
	}
	for _, text := range f.out {
		if name, path, ok := strings.Cut(text, "="); ok {
			job.Save[name] = path
		} else if info, err := os.Stat(text); err == nil && !info.IsDir() || err != nil && filepath.Ext(text) != "" {
			return usagef("--out %q: write NAME=FILE.npy, or name a folder", text)
		} else {
			job.SaveDir = text
		}
	}
	return nil
}

// metalFlags steer the compilation of a .metal file.
type metalFlags struct {
	includes, defines, constants []string
	std                          string
}

func (f *metalFlags) register(cmd *cobra.Command, constants bool) {
	cmd.Flags().StringArrayVarP(&f.includes, "include", "I", nil, ".metal files: search this `folder` for #include (repeatable)")
	cmd.Flags().StringArrayVarP(&f.defines, "define", "D", nil, ".metal files: define a macro, `NAME[=VALUE]` (repeatable)")
	cmd.Flags().StringVar(&f.std, "std", "", ".metal files: `version` of the language, metal3.0|metal3.1|metal3.2|metal4.0 (default: metal3.2)")
	if constants {
		cmd.Flags().StringArrayVar(&f.constants, "constant", nil, ".metal files: set a function constant by index or name, `2=true` or scale=0.5 (repeatable)")
	}
}

// apply fills the options. metal says whether there is anything that they are for.
func (f *metalFlags) apply(opt *workbench.MetalOptions, metal bool) (err error) {
	if !metal && (len(f.includes)+len(f.defines)+len(f.constants) > 0 || f.std != "") {
		return usagef("-I, -D, --std and --constant are for .metal files; in a spec, macros stand in header: and --template sets constants")
	}
	opt.IncludeDirs, opt.Std = f.includes, f.std
	opt.Defines = map[string]string{}
	for _, text := range f.defines {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			value = "1"
		}
		opt.Defines[name] = value
	}
	opt.Constants, err = assignments("constant", f.constants)
	return err
}
