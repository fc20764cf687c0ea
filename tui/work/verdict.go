package work

import (
	"fmt"
	"time"

	"github.com/zmlx/zmlx/workbench"
)

// Verdict says in a line how a check went, or how far it is.
func (j *Job) Verdict() string {
	took := Duration(j.Elapsed)
	switch {
	case !j.Done && j.Step.Label != "":
		return j.Step.Label
	case !j.Done:
		return "starting"
	case j.Err != nil && j.Tuned != nil:
		return j.Err.Error() + "; " + j.Tuned.Conclusion()
	case j.Err != nil:
		return j.Err.Error()
	case j.Bench != nil:
		return benchVerdict(j.Bench) + " (" + took + ")"
	case j.Tuned != nil:
		return j.Tuned.Conclusion() + " (" + took + ")"
	case j.Profile != nil:
		return profileVerdict(j.Profile) + " (" + took + ")"
	case j.Path != nil:
		return pathVerdict(j.Path) + " (" + took + ")"
	case j.Roof != nil:
		return fmt.Sprintf("%.3g GB/s copied, %.3g GFLOP/s (%s)", j.Roof.CopyGBps, max(j.Roof.GFlops, j.Roof.GFlopsVec, j.Roof.GFlopsMatrix), took)
	case j.Result == nil:
		return "no result"
	}
	agree, differ, findings, errors := 0, 0, 0, 0
	for _, r := range j.Reports {
		switch r.Status {
		case workbench.StatusOK:
			agree++
		case workbench.StatusMismatch:
			differ++
		case workbench.StatusFinding:
			findings++
		default:
			errors++
		}
	}
	total := len(j.Reports)
	switch {
	case j.Result.Status == workbench.StatusCompileError:
		return "does not compile"
	case j.Result.Status == workbench.StatusSpecError:
		return "the spec is wrong"
	case total == 0 && j.OK():
		return "compiles; zmlx run launches its kernels"
	case j.Result.Status == workbench.StatusInconclusive:
		return "runs without findings; there is no reference to compare with"
	case agree == 1 && total == 1:
		return "agrees (" + took + ")"
	case agree == total:
		return fmt.Sprintf("all %d agree (%s)", total, took)
	}
	text := fmt.Sprintf("%d of %d agree", agree, total)
	for _, part := range []struct {
		n    int
		what string
	}{{differ, "differ"}, {findings, "misuse memory"}, {errors, "fail"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return text + " (" + took + ")"
}

// profileVerdict says in a line what was profiled.
func profileVerdict(r *workbench.ProfileResult) string {
	switch r.Status {
	case workbench.StatusCompileError:
		return "does not compile"
	case workbench.StatusSpecError:
		return "the spec is wrong"
	}
	name := r.Case
	if name == "" {
		name = "default case"
	}
	switch r.Status {
	case workbench.StatusOK:
		return fmt.Sprintf("%s profiled, a launch takes %s", name, Duration(time.Duration(r.RunMS*float64(time.Millisecond))))
	case workbench.StatusMismatch:
		return name + " profiled, but its result is wrong"
	case workbench.StatusInconclusive:
		return name + " profiled; there is no reference to compare with"
	}
	return name + " profiled, but it does what it must not"
}

// pathVerdict says in a line which thread was followed.
func pathVerdict(r *workbench.RunResult) string {
	switch {
	case r.Status == workbench.StatusCompileError:
		return "does not compile"
	case r.Followed == nil:
		return "the spec is wrong"
	}
	at := r.Followed.Thread
	text := fmt.Sprintf("thread (%d, %d, %d)", at[0], at[1], at[2])
	if r.Followed.Why != "" {
		text += ": " + r.Followed.Why
	}
	return text
}

// benchVerdict says in a line what was measured.
func benchVerdict(r *workbench.BenchResult) string {
	measured := 0
	for _, l := range r.Lines {
		if len(l.Samples) > 0 {
			measured++
		}
	}
	if measured == len(r.Lines) {
		return fmt.Sprintf("%d cases measured", measured)
	}
	return fmt.Sprintf("%d of %d cases measured", measured, len(r.Lines))
}

// Duration writes a duration in at most five figures.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "0"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}
