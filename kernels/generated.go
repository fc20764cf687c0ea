package kernels

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// Generated is the text that a Source becomes, with the map between its lines
// and the spec's.
type Generated struct {
	mlx.Generated
	spec []int // by line of the text: the line of the spec, 0 if none
}

// Text generates the kernel's text.
func (s *Source) Text() (Generated, error) {
	g, err := s.Kernel.Generate(s.ArgInfos(), s.Config)
	if err != nil {
		return Generated{}, err
	}
	out := Generated{Generated: g, spec: make([]int, len(g.Lines))}
	for i, l := range g.Lines {
		out.spec[i] = s.Place(l.Part, l.Line, 1, 0).Line
	}
	return out, nil
}

// SpecLine is the line of the spec that a line of the text comes from; both
// count from 1. It is 0 for lines that the spec does not have.
func (g Generated) SpecLine(line int) int {
	if line < 1 || line > len(g.spec) {
		return 0
	}
	return g.spec[line-1]
}

// Place is where a line and column of a part of the kernel stand in the spec;
// it is zero for generated text.
func (s *Source) Place(part mlx.Part, line, column, length int) Place {
	if g := s.Spec.Generate; g != nil && (part == mlx.PartSource || part == mlx.PartHeader) {
		return g.text.at
	}
	if at, ok := s.goPlace(part, line); ok {
		return at
	}
	switch part {
	case mlx.PartSource:
		return s.Spec.Body.Place(line, column, length)
	case mlx.PartHeader:
		if line > s.headerLines {
			return s.Spec.Header.Place(line-s.headerLines, column, length)
		}
		if i := s.constant(line); i >= 0 {
			return s.Spec.Params[i].at
		}
	}
	return Place{}
}

// constant is the index of the parameter that a line of the header defines.
func (s *Source) constant(line int) int {
	lines := strings.Split(s.Kernel.Header, "\n")
	for i, p := range s.Spec.Params {
		if line >= 1 && line <= s.headerLines && strings.Contains(lines[line-1], " "+p.Name+" = ") {
			return i
		}
	}
	return -1
}

// Diagnose turns messages of a compiler into problems at the spec's own lines.
func (s *Source) Diagnose(ds []mlx.Diagnostic) Problems {
	var ps Problems
	for _, d := range ds {
		length := 1
		if d.EndLine == d.Line {
			length = max(d.EndColumn-d.Column, 1)
		}
		p := s.Spec.problem(s.Place(d.Part, d.Line, d.Column, length), d.Code, "", d.Message)
		p.Warning = d.Severity == mlx.SeverityWarning
		for _, n := range d.Notes {
			note := n.Message
			if at := s.Place(n.Part, n.Line, n.Column, 1); at.Line > 0 {
				note = fmt.Sprintf("%s (line %d)", note, at.Line)
			}
			p.Notes = append(p.Notes, note)
		}
		for _, f := range d.Fixes {
			p.Hint = fmt.Sprintf("replace it by %q", f.Text)
		}
		if p.Line == 0 {
			p.Message = fmt.Sprintf("%s (%s line %d)", d.Message, d.Part, d.Line)
		}
		ps = append(ps, p)
	}
	return ps
}

// Find turns a run-time error of the kernel into a problem at the spec's line.
func (s *Source) Find(f mlx.Finding) Problem {
	p := s.Spec.problem(s.Place(f.Part, f.Line, f.Column, 1), f.Kind, "", f.Message)
	p.Notes = append(p.Notes, fmt.Sprintf("first at thread (%d, %d, %d) of threadgroup (%d, %d, %d), SIMD lane %d; %d times",
		f.Thread[0], f.Thread[1], f.Thread[2], f.Threadgroup[0], f.Threadgroup[1], f.Threadgroup[2], f.Lane, f.Count))
	return p
}

// Compile compiles the kernel on a device. What is wrong with its text is
// Problems; warnings come back beside the kernel.
func (s *Source) Compile(ctx context.Context, dev mlx.Device) (mlx.Kernel, Problems, error) {
	k, err := dev.Compile(ctx, s.Kernel, s.ArgInfos(), s.Config)
	var ce *mlx.CompileError
	switch {
	case errors.As(err, &ce):
		return nil, nil, s.Diagnose(ce.Diagnostics)
	case err != nil:
		return nil, nil, err
	}
	return k, s.Diagnose(k.Warnings()), nil
}
