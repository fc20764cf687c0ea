package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/zmlx/zmlx/sessions"
	"github.com/zmlx/zmlx/workbench"
)

// Session lists the entries of a session.
func Session(w io.Writer, s *sessions.Session, opt Options) error {
	type line struct {
		Number  int       `json:"number"`
		At      time.Time `json:"at"`
		Tool    string    `json:"tool"`
		Label   string    `json:"label"`
		TookMS  float64   `json:"took_ms"`
		Verdict string    `json:"verdict"`
	}
	lines := []line{}
	t := &table{columns: []column{{"", right}, {"at", left}, {"job", left}, {"took", right}, {"result", wrapped}}, spare: []string{"took", "at"}}
	for i, e := range s.Entries {
		l := line{i + 1, e.At, e.Tool, e.Label, float64(e.Elapsed) / 1e6, workbench.EntryVerdict(e)}
		lines = append(lines, l)
		t.add(fmt.Sprint(l.Number), e.At.Local().Format(time.DateTime), plain(l.Label), brieflyMS(l.TookMS), plain(l.Verdict))
	}
	switch opt.Format {
	case JSON:
		return writeJSON(w, struct {
			Schema  string `json:"schema"`
			Entries []line `json:"entries"`
		}{sessions.Schema, lines})
	case NDJSON:
		for _, l := range lines {
			if err := writeLine(w, l); err != nil {
				return err
			}
		}
		return nil
	}
	return writeTable(w, t, opt)
}

// plain replaces what a terminal would obey: sessions come from elsewhere, too.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '·'
		}
		return r
	}, text)
}

// Entry prints what a session keeps of a job: all of it as JSON, else its result as
// the verb prints it that does such jobs.
func Entry(w io.Writer, e sessions.Entry, opt Options) error {
	switch opt.Format {
	case JSON:
		return writeJSON(w, e)
	case NDJSON:
		return writeLine(w, e)
	}
	result, err := workbench.EntryResult(e)
	if err != nil {
		return err
	}
	w, opt.Paint = plainWriter{w}, false
	if opt.Format == Table {
		fmt.Fprintf(w, "%s, at %s in %s by zmlx %s\n", e.Label, e.At.Local().Format(time.DateTime), brieflyMS(float64(e.Elapsed)/1e6), e.Tool)
		if e.Error != "" {
			fmt.Fprintf(w, "%s\n", e.Error)
		}
	}
	switch r := result.(type) {
	case *workbench.RunResult:
		if opt.Format == Table {
			Diagnostics(w, r.Diagnostics, r.Findings, opt)
		}
		if r.Followed != nil {
			return Path(w, r, opt)
		}
		return Run(w, r, opt)
	case *workbench.CheckResult:
		c := NewChecker(w, opt, false)
		return cmp.Or(c.Add(r), c.Close(r.Status.ExitCode()))
	case *workbench.BenchResult:
		lines := make([]Judged, len(r.Lines))
		for i, l := range r.Lines {
			lines[i].BenchLine = l
		}
		return Bench(w, lines, "", opt)
	case *workbench.TuneResult:
		return Tune(w, r, opt)
	case *workbench.ProfileResult:
		return Profile(w, r, ProfileOptions{View: LinesView}, opt)
	}
	return nil
}

// plainWriter writes what is plain but for the ends of lines.
type plainWriter struct{ w io.Writer }

func (p plainWriter) Write(b []byte) (int, error) {
	lines := strings.Split(string(b), "\n")
	for i, line := range lines {
		lines[i] = plain(line)
	}
	_, err := io.WriteString(p.w, strings.Join(lines, "\n"))
	return len(b), err
}

// Replayed is an entry of a session and how its job went another time.
type Replayed struct {
	Number      int      `json:"number"`
	Label       string   `json:"label"`
	Recorded    string   `json:"recorded"`
	Now         string   `json:"now,omitempty"`
	Differences []string `json:"differences,omitempty"`
	Skipped     string   `json:"skipped,omitempty"` // why it was not compared
}

// Replay prints entries that were compared.
func Replay(w io.Writer, all []Replayed, opt Options) error {
	switch opt.Format {
	case JSON:
		return writeJSON(w, struct {
			Schema  string     `json:"schema"`
			Entries []Replayed `json:"entries"`
		}{"zmlx.replay/1", all})
	case NDJSON:
		for _, r := range all {
			if err := writeLine(w, r); err != nil {
				return err
			}
		}
		return nil
	}
	t := &table{columns: []column{{"", right}, {"job", left}, {"recorded", left}, {"", wrapped}}}
	for _, r := range all {
		verdict := opt.Paint.Good("✓ the same")
		switch {
		case len(r.Differences) > 0:
			verdict = opt.Paint.Bad("✗ " + plain(strings.Join(r.Differences, "; ")))
		case r.Skipped != "":
			verdict = opt.Paint.Dim("· not compared: " + r.Skipped)
		}
		t.add(fmt.Sprint(r.Number), plain(r.Label), plain(r.Recorded), verdict)
	}
	return writeTable(w, t, opt)
}
