package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/zmlx/zmlx/workbench"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr,omitempty"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Out     string        `xml:"system-out,omitempty"` // the warnings of what passed
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junit prints one suite a document and one test case a case.
func junit(w io.Writer, results []*workbench.CheckResult) error {
	var out junitSuites
	for _, r := range results {
		suite := junitSuite{Name: r.File, Time: seconds(r.Timings.Total)}
		add := func(name string, ms float64, status workbench.Status, message, text string) {
			c := junitCase{Name: name, Class: r.Name, Time: seconds(ms)}
			problem := &junitProblem{Type: string(status), Message: message, Text: text}
			switch status {
			case workbench.StatusOK:
				c.Out = text
			case workbench.StatusMismatch:
				c.Failure = problem
				suite.Failures++
			default:
				c.Error = problem
				suite.Errors++
			}
			suite.Tests++
			suite.Cases = append(suite.Cases, c)
		}
		if len(r.Cases) == 0 {
			add(r.Name, r.Timings.Total, r.Status, firstMessage(r.Diagnostics), rendered(r.Diagnostics, nil))
		}
		for _, c := range r.Cases {
			add(cmp.Or(strings.TrimSpace(c.Params+" "+c.DType), r.Name), c.CompileMS+c.RunMS, c.Status, caseMessage(c), rendered(c.Diagnostics, c.Findings))
		}
		for _, g := range r.Gradients {
			text := g.Program
			if gradientStatus(g) == workbench.StatusOK {
				text = "" // of no use
			}
			add(strings.TrimSpace(g.Params+" "+g.DType)+" gradient to "+g.Input, 0, gradientStatus(g), gradientMessage(g), text)
		}
		out.Suites = append(out.Suites, suite)
	}
	return writeXML(w, out)
}

func seconds(ms float64) string { return fmt.Sprintf("%.6f", ms/1000) }

func rendered(ds []workbench.Diagnostic, fs []workbench.Finding) string {
	var b strings.Builder
	Diagnostics(&b, ds, fs, Options{})
	return b.String()
}

// gradientMessage says in one line what is wrong with a gradient.
func gradientMessage(g workbench.GradientReport) string {
	text := "the gradient to " + g.Input + " differs by " + number(g.Error) + " from finite differences"
	if g.Note != "" {
		text = "the gradient to " + g.Input + ": " + g.Note
	}
	return text
}

// caseMessage says in one line what is wrong with a case.
func caseMessage(c workbench.CaseReport) string {
	for _, o := range c.Outputs {
		if o.Mismatches > 0 {
			return fmt.Sprintf("%s: %d of %d elements differ, %s", o.Name, o.Mismatches, o.Elements, first(o.First))
		}
		if o.Unwritten > 0 {
			return fmt.Sprintf("%s: %d of %d elements never written", o.Name, o.Unwritten, o.Elements)
		}
	}
	for _, f := range c.Findings {
		return f.Message
	}
	for _, d := range c.Diagnostics {
		return d.Message
	}
	return string(c.Status)
}
