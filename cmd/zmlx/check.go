package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/internal/gcroom"
	"github.com/zmlx/zmlx/workbench"
)

const checkExample = `  zmlx check rmsnorm
  zmlx check norm softmax/                      # groups; softmax without a slash is the kernel
  zmlx check my.yaml --dtype float16 --case 1
  zmlx check --all --format junit -o report.xml
  zmlx check captures/*.launch.json --format ndjson
  zmlx check shaders -I include -D BLOCK=32 --format sarif
  zmlx check 'shaders/**/*.metal' --list`

func (a *app) checkCommand() *cobra.Command {
	var (
		all, list, verbose bool
		sanitize, grad     bool
		executor           string
		cases              []int
		dtypes             []string
		seed               uint64
		opt                metalFlags
	)
	cmd := &cobra.Command{
		Use:   "check SPEC…|GROUP…|RECORD…|FILE.metal…|FOLDER…",
		Short: "Compare kernels with their references, or lint Metal files",
		Long: `Run every case of specs in every type and compare with the reference; compare
launch records with their expected values; compile .metal files. A name that is
no file is that of a kernel of the catalogue, or else of a group of kernels;
"-" is standard input, a spec, a record or Metal source as its text tells.

A folder stands for the specs, launch records (*.launch.json) and .metal files
in it and in the folders below, hidden ones left out; a pattern in quotes for the
files that match. The .metal files of a command line are one library: functions
that one of them defines the others may call.`,
		Example: checkExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			defer runtime.KeepAlive(gcroom.Make(gcroom.Library))
			kinds := []workbench.DocumentKind{workbench.SpecDocument, workbench.RecordDocument, workbench.MetalDocument}
			if list {
				kinds = []workbench.DocumentKind{workbench.MetalDocument}
			}
			names := workbench.Expand(args, kinds...)
			if err := a.spare(names); err != nil {
				return err
			}
			if all {
				names = append(names, workbench.CatalogNames()...)
			}
			if len(names) == 0 {
				return usagef("nothing to check: name specs, groups of the catalogue, records or .metal files, or use --all")
			}
			if err := heeded(cmd, names); err != nil {
				return err
			}
			job := workbench.CheckJob{Device: a.device, Seed: seed, Cases: cases, DTypes: dtypes, Sanitize: sanitize, Grad: grad, Executor: executor}
			if err := opt.apply(&job.Metal, anyMayBe(names, workbench.MetalDocument)); err != nil {
				return err
			}
			job.Metal.Library = &workbench.Library{Files: slices.DeleteFunc(slices.Clone(names), func(name string) bool { return filepath.Ext(name) != ".metal" })}
			if list {
				return a.listEntries(cmd, names, job)
			}
			return a.checkAll(cmd, names, job, len(names) > 1 && !verbose)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "also check the whole catalogue")
	cmd.Flags().BoolVar(&list, "list", false, "list the kernel functions of .metal files")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "show every case, also of several documents that pass")
	cmd.Flags().IntSliceVar(&cases, "case", nil, "only these `cases`, from 1 (0: the spec's own parameters)")
	cmd.Flags().StringSliceVar(&dtypes, "dtype", nil, "only these `types`, such as float16,bfloat16")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "`key` of the random inputs")
	cmd.Flags().BoolVar(&sanitize, "sanitize", false, "also look for data races and reads of memory that nothing wrote (slow)")
	cmd.Flags().BoolVar(&grad, "grad", false, "also check the gradients of the references")
	opt.register(cmd, false)
	a.executorFlag(cmd, &executor)
	a.deviceFlags(cmd)
	a.recordFlag(cmd)
	a.reportFlags(cmd, report.Checks)
	return cmd
}

// anyMayBe reports whether an argument names a document of a kind, or what only
// its text tells the kind of.
func anyMayBe(names []string, kind workbench.DocumentKind) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name == "-" || strings.HasPrefix(name, "/dev/") || workbench.Document{Path: name}.Kind() == kind
	})
}

