package program

import (
	"slices"
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
		return bracketed(e.x, tightness(e), sub) + " " + e.text + " " + bracketed(e.y, tightness(e)+1, sub)
	case opUnary:
		if e.text == "not" {
			return "not " + sub(e.x)
		}
		return e.text + bracketed(e.x, len(levels), sub)
	case opChoose:
		return sub(e.x) + " if " + sub(e.y) + " else " + sub(e.z)
	case opFormat:
		return "an f-string"
	case opHole:
		return sub(e.x)
	}
	return "an expression"
}

// bracketed writes an operand, in brackets where it binds less tightly than it has to.
func bracketed(e *expr, least int, write func(*expr) string) string {
	if e != nil && tightness(e) < least {
		return "(" + write(e) + ")"
	}
	return write(e)
}

// tightness is how tightly an expression binds: the place of its operator among levels.
func tightness(e *expr) int {
	switch e.op {
	case opChoose, opLambda:
		return -5
	case opCompare:
		return -1
	case opUnary:
		if e.text == "not" {
			return -2
		}
		return len(levels)
	case opBinary:
		switch e.text {
		case "or":
			return -4
		case "and":
			return -3
		}
		if i := slices.IndexFunc(levels, func(l []string) bool { return slices.Contains(l, e.text) }); i >= 0 {
			return i
		}
		return len(levels) // **
	}
	return len(levels) + 1
}
