package work

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

// told is a run of which a test sends the events.
type told chan workbench.Event

func (r told) Events() <-chan workbench.Event { return r }
func (told) Wait() (workbench.Result, error)  { return nil, nil }
func (told) Cancel()                          {}

// The time that a run takes goes on on the screen while the run tells nothing,
// and what it tells is gathered for a frame.
func TestRunsThatTellNothingAreDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := make(told, 1)
		j, start := &Job{run: run}, time.Now()
		require.Equal(t, jobEvents{job: j, open: true}, nextEvents(j)())
		require.Equal(t, still, time.Since(start))

		run <- workbench.Log{Text: "a"}
		require.Equal(t, jobEvents{job: j, open: true, events: []workbench.Event{workbench.Log{Text: "a"}}}, nextEvents(j)())
		require.Equal(t, still+frame, time.Since(start))

		close(run)
		require.Equal(t, jobEvents{job: j}, nextEvents(j)())
	})
}

// What does not compile in a case or a type alone stands at its line, once, with the
// case; what the compiler says of the text anyway does not stand there twice.
func TestCompileErrorsOfCasesAreMarked(t *testing.T) {
	_, d := openFile(t, "a\nb\n")
	at := func(line int, message string, s workbench.Severity) workbench.Diagnostic {
		return workbench.Diagnostic{Severity: s, Message: message, File: d.Path, Line: line, Column: 1, EndLine: line, EndColumn: 2, Rendered: message}
	}
	d.Compiled.Result = &workbench.CompileResult{Diagnostics: []workbench.Diagnostic{at(1, "of all", workbench.SeverityWarning)}}
	job := &Job{Doc: d, Version: d.Editor.Version(), Reports: []workbench.CaseReport{
		{DType: "float32", Diagnostics: []workbench.Diagnostic{at(1, "of all", workbench.SeverityWarning), at(0, "no place", workbench.SeverityError), at(2, "a hint", workbench.SeverityNote)}},
		{DType: "float16", Diagnostics: []workbench.Diagnostic{at(2, "of a type", workbench.SeverityError)}},
		{DType: "float16", Params: "N=12", Diagnostics: []workbench.Diagnostic{at(2, "of a type", workbench.SeverityError), at(1, "of a case", workbench.SeverityError)}},
	}}
	d.mark(job)
	var messages []string
	for _, m := range d.Editor.Marks() {
		messages = append(messages, m.Message)
	}
	require.ElementsMatch(t, []string{"of all", "of a type (case default, float16)", "of a case (case N=12, float16)"}, messages)
	job.Version--
	d.mark(job)
	require.Len(t, d.Editor.Marks(), 1, "the text is another one")
}