// heeded refuses flags that none of the documents heeds.
func heeded(cmd *cobra.Command, names []string) error {
	given := func(flags ...string) string {
		if i := slices.IndexFunc(flags, cmd.Flags().Changed); i >= 0 {
			return flags[i]
		}
		return ""
	}
	spec := anyMayBe(names, workbench.SpecDocument)
	if f := given("case", "dtype", "seed", "grad"); f != "" && !spec {
		return usagef("--%s is for specs; launch records fix their inputs and types, and .metal files are only compiled", f)
	}
	if f := given("sanitize", "executor"); f != "" && !spec && !anyMayBe(names, workbench.RecordDocument) {
		return usagef("--%s is for what is launched, and .metal files are only compiled; zmlx run launches one", f)
	}
	return nil
}

// checkAll checks documents one after the other. One that cannot be checked
// does not keep the others from it. Kernels that are watched run on one core each,
// so that as many documents as there are cores are begun before one is waited for.
func (a *app) checkAll(cmd *cobra.Command, names []string, job workbench.CheckJob, brief bool) error {
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	ahead := 1
	if job.Sanitize {
		ahead = runtime.GOMAXPROCS(0)
	}
	codes := []int{workbench.ExitOK}
	err := a.print(cmd, func(w io.Writer, opt report.Options) error {
		checker := report.NewChecker(w, opt, brief)
		var begun []func() (*workbench.CheckResult, error)
		for i := range names {
			for len(begun) < min(i+ahead, len(names)) {
				begun = append(begun, a.beginCheck(ctx, names[len(begun)], job))
			}
			r, err := begun[i]()
			begun[i] = nil
			if err != nil {
				return err
			}
			codes = append(codes, r.Status.ExitCode())
			if err := checker.Add(r); err != nil {
				return err
			}
		}
		return checker.Close(workbench.WorstExit(codes...))
	})
	if err != nil {
		return err
	}
	return exit(workbench.WorstExit(codes...))
}

// beginCheck starts to check one document; what it returns waits for the result.
// What is wrong with the document as a whole is its result; what concerns all of
// them stays an error.
func (a *app) beginCheck(ctx context.Context, name string, job workbench.CheckJob) func() (*workbench.CheckResult, error) {
	doc, err := a.open(ctx, name)
	wait := func() (workbench.Result, error) { return nil, err }
	if err == nil {
		job.Document = doc
		wait = a.begin(ctx, job)
	}
	return func() (*workbench.CheckResult, error) {
		result, err := wait()
		var e *workbench.Error
		switch {
		case err == nil:
			return result.(*workbench.CheckResult), nil
		case result != nil: // as far as it came before its time limit passed
			return result.(*workbench.CheckResult), nil
		case errors.As(err, &e) && (e.Code == workbench.CodeFile || e.Code == workbench.CodeTimeout):
			return workbench.FailedCheck(name, a.device, e), nil
		}
		return nil, err
	}
}

// listEntries lists the kernel functions of .metal files. One that does not
// compile does not keep the others from it.
func (a *app) listEntries(cmd *cobra.Command, names []string, job workbench.CheckJob) error {
	if !slices.Contains(report.Tabular, report.Format(a.format)) {
		return usagef("--list has no format %q: use %s", a.format, report.Names(report.Tabular))
	}
	for _, name := range names {
		if !anyMayBe([]string{name}, workbench.MetalDocument) {
			return usagef("--list is for .metal files; %s is none", name)
		}
	}
	codes := []int{workbench.ExitOK}
	err := a.print(cmd, func(w io.Writer, opt report.Options) error {
		var listed []*workbench.CheckResult
		for _, name := range names {
			r, err := a.beginCheck(cmd.Context(), name, job)()
			switch {
			case err != nil:
				return err
			case r.Status != workbench.StatusOK:
				report.Diagnostics(a.err, r.Diagnostics, nil, a.errOptions())
				codes = append(codes, r.Status.ExitCode())
			case r.Kind != workbench.MetalDocument:
				return usagef("--list is for .metal files; %s is none", name)
			default:
				listed = append(listed, r)
			}
		}
		return report.Entries(w, listed, opt)
	})
	if err != nil {
		return err
	}
	return exit(workbench.WorstExit(codes...))
}
