package main

import (
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

const runExample = `  zmlx run silu
  zmlx run rmsnorm --param D=512 --dtype bfloat16 --seed 7
  zmlx run my.yaml --in x=x.npy --in weights.safetensors --out y=y.npy
  zmlx run failing.launch.json --out results/
  zmlx run saxpy.metal --entry saxpy --buffer 0=x.npy --bytes 1=float:2.5 \
      --out-buffer 2=float32:1024,y.npy --grid 1024 --threadgroup 256`

func (a *app) runCommand() *cobra.Command {
	var (
		launch launchFlags

		sanitize          bool
		executor, capture string
	)
	cmd := &cobra.Command{
		Use:     "run SPEC|RECORD|FILE.metal",
		Short:   "Launch a kernel and describe its outputs",
		Long:    "Launch a kernel and describe its outputs. SPEC is a file, the name of a kernel of\nthe catalogue, or - for standard input, which may be a record or Metal source, too.",
		Example: runExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := a.launchJob(cmd, args[0], launch)
			if err != nil {
				return err
			}
			job.Sanitize, job.Executor, job.Capture = sanitize, executor, capture
			return a.runJob(cmd, job)
		},
	}
	launch.register(cmd)
	a.executorFlag(cmd, &executor)
	cmd.Flags().BoolVar(&sanitize, "sanitize", false, "also look for data races and reads of memory that nothing wrote (slow)")
	captureFlag(cmd, &capture)
	a.deviceFlags(cmd)
	a.recordFlag(cmd)
	a.reportFlags(cmd, report.Tabular)
	return cmd
}

// launchFlags describe a launch of any document.
type launchFlags struct {
	spec  specFlags
	io    ioFlags
	raw   rawFlags
	metal metalFlags
}

func (f *launchFlags) register(cmd *cobra.Command) {
	f.spec.register(cmd)
	f.io.register(cmd)
	f.raw.register(cmd)
	f.metal.register(cmd, true)
}

// launchJob opens a document and says how it is to be launched.
func (a *app) launchJob(cmd *cobra.Command, name string, f launchFlags) (workbench.RunJob, error) {
	doc, err := a.open(cmd.Context(), name)
	if err != nil {
		return workbench.RunJob{}, err
	}
	job := workbench.RunJob{Document: doc, Device: a.device, Seed: f.spec.seed}
	return job, collect(
		func() error { return f.spec.apply(&job.Variant) },
		func() error { return f.io.apply(&job) },
		func() error { return f.raw.apply(&job) },
		func() error { return f.metal.apply(&job.Metal, doc.Kind() == workbench.MetalDocument) },
		func() error { return spareDocument(job) },
	)
}

// spareDocument refuses to save an output in place of the kernel itself.
func spareDocument(job workbench.RunJob) error {
	paths := slices.Collect(maps.Values(job.Save))
	if job.Raw != nil {
		for _, b := range job.Raw.Buffers {
			paths = append(paths, b.Save)
		}
	}
	for _, path := range paths {
		if sameFile(path, job.Document.Path) {
			return usagef("%s is the document itself; choose another file for the output", path)
		}
	}
	return nil
}

func (a *app) runJob(cmd *cobra.Command, job workbench.RunJob) error {
	result, err := a.do(cmd.Context(), job)
	if err != nil {
		return err
	}
	r := result.(*workbench.RunResult)
	report.Diagnostics(a.err, r.Diagnostics, r.Findings, a.errOptions())
	if err := a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Run(w, r, opt) }); err != nil {
		return err
	}
	return exit(r.Status.ExitCode())
}

// collect calls functions up to the first error.
func collect(fs ...func() error) error {
	for _, f := range fs {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}
