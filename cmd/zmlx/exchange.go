package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

func (a *app) exportCommand() *cobra.Command {
	var spec specFlags
	var format string
	formats := workbench.ExportFormats()
	cmd := &cobra.Command{
		Use:   "export SPEC",
		Short: "Write a kernel as a program for Python, Swift or C, or as a launch record",
		Long: `Write a spec's kernel as a program that runs as it is, on the same inputs; as
the Metal text that MLX compiles, without MLX's own definitions that some kernels
use (log1p, Limits, elem_to_loc, bfloat16_t and the like); or as a launch record
with its inputs and what they should give.`,
		Example: "  zmlx export rmsnorm --to python -o rmsnorm.py\n  zmlx export my.yaml --case 2 --to launch -o my.launch.json",
		Args:    takes(1, 1),
		PreRunE: func(*cobra.Command, []string) error {
			if !slices.Contains(formats, format) {
				return usagef("unknown --to %q: use %s", format, strings.Join(formats, "|"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			doc, err := a.open(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			job := workbench.ExportJob{Document: doc, Seed: spec.seed, Format: format}
			if err := spec.apply(&job.Variant); err != nil {
				return err
			}
			result, err := a.do(cmd.Context(), job)
			if err != nil {
				return err
			}
			r := result.(*workbench.ExportResult)
			report.Diagnostics(a.err, r.Diagnostics, nil, a.errOptions())
			if r.Status != workbench.StatusOK {
				return exit(r.Status.ExitCode())
			}
			return a.print(cmd, func(w io.Writer, _ report.Options) error {
				_, err := io.WriteString(w, r.Text)
				return err
			})
		},
	}
	spec.register(cmd)
	cmd.Flags().StringVar(&format, "to", "python", "what to write: "+strings.Join(formats, "|"))
	cmd.Flags().StringVarP(&a.output, "output", "o", "", "write to this `file` instead of standard output")
	return cmd
}

func (a *app) importCommand() *cobra.Command {
	var given []string
	var dir string
	var helper bool
	cmd := &cobra.Command{
		Use:   "import FILE.py|FILE.ipynb|FILE.swift",
		Short: "Make specs of the kernels that a Python or Swift file makes",
		Long: `Find the kernels that a file makes with mx.fast.metal_kernel, in Swift
MLXFast.metalKernel, without running it, and write each as a spec. Of a Jupyter
notebook the Python cells are read in their order, without magics. Functions are followed, and the modules and
.metal files beside it are read, in Swift the other files of its target; parameters that nothing tells take plausible
values. What is guessed is said, and --given replaces it; what does not compile or is not reached is said. For what only a running
program knows, --capture-helper prints a Python module that records launches.`,
		Example: "  zmlx import model.py --given HEAD_DIM=64 -o kernels/\n  zmlx import --capture-helper > zmlx_capture.py",
		Args:    takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if helper {
				_, err := io.WriteString(cmd.OutOrStdout(), workbench.CaptureHelper())
				return err
			}
			if len(args) == 0 {
				return usagef("name a Python or Swift file or a notebook, or use --capture-helper")
			}
			values, err := assignments("given", given)
			if err != nil {
				return err
			}
			doc, err := workbench.OpenProgram(args[0])
			if err != nil {
				return err
			}
			result, err := a.do(cmd.Context(), workbench.ImportJob{Document: doc, Given: values})
			if err != nil {
				return err
			}
			r := result.(*workbench.ImportResult)
			if err := a.writeSpecs(cmd, doc.Path, dir, r.Specs); err != nil {
				return err
			}
			for _, f := range r.Failed {
				a.warn(f)
			}
			if code := r.Outcome().ExitCode(); code != 0 {
				return exit(code)
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&given, "given", nil, "value of a name or parameter of the program: `HEAD_DIM=64` (repeatable)")
	cmd.Flags().StringVarP(&dir, "output", "o", ".", "`folder` for the specs; existing files are kept")
	cmd.Flags().BoolVar(&helper, "capture-helper", false, "print a Python module that records launches")
	return cmd
}

// writeSpecs writes what was imported, and says what was guessed of it and what
// does not compile.
func (a *app) writeSpecs(cmd *cobra.Command, from, dir string, specs []workbench.ImportedSpec) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, s := range specs {
		path := filepath.Join(dir, s.Name+".yaml")
		if err := createFile(path, s.Text); err != nil {
			return err
		}
		cell := ""
		if s.Cell > 0 {
			cell = fmt.Sprintf("cell %d, ", s.Cell)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "wrote %s from %sline %d of %s\n", path, cell, s.Line, from)
		for _, u := range s.Unknown {
			a.warn(path + ": guessed: " + u)
		}
		if s.Others > 0 {
			a.warn(fmt.Sprintf("%s is one launch of %d that differ in arrays, values or grid: zmlx import --capture-helper records all as the program runs", path, s.Others+1))
		}
		result, err := a.do(cmd.Context(), workbench.CompileJob{Document: workbench.Document{Path: path, Text: s.Text}, Device: "host"})
		if err != nil {
			return err
		}
		if r := result.(*workbench.CompileResult); r.Status != workbench.StatusOK {
			a.warn(path + ": the kernel does not compile as it is here")
			report.Diagnostics(a.err, r.Diagnostics, nil, a.errOptions())
		}
	}
	return nil
}
