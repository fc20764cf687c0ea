package program

import (
	"strconv"
	"strings"
)

// source writes an expression, shortened, for people.
func source(e *expr) string {
	s := write(e, 0)
	if r := []rune(s); len(r) > 60 {
		s = string(r[:57]) + "…"
	}
	return strings.ReplaceAll(s, "\n", " ")
}

func write(e *expr, depth int) string {
	if e == nil || depth > 6 {
		return "…"
	}
	sub := func(e *expr) string { return write(e, depth+1) }
	switch e.op {
	case opLiteral:
		if s, ok := e.value.(string); ok && len(s) > 30 {
			return strconv.Quote(s[:30] + "…")
		}
		s, _ := repr(e.value)
		return s
	case opName, opUnreadable:
		return e.text
	case opAttribute:
		return sub(e.x) + "." + e.text
	case opCall:
		var args []string
		for _, a := range e.args {
			name := ""
			if a.name != "" {
				name = a.name + "="
			}
			args = append(args, name+sub(a.x))
		}
		return sub(e.x) + "(" + strings.Join(args, ", ") + ")"
	case opIndex:
		return sub(e.x) + "[" + sub(e.y) + "]"
	case opBinary, opCompare:
		return sub(e.x) + " " + e.text + " " + sub(e.y)
	case opUnary:
		return strings.TrimSpace(e.text+" ") + " " + sub(e.x)
	case opChoose:
		return sub(e.x) + " if " + sub(e.y) + " else " + sub(e.z)
	case opFormat:
		return "an f-string"
	case opHole:
		return sub(e.x)
	}
	return "an expression"
}
