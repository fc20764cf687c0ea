package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

func (a *app) kernelsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "kernels [FILTER]",
		Short:   "List the kernels of the catalogue",
		Long:    "List the kernels of the catalogue, or those whose name, kind or description contains FILTER.",
		Example: "  zmlx kernels norm\n  zmlx kernels show rmsnorm",
		Args:    takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			list := report.NewListing("zmlx.kernels/1", "kernels", "kernel", "kind", "types", "what it does")
			for _, k := range workbench.Catalog() {
				if len(args) == 0 || contains(k.Kind+" "+k.Name+" "+k.Doc, args[0]) {
					list.Add(k, k.Name, k.Kind, strings.Join(k.DTypes, " "), firstSentence(k.Doc))
				}
			}
			if len(list.Items) == 0 && len(args) > 0 {
				return usagef("no kernel matches %q; \"zmlx kernels\" lists all", args[0])
			}
			return a.print(cmd, func(w io.Writer, opt report.Options) error { return list.Write(w, opt) })
		},
	}
	a.reportFlags(cmd, report.Tabular)
	cmd.AddCommand(a.showCommand())
	return cmd
}

func firstSentence(doc string) string {
	first, _, _ := strings.Cut(doc, ". ")
	return strings.TrimSuffix(first, ".")
}

func contains(text, filter string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(filter))
}

func (a *app) showCommand() *cobra.Command {
	var spec specFlags
	var metal metalFlags
	var what string
	cmd := &cobra.Command{
		Use:     "show SPEC",
		Short:   "Print a spec and the Metal source that it becomes",
		Example: "  zmlx kernels show rmsnorm\n  zmlx kernels show softmax --only spec > my_softmax.yaml",
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			doc, err := a.open(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if what == "spec" {
				return a.print(cmd, func(w io.Writer, opt report.Options) error {
					return report.Source(w, doc, opt.Paint)
				})
			}
			job := workbench.CompileJob{Document: doc, Device: a.device, Inspect: what == "ir" || what == "wat"}
			if err := spec.apply(&job.Variant); err != nil {
				return err
			}
			if err := metal.apply(&job.Metal, doc.Kind() == workbench.MetalDocument); err != nil {
				return err
			}
			return a.show(cmd, job, what)
		},
	}
	spec.register(cmd)
	metal.register(cmd, false)
	cmd.Flags().StringVar(&what, "only", "", "print only the `spec`, the metal source, or what it is compiled to: spec|metal|ir|wat")
	wat := cmd.Flags().Bool("wat", false, "short for --only wat")
	cmd.MarkFlagsMutuallyExclusive("wat", "only")
	cmd.Flags().StringVarP(&a.output, "output", "o", "", "write to this `file` instead of standard output")
	a.deviceFlags(cmd)
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if *wat {
			what = "wat"
		}
		if !slices.Contains([]string{"", "spec", "metal", "ir", "wat"}, what) {
			return usagef("unknown --only %q: use spec|metal|ir|wat", what)
		}
		return nil
	}
	return cmd
}

// show prints a document and what it becomes. A kernel that does not compile
// is shown too.
func (a *app) show(cmd *cobra.Command, job workbench.CompileJob, what string) error {
	result, err := a.do(cmd.Context(), job)
	if err != nil {
		return err
	}
	r := result.(*workbench.CompileResult)
	report.Diagnostics(a.err, r.Diagnostics, nil, a.errOptions())
	if r.Status != workbench.StatusOK && (what == "ir" || what == "wat") {
		return exit(r.Status.ExitCode())
	}
	err = a.print(cmd, func(w io.Writer, opt report.Options) error {
		switch what {
		case "ir":
			return report.Plain(w, r.IR)
		case "wat":
			return report.Plain(w, r.WAT)
		}
		if what == "" {
			if err := report.Source(w, job.Document, opt.Paint); err != nil {
				return err
			}
			if job.Document.Kind() == workbench.MetalDocument {
				return nil
			}
			fmt.Fprintf(w, "\n%s\n\n", opt.Paint.Dim("# generated Metal source"))
		}
		return report.Source(w, workbench.Document{Path: r.Name + ".metal", Text: r.Generated.Text}, opt.Paint)
	})
	if err != nil {
		return err
	}
	return exit(r.Status.ExitCode())
}
