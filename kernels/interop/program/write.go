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
		return bracketed(e.x, atom, sub) + "." + e.text
	case opCall:
		var args []string
		for _, a := range e.args {
			name := ""
			if a.name != "" {
				name = a.name + "="
			}
			args = append(args, name+sub(a.x))
		}
		return bracketed(e.x, atom, sub) + "(" + strings.Join(args, ", ") + ")"
	case opIndex:
		return bracketed(e.x, atom, sub) + "[" + sub(e.y) + "]"
	case opBinary, opCompare:
		left, right := tightness(e), tightness(e)+1
		switch {
		case e.text == "**": // to the right, and a sign in it
			left, right = atom, signed
		case e.op == opCompare:
			left++
		}
		return bracketed(e.x, left, sub) + " " + e.text + " " + bracketed(e.y, right, sub)
	case opUnary:
		return strings.Replace(e.text, "not", "not ", 1) + bracketed(e.x, tightness(e), sub)
	case opChoose:
		return bracketed(e.x, -4, sub) + " if " + bracketed(e.y, -4, sub) + " else " + sub(e.z)
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

// What binds more tightly than the operators of levels: a sign, then **, then what has none.
var (
	signed = len(levels)
	atom   = len(levels) + 2
)

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
		return signed
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
		return signed + 1 // **
	}
	return atom
}
