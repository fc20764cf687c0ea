package report

import (
	"io"
	"strings"
)

// printRendered prints a rendered diagnostic with its severity in colour.
func printRendered(w io.Writer, text, severity string, colour func(string) string) {
	if text == "" {
		return
	}
	if before, after, ok := strings.Cut(text, severity); ok {
		text = before + colour(severity) + after
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, _ = io.WriteString(w, text)
}
