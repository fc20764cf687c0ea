package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/sessions"
	"github.com/zmlx/zmlx/workbench"
)

const sessionLong = `A session is a file that --record appends to: each run, check, bench, tune and
profile with its document, options and result. It holds the texts of documents and the names of
files, and of arrays only checksums.`

const sessionExample = `  zmlx check my.yaml --record work.zmlx         # or: zmlx my.yaml --record work.zmlx
  zmlx session show work.zmlx
  zmlx session replay work.zmlx                 # exits with 1 where a result is another one
  zmlx session replay work.zmlx 3 --device metal
  zmlx session diff before.zmlx after.zmlx`

func (a *app) sessionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "session",
		Short:   "Show, replay and compare what was recorded with --record",
		Long:    sessionLong,
		Example: sessionExample,
		Args:    takes(0, 0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	show := &cobra.Command{
		Use: "show FILE [NUMBER]", Short: "List what a session holds, or print an entry", Args: takes(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.showSession(cmd, args) },
	}
	a.reportFlags(show, report.Tabular)
	replay := &cobra.Command{
		Use: "replay FILE [NUMBER…]", Short: "Do again what was recorded, and say what has another result",
		Long: `Run, check and profile again what a session holds, with the documents as they
were, and compare. On the device and executor that were recorded all numbers must be the same
that are no times; on another one the findings and verdicts. No file is written.`,
		Args: takes(1, math.MaxInt),
		RunE: func(cmd *cobra.Command, args []string) error { return a.replay(cmd, args) },
	}
	a.deviceFlags(replay)
	a.reportFlags(replay, report.Tabular)
	diff := &cobra.Command{
		Use: "diff FILE FILE", Short: "Compare what two sessions hold of the same jobs", Args: takes(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.diffSessions(cmd, args[0], args[1]) },
	}
	a.reportFlags(diff, report.Tabular)
	cmd.AddCommand(show, replay, diff)
	return cmd
}

// keep makes an entry of a job that ended, for the session that is recorded, and
// returns what appends it; nil where there is none, or no entry of such jobs.
func (a *app) keep(job workbench.Job, elapsed time.Duration, result workbench.Result, failed error) func() error {
	if a.record == "" || !workbench.Recorded(job) {
		return nil
	}
	e, err := workbench.NewEntry(version(), time.Now(), elapsed, job, result, failed)
	return func() error {
		if err == nil {
			err = sessions.Append(a.record, e)
		}
		return recordError(err)
	}
}

func recordError(err error) error {
	if err == nil {
		return nil
	}
	return usagef("cannot record: %s", withoutCall(err))
}

// withoutCall is the text of an error about a file without the call that failed.
func withoutCall(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}

// loadSession reads a session, and says what of it cannot be read.
func (a *app) loadSession(path string) (*sessions.Session, error) {
	s, err := sessions.Load(path)
	if err != nil {
		return nil, &workbench.Error{Code: workbench.CodeFile, Message: withoutCall(err)}
	}
	if s.Torn > 0 {
		a.warn(fmt.Sprintf("%s: lines that hold no entry: %d", path, s.Torn))
	}
	return s, nil
}

// entryNumber is the index of the entry that an argument names.
func entryNumber(s *sessions.Session, path, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > len(s.Entries) {
		return 0, usagef("%s has no entry %q; they count from 1 to %d", path, text, len(s.Entries))
	}
	return n - 1, nil
}

func (a *app) showSession(cmd *cobra.Command, args []string) error {
	s, err := a.loadSession(args[0])
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Session(w, s, opt) })
	}
	i, err := entryNumber(s, args[0], args[1])
	if err != nil {
		return err
	}
	return a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Entry(w, s.Entries[i], opt) })
}

func (a *app) replay(cmd *cobra.Command, args []string) error {
	s, err := a.loadSession(args[0])
	if err != nil {
		return err
	}
	var chosen []int
	for i := range s.Entries {
		if len(args) == 1 {
			chosen = append(chosen, i)
		}
	}
	for _, text := range args[1:] {
		i, err := entryNumber(s, args[0], text)
		if err != nil {
			return err
		}
		chosen = append(chosen, i)
	}
	var all []report.Replayed
	for _, i := range chosen {
		r, err := a.replayEntry(cmd, s.Entries[i])
		if err != nil {
			return err
		}
		r.Number = i + 1
		all = append(all, r)
	}
	return a.printReplayed(cmd, all)
}

// replayEntry does what an entry holds once more. The error is one that would
// befall all entries.
func (a *app) replayEntry(cmd *cobra.Command, e sessions.Entry) (report.Replayed, error) {
	out := report.Replayed{Label: e.Label, Recorded: workbench.EntryVerdict(e)}
	job, why, err := workbench.Replayable(e, a.device)
	if err != nil || why != "" {
		out.Skipped = why
		if err != nil {
			out.Differences = []string{err.Error()}
		}
		return out, nil
	}
	result, failed := a.do(cmd.Context(), job)
	var known *workbench.Error
	if errors.As(failed, &known) && (known.Code == workbench.CodeCancelled || known.Code == workbench.CodeDevice) {
		return out, failed
	}
	now, err := workbench.NewEntry(version(), time.Now(), 0, job, result, failed)
	if err != nil {
		return out, err
	}
	out.Now, out.Differences = workbench.EntryVerdict(now), workbench.Differences(e, now)
	return out, nil
}

// diffSessions compares the entries of two sessions in pairs: the first one of a
// job with the first one of that job, and so on.
func (a *app) diffSessions(cmd *cobra.Command, before, after string) error {
	b, err := a.loadSession(before)
	if err != nil {
		return err
	}
	c, err := a.loadSession(after)
	if err != nil {
		return err
	}
	later := map[string][]sessions.Entry{}
	for _, e := range c.Entries {
		key := workbench.JobKey(e)
		later[key] = append(later[key], e)
	}
	var all []report.Replayed
	for i, e := range b.Entries {
		r := report.Replayed{Number: i + 1, Label: e.Label, Recorded: workbench.EntryVerdict(e)}
		key := workbench.JobKey(e)
		if others := later[key]; len(others) == 0 {
			r.Skipped = after + " has no such job"
		} else {
			r.Now, r.Differences, later[key] = workbench.EntryVerdict(others[0]), workbench.Differences(e, others[0]), others[1:]
		}
		all = append(all, r)
	}
	return a.printReplayed(cmd, all)
}

// printReplayed prints what was compared; the error is the exit code.
func (a *app) printReplayed(cmd *cobra.Command, all []report.Replayed) error {
	code := workbench.ExitOK
	for _, r := range all {
		if len(r.Differences) > 0 {
			code = workbench.ExitFailed
		}
	}
	if err := a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Replay(w, all, opt) }); err != nil {
		return err
	}
	return exit(code)
}
