package exec

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// maxLogLines bounds what a launch keeps of os_log.
const maxLogLines = 10_000

// Log collects what a launch writes with os_log, from all threadgroups at once.
// Lines are in the order of the threadgroups, within one in the order of its
// instructions, and for each of them in that of its threads. The first ones in
// this order are kept, whichever came first.
type Log struct {
	mu     sync.Mutex
	groups map[int64][]string
	kept   int
	count  int
	last   int64 // the last group that has lines
}

// Print adds the line of one thread of a threadgroup.
func (l *Log) Print(group int64, text string, values []LogValue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if l.kept == maxLogLines {
		if group >= l.last {
			return
		}
		l.drop()
	}
	if l.groups == nil {
		l.groups = map[int64][]string{}
	}
	l.groups[group] = append(l.groups[group], format(text, values))
	l.kept++
	l.last = max(l.last, group)
}

// drop removes the last line.
func (l *Log) drop() {
	lines := l.groups[l.last]
	l.groups[l.last] = lines[:len(lines)-1]
	if l.kept--; len(lines) == 1 {
		delete(l.groups, l.last)
		l.last = slices.Max(slices.Collect(maps.Keys(l.groups)))
	}
}

// Lines returns all lines.
func (l *Log) Lines() []string {
	var out []string
	for _, i := range slices.Sorted(maps.Keys(l.groups)) {
		out = append(out, l.groups[i]...)
	}
	if l.count > l.kept {
		out = append(out, fmt.Sprintf("(%d more lines)", l.count-l.kept))
	}
	return out
}

// LogValue is an operand of os_log.
type LogValue struct {
	Kind ir.Kind
	Bits uint64
}

func (v LogValue) float() float64 {
	if v.Kind.IsFloat() {
		return ir.FloatValue(v.Kind, v.Bits)
	}
	return float64(v.int())
}

func (v LogValue) int() int64 {
	switch {
	case v.Kind.IsFloat():
		return int64(ir.FloatValue(v.Kind, v.Bits))
	case v.Kind.IsSigned():
		shift := 64 - v.Kind.Bits()
		return int64(v.Bits<<shift) >> shift
	}
	return int64(v.Bits)
}

// format is printf of C: flags, width, precision, length modifiers (which
// are skipped, since values know their kind) and Metal's vectors (%v4f).
func format(text string, args []LogValue) string {
	var b strings.Builder
	next := func() LogValue {
		if len(args) == 0 {
			return LogValue{Kind: ir.I32}
		}
		v := args[0]
		args = args[1:]
		return v
	}
	for {
		before, rest, found := strings.Cut(text, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if strings.HasPrefix(rest, "%") {
			b.WriteByte('%')
			text = rest[1:]
			continue
		}
		n := 0
		for n < len(rest) && strings.IndexByte("-+ #0123456789.", rest[n]) >= 0 {
			n++
		}
		flags := rest[:n]
		rest = rest[n:]
		vector := 1
		if strings.HasPrefix(rest, "v") {
			digits := strings.TrimLeft(rest[1:], "0123456789")
			vector, _ = strconv.Atoi(rest[1 : len(rest)-len(digits)])
			vector = min(max(vector, 1), 16)
			rest = digits
		}
		rest = strings.TrimLeft(rest, "hlzjtqL")
		if rest == "" {
			return b.String() + "%" + flags
		}
		for k := range vector {
			if k > 0 {
				b.WriteByte(',')
			}
			b.WriteString(one(flags, rest[0], next()))
		}
		text = rest[1:]
	}
}

// one formats a value. Width and precision are bounded, as they may come from
// hostile text.
func one(flags string, verb byte, v LogValue) string {
	for _, f := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(f) > 3 {
			flags = ""
		}
	}
	switch verb {
	case 'd', 'i':
		return fmt.Sprintf("%"+flags+"d", v.int())
	case 'u':
		if v.Kind.IsFloat() {
			return fmt.Sprintf("%"+flags+"d", uint64(v.float()))
		}
		return fmt.Sprintf("%"+flags+"d", v.Bits)
	case 'x', 'X', 'o':
		return fmt.Sprintf("%"+flags+string(verb), v.Bits)
	case 'p':
		return fmt.Sprintf("0x%x", v.Bits)
	case 'c':
		return string(rune(v.Bits & 0x7f))
	case 'f', 'F', 'e', 'E', 'g', 'G', 'a', 'A':
		f := v.float()
		switch {
		case math.IsNaN(f):
			return "nan"
		case math.IsInf(f, 0):
			return map[bool]string{true: "inf", false: "-inf"}[f > 0]
		case verb == 'a' || verb == 'A':
			verb += 'x' - 'a'
		case (verb == 'g' || verb == 'G') && !strings.Contains(flags, "."):
			flags += ".6"
		}
		return fmt.Sprintf("%"+flags+string(verb), f)
	}
	return "%" + flags + string(verb)
}
