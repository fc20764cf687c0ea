package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/sessions"
	"github.com/zmlx/zmlx/workbench"
)

// app is what all verbs share: where to print, and the flags that are common.
type app struct {
	out, err io.Writer
	engine   *workbench.Engine
	progress *progressLine

	color   string
	format  string
	output  string
	device  string
	timeout time.Duration
	record  string // the session that keeps what is done, "" for none
	lost    bool   // something is done that it could not keep
}

func newApp(out, err io.Writer) *app {
	return &app{out: out, err: err, engine: workbench.New(workbench.Options{}), progress: newProgressLine(err)}
}

// execute runs a command line and returns the exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.rootCommand()
	out := &stickyWriter{w: a.out}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	code := a.exitCode(cmp.Or(out.err, err)) // no verdict counts that was not written
	if code == workbench.ExitOK && a.lost {
		return workbench.ExitUsage
	}
	return code
}

// exitError carries an exit code for what has been printed already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exit is nil for 0 and an exitError else.
func exit(code int) error {
	if code == workbench.ExitOK {
		return nil
	}
	return exitError(code)
}

// exitCode prints an error, if it has not been printed, and returns its code.
func (a *app) exitCode(err error) int {
	a.progress.clear()
	var code exitError
	if errors.As(err, &code) {
		return int(code)
	}
	if err == nil {
		return workbench.ExitOK
	}
	if errors.Is(err, context.Canceled) {
		err = &workbench.Error{Code: workbench.CodeCancelled, Message: "cancelled"}
	}
	fmt.Fprintf(a.err, "%s %v\n", a.paintErr().Bad("zmlx:"), err)
	var e *workbench.Error
	if errors.As(err, &e) {
		if e.Stack != "" && os.Getenv("ZMLX_DEBUG") != "" {
			fmt.Fprintln(a.err, e.Stack)
		}
		return e.ExitCode()
	}
	var path *os.PathError
	if errors.As(err, &path) || isUsage(err) {
		return workbench.ExitUsage
	}
	return workbench.ExitInternal
}

func (a *app) paintOut() report.Paint { return report.Paint(a.colored(a.out)) }
func (a *app) paintErr() report.Paint { return report.Paint(a.colored(a.err)) }

// errOptions say how to print messages to standard error.
func (a *app) errOptions() report.Options {
	return report.Options{Paint: a.paintErr(), Width: terminalWidth(a.err)}
}

// colored says whether to colour what goes to w.
func (a *app) colored(w io.Writer) bool {
	switch a.color {
	case "always":
		return w != nil
	case "never":
		return false
	}
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && !isDumb()
}

// reportFlags gives a verb --format and --output.
func (a *app) reportFlags(cmd *cobra.Command, formats []report.Format) {
	cmd.Flags().StringVar(&a.format, "format", string(report.Table), "output format: "+report.Names(formats))
	cmd.Flags().StringVarP(&a.output, "output", "o", "", "write the results to this `file` instead of standard output")
	check := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(formats, report.Format(a.format)) {
			return usagef("unknown format %q: use %s", a.format, report.Names(formats))
		}
		if ext := filepath.Ext(a.output); ext == ".npy" || ext == ".safetensors" {
			return usagef("--output writes a report, and %s would hold arrays: zmlx run saves them with --out NAME=FILE", a.output)
		}
		if check != nil {
			return check(cmd, args)
		}
		return nil
	}
}

// deviceFlags gives a verb --device and --timeout.
func (a *app) deviceFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.device, "device", "", "`name` of the device (default: the best one here)")
	cmd.Flags().DurationVar(&a.timeout, "timeout", 0, "give up after this `duration`, such as 30s (per document)")
}

// recordFlag gives a verb --record.
func (a *app) recordFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.record, "record", "", "append what is done to this session `file`, for zmlx session")
}

// captureFlag gives a verb --capture.
func captureFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "capture", "", "record the launch to `FILE.gputrace` for Xcode (device metal)")
}

