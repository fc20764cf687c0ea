package report

import "github.com/zmlx/zmlx/workbench"

// Paint colours text, or leaves it as it is.
type Paint bool

func (p Paint) sgr(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Bold marks what a line is about.
func (p Paint) Bold(s string) string { return p.sgr("1", s) }

// Dim marks what explains.
func (p Paint) Dim(s string) string { return p.sgr("2", s) }

// Good marks success.
func (p Paint) Good(s string) string { return p.sgr("32", s) }

// Bad marks failure.
func (p Paint) Bad(s string) string { return p.sgr("1;31", s) }

// Warn marks what deserves a look.
func (p Paint) Warn(s string) string { return p.sgr("33", s) }

// Status shows a status with a sign, so that colour is never the only one.
func (p Paint) Status(s workbench.Status) string {
	switch s {
	case workbench.StatusOK:
		return p.Good("✓ ok")
	case workbench.StatusMismatch:
		return p.Bad("✗ mismatch")
	case workbench.StatusTimeout:
		return p.Warn("✗ timeout")
	case workbench.StatusInconclusive:
		return p.Warn("? inconclusive")
	}
	return p.Bad("✗ " + string(s))
}

func (p Paint) severity(s workbench.Severity, text string) string {
	if s == workbench.SeverityError {
		return p.Bad(text)
	}
	return p.Warn(text)
}
