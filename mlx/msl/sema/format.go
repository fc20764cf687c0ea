package sema

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// formatSpec is what a format says of an argument: %v4.2f.
type formatSpec struct {
	from, to int // in the format
	length   string
	vector   int // components, 0 for a scalar
	verb     byte
}

// nextSpec finds the next conversion of a format behind a place; ok is false
// if there is none. An incomplete one has no verb.
func nextSpec(format string, at int) (s formatSpec, ok bool) {
	for {
		i := strings.IndexByte(format[at:], '%')
		if i < 0 {
			return s, false
		}
		s.from = at + i
		at = s.from + 1
		if !strings.HasPrefix(format[at:], "%") {
			break
		}
		at++
	}
	span := func(set string) string {
		n := len(format[at:]) - len(strings.TrimLeft(format[at:], set))
		at += n
		return format[at-n : at]
	}
	span("-+ #0123456789.")
	if strings.HasPrefix(format[at:], "v") {
		at++
		s.vector, _ = strconv.Atoi(span("0123456789"))
	}
	s.length = span("hlzjtqL")
	if at < len(format) {
		s.verb = format[at]
		at++
	}
	s.to = at
	return s, true
}

// remarkFormat warns of a format that does not fit its arguments.
func (c *checker) remarkFormat(format string, literal diag.Span, args []Value, spans []diag.Span) {
	place := func(s formatSpec) diag.Span {
		sp := diag.Span{Start: literal.Start + 1 + diag.Pos(s.from), End: literal.Start + 1 + diag.Pos(s.to)}
		if c.prog.Sources.Written(sp) != format[s.from:s.to] {
			return literal // it has escapes, or several parts
		}
		return sp
	}
	at := 0
	for i := 0; ; i++ {
		s, ok := nextSpec(format, at)
		if !ok {
			if i < len(args) {
				c.remark(diag.Diagnostic{Code: "format-extra-args", Message: "data argument not used by format string", Span: spans[i], Ranges: []diag.Span{literal}})
			}
			return
		}
		at = s.to
		want := s.wants()
		switch {
		case want == "":
			c.remark(diag.Diagnostic{Code: "format", Message: "invalid conversion specifier '" + format[s.from:s.to] + "'", Span: place(s)})
			return
		case i == len(args):
			c.remark(diag.Diagnostic{Code: "format-insufficient-args", Message: "more '%' conversions than data arguments", Span: place(s)})
			return
		case args[i].bad() || s.takes(args[i].Type.T):
			continue
		}
		d := diag.Diagnostic{Code: "format", Message: "format specifies type '" + want + "' but the argument has type '" + args[i].Type.unqual().String() + "'", Span: spans[i]}
		if sp := place(s); sp != literal {
			d.Ranges = []diag.Span{sp}
			if right := specFor(args[i].Type.T); right != "" {
				d.Fixes = []diag.Fix{{Span: sp, Text: right}}
			}
		}
		c.remark(d)
	}
}

// kind is what the verb converts: i for integers, f for floating-point
// numbers, p for pointers.
func (s formatSpec) kind() byte {
	switch s.verb {
	case 'd', 'i', 'u', 'x', 'X', 'o', 'c':
		return 'i'
	case 'f', 'F', 'e', 'E', 'g', 'G', 'a', 'A':
		return 'f'
	case 'p':
		return 'p'
	}
	return 0
}

func (s formatSpec) wide() bool {
	return s.kind() == 'i' && s.length != "" && s.length[0] != 'h'
}

// wants names the type that the conversion is for.
func (s formatSpec) wants() string {
	name := ""
	switch s.kind() {
	case 'f':
		name = "float"
	case 'p':
		return "void *"
	case 'i':
		unsigned := strings.IndexByte("uxXo", s.verb) >= 0
		name = map[bool]string{false: "int", true: "uint"}[unsigned]
		if s.wide() {
			name = map[bool]string{false: "long", true: "ulong"}[unsigned]
		}
	}
	if s.vector > 0 && name != "" {
		name += strconv.Itoa(s.vector)
	}
	return name
}

// takes reports whether values of a type may be converted so.
func (s formatSpec) takes(t *Type) bool {
	n := 0
	if t.isVec() || t.Kind == TPacked {
		n = t.N
	} else if !t.isNumeric() && t.Kind != TEnum {
		return s.kind() == 'p' && t.isPtr()
	}
	k := t.Scalar
	if t.Kind == TEnum {
		k = ir.I32
	}
	if n != s.vector {
		return false
	}
	if isFloat(k) {
		return s.kind() == 'f'
	}
	return s.kind() == 'i' && s.wide() == (kindSize(k) == 8)
}

// specFor is the conversion for values of a type.
func specFor(t *Type) string {
	if t.isPtr() {
		return "%p"
	}
	spec := "%"
	if t.isVec() || t.Kind == TPacked {
		spec += "v" + strconv.Itoa(t.N)
	} else if !t.isNumeric() {
		return ""
	}
	switch k := t.Scalar; {
	case isFloat(k):
		return spec + "f"
	case kindSize(k) == 8 && isSigned(k):
		return spec + "ld"
	case kindSize(k) == 8:
		return spec + "lu"
	case isSigned(k) || k == ir.Bool:
		return spec + "d"
	}
	return spec + "u"
}