// executorFlag gives a verb --executor.
func (a *app) executorFlag(cmd *cobra.Command, executor *string) {
	cmd.Flags().StringVar(executor, "executor", "", "what the host device uses, `interp|wasm`: the definition, or the fast one (default: wasm where it can)")
	check := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains([]string{"", "interp", "wasm"}, *executor) {
			return usagef("unknown --executor %q: use interp|wasm", *executor)
		}
		if check != nil {
			return check(cmd, args)
		}
		return nil
	}
}

// structured reports whether the output is for programs, which want a result
// whatever it is.
func (a *app) structured() bool {
	return slices.Contains([]report.Format{report.JSON, report.NDJSON, report.JUnit}, report.Format(a.format))
}

// print lets write print to standard output, or to the --output file, which
// is replaced only if all goes well and nobody interrupts.
func (a *app) print(cmd *cobra.Command, write func(io.Writer, report.Options) error) error {
	opt := report.Options{Format: report.Format(a.format), Paint: a.paintOut(), Width: terminalWidth(a.out), Root: repository()}
	if a.output == "" {
		return write(cmd.OutOrStdout(), opt)
	}
	if _, err := os.Stat(filepath.Dir(a.output)); errors.Is(err, fs.ErrNotExist) {
		return noFolder(a.output)
	}
	opt.Paint, opt.Width = report.Paint(a.color == "always"), 0
	return atomicfile.Write(cmd.Context(), a.output, 0o644, func(w io.Writer) error { return write(w, opt) })
}

// stickyWriter keeps the first error for those who do not look.
type stickyWriter struct {
	w   io.Writer
	err error
}

func (s *stickyWriter) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

// repository is the root of the repository that zmlx runs in, "" if it runs in none.
func repository() string {
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			return ""
		}
		folder = above
	}
}

// open reads a document. Standard input may never come.
func (a *app) open(ctx context.Context, arg string) (workbench.Document, error) {
	type outcome struct {
		doc workbench.Document
		err error
	}
	read := make(chan outcome, 1)
	go func() {
		doc, err := workbench.Open(arg)
		read <- outcome{doc, err}
	}()
	select {
	case o := <-read:
		return o.doc, o.err
	case <-ctx.Done():
		return workbench.Document{}, ctx.Err()
	}
}

// do runs a job, showing progress and log lines on standard error.
func (a *app) do(ctx context.Context, job workbench.Job) (workbench.Result, error) {
	return a.begin(ctx, job)()
}

// begin starts a job. What it returns shows how the job goes on, as do, and waits
// for its end.
func (a *app) begin(ctx context.Context, job workbench.Job) func() (workbench.Result, error) {
	cancel := context.CancelFunc(func() {})
	if a.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, a.timeout)
	}
	if a.record != "" && workbench.Recorded(job) {
		if err := sessions.Ready(a.record); err != nil { // better now than after the work
			cancel()
			return func() (workbench.Result, error) { return nil, recordError(err) }
		}
	}
	run := a.engine.Start(ctx, job)
	return func() (workbench.Result, error) {
		defer cancel()
		return a.follow(job, run)
	}
}

func (a *app) follow(job workbench.Job, run *workbench.Run) (workbench.Result, error) {
	var step workbench.Progress
	var elapsed time.Duration
	still := time.NewTicker(progressStill)
	defer still.Stop()
	for {
		select {
		case e, open := <-run.Events():
			if !open {
				a.progress.clear()
				result, err := run.Wait()
				if write := a.keep(job, elapsed, result, err); write != nil {
					if failed := write(); failed != nil {
						a.lost = true
						a.warn(failed.Error())
					}
				}
				return result, err
			}
			switch e := e.(type) {
			case workbench.Progress:
				step = e
				a.progress.show(job.Label(), step)
			case workbench.Log:
				a.progress.clear()
				fmt.Fprintln(a.err, e.Text)
			case workbench.Finished:
				elapsed = e.Elapsed
			}
		case <-still.C:
			if step.Label != "" {
				a.progress.show(job.Label(), step)
			}
		}
	}
}
