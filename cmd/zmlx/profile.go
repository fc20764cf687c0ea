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
	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/workbench"
)

const profileExample = `  zmlx profile rmsnorm --case 3
  zmlx profile my.yaml --view source            # or buffers, top-down, bottom-up
  zmlx profile my.yaml --plot timeline -o t.svg --format svg
  zmlx profile my.yaml --estimate m1,m4-max     # a model for Macs that are not at hand
  zmlx profile my.yaml --format html -o report.html
  zmlx profile my.yaml --format pprof -o p.pb.gz && go tool pprof -list . p.pb.gz
  zmlx profile my.yaml --param D=4096 --counts --fail-on 'bank_conflicts>0'
  zmlx profile slow.launch.json --format chrome -o trace.json   # open it in Perfetto
  zmlx profile my.yaml --format trace -o a.trace; zmlx profile a.trace --diff b.trace`

type profileFlags struct {
	spec       specFlags
	failOn     []string
	view, plot string
	diff       string
	chips      []string
	counts     bool
}

func (a *app) profileCommand() *cobra.Command {
	var f profileFlags
	cmd := &cobra.Command{
		Use:   "profile SPEC|RECORD|FILE.trace",
		Short: "Count what each line of a kernel does, and show where the time goes",
		Long: `Launch a kernel with its timeline recorded, and once more with counters on:
instructions, memory transactions after coalescing, bank conflicts, operations,
barriers and divergence, line by line. Counts are exact and the same in every
run, so that they can be gates in CI: --fail-on takes the names of the totals in
JSON, moved_bytes, and the shares active and coalesced ('active<90%'). A saved .trace shows its times again, and
zmlx FILE.trace opens it in the workbench.
Beside a pprof --output lies the text of its lines, where no file holds it.`,
		Example: profileExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.profile(cmd, args[0], f)
		},
	}
	f.spec.register(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.failOn, "fail-on", nil, "exit with 1 if a total is beyond a bound: `bank_conflicts>0` (repeatable)")
	flags.BoolVar(&f.counts, "counts", false, "only count: no times, and the same output in every run")
	flags.StringVar(&f.view, "view", report.ProfileViews[0], "what tables show: `"+strings.Join(report.ProfileViews, "|")+"`")
	flags.StringVar(&f.plot, "plot", "", "one plot instead of a table, as svg, csv or words: `"+strings.Join(workbench.ProfilePlots, "|")+"`")
	flags.StringVar(&f.diff, "diff", "", "how the times differ from those of this .trace `file`")
	flags.StringSliceVar(&f.chips, "estimate", nil, "also model the time on Apple `chips`, such as m4-max, m4-max-32, or all; a model, not a measurement")
	a.deviceFlags(cmd)
	a.recordFlag(cmd)
	a.reportFlags(cmd, report.Profiles)
	return cmd
}

func (a *app) profile(cmd *cobra.Command, name string, f profileFlags) error {
	if !slices.Contains(report.ProfileViews, f.view) {
		return usagef("unknown --view %q: use %s", f.view, strings.Join(report.ProfileViews, "|"))
	}
	if f.plot != "" && !slices.Contains(workbench.ProfilePlots, f.plot) {
		return usagef("unknown --plot %q: use %s", f.plot, strings.Join(workbench.ProfilePlots, "|"))
	}
	var gates []workbench.CountGate
	for _, text := range f.failOn {
		g, err := workbench.ParseCountGate(text)
		if err != nil {
			return err
		}
		gates = append(gates, g)
	}
	var before *trace.Timeline
	if f.diff != "" {
		if f.counts {
			return usagef("--diff compares times, and --counts takes none")
		}
		other, err := workbench.OpenTrace(f.diff)
		if err != nil {
			return err
		}
		before = other.Timeline
	}
	r, err := a.profileResult(cmd, name, f)
	if err != nil {
		return err
	}
	report.Diagnostics(a.err, r.Diagnostics, r.Findings, a.errOptions())
	if r.Status != workbench.StatusOK && len(r.Lines) == 0 && !a.structured() {
		return exit(r.Status.ExitCode()) // what is wrong has been said, and there is nothing to show
	}
	if a.format == string(report.PProf) && a.output != "" {
		if err := a.keepText(r); err != nil {
			return err
		}
	}
	err = a.print(cmd, func(w io.Writer, opt report.Options) error {
		if before != nil {
			return report.ProfileDiff(w, before, r.Timeline, opt)
		}
		return report.Profile(w, r, report.ProfileOptions{View: report.View(f.view), Plot: f.plot}, opt)
	})
	if err != nil {
		return err
	}
	codes := []int{r.Status.ExitCode()}
	for _, g := range gates {
		if why := g.Fails(r); why != "" && r.Status == workbench.StatusOK {
			a.warn(why)
			codes = append(codes, workbench.ExitFailed)
		}
	}
	return exit(workbench.WorstExit(codes...))
}

// keepText writes the text that was profiled beside the output if no file holds it,
// as that of a spec of the catalogue or of generated Metal, and says in the lines
// that they are there: go tool pprof -list reads it.
func (a *app) keepText(r *workbench.ProfileResult) error {
	shown := r.Shown()
	if _, err := os.Stat(shown); err == nil {
		return nil
	}
	ext := filepath.Ext(shown)
	if shown != r.File {
		ext = ".metal"
	}
	path := a.output + ".source" + ext
	if err := atomicfile.WriteFile(path, []byte(r.Text), 0o644); err != nil {
		return err
	}
	for i := range r.Lines {
		if r.Lines[i].File == shown {
			r.Lines[i].File = path
		}
	}
	fmt.Fprintf(a.err, "wrote the text of the lines to %s\n", path)
	return nil
}

// profileResult profiles a document, or reads a saved timeline.
func (a *app) profileResult(cmd *cobra.Command, name string, f profileFlags) (*workbench.ProfileResult, error) {
	if workbench.IsTrace(name) {
		if len(f.failOn)+len(f.chips) > 0 || f.counts {
			return nil, usagef("--counts, --fail-on and --estimate need a kernel, and %s has only times", name)
		}
		return workbench.OpenTrace(name)
	}
	doc, err := a.open(cmd.Context(), name)
	if err != nil {
		return nil, err
	}
	job := workbench.ProfileJob{Document: doc, Device: a.device, Seed: f.spec.seed, Chips: f.chips, CountsOnly: f.counts}
	if err := f.spec.apply(&job.Variant); err != nil {
		return nil, err
	}
	result, err := a.do(cmd.Context(), job)
	if err != nil {
		return nil, err
	}
	return result.(*workbench.ProfileResult), nil
}
