package workbench

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	conditional = regexp.MustCompile(`^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b`)
	kernelHead  = regexp.MustCompile(`^\s*(\[\[\s*kernel\s*\]\]|kernel)\s`)
	remark      = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
)

// keptOut warns where all kernel functions of a file that compiles to none stand behind
// conditions that do not hold: it would be said to be right, and nothing of it was looked at.
func keptOut(doc Document) []Diagnostic {
	text := remark.ReplaceAllStringFunc(doc.Text, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
	type condition struct {
		line int
		text string
	}
	var open []condition
	for i, l := range strings.Split(text, "\n") {
		c := condition{i + 1, strings.TrimSpace(l)}
		m := conditional.FindStringSubmatch(l)
		switch at := kernelHead.FindStringSubmatchIndex(l); {
		case m != nil && strings.HasPrefix(m[1], "if"):
			open = append(open, c)
		case m != nil && len(open) > 0 && m[1] == "endif":
			open = open[:len(open)-1]
		case m != nil && len(open) > 0:
			open[len(open)-1] = c
		case at != nil && len(open) > 0:
			behind := open[len(open)-1]
			d := messageAt(doc, SeverityWarning, fmt.Sprintf("no kernel function is compiled: this one stands behind '%s' of line %d, or what is around it, which does not hold; -D defines macros, --std sets the version of Metal", behind.text, behind.line))
			d.Code, d.Line, d.Column, d.EndLine, d.EndColumn = "kept-out", i+1, at[2]+1, i+1, at[3]+1
			d.Rendered = documentTexts{doc: doc}.render(d)
			return []Diagnostic{d}
		}
	}
	return nil
}
