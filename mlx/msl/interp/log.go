package interp

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// maxLogLines bounds what a launch keeps of os_log.
const maxLogLines = 10_000

// logger collects lines from all threadgroups.
type logger struct {
	mu     sync.Mutex
	groups map[int64][]string
	count  int
}

func print(g *group, in *inst, act []int32) {
	l := &g.r.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.groups == nil {
		l.groups = map[int64][]string{}
	}
	for _, i := range act {
		if l.count++; l.count > maxLogLines {
			continue
		}
		values := make([]value, len(in.Args))
		for k, r := range in.Args {
			values[k] = value{in.fn.src.Regs[r].Kind, g.reg(int(r))[i]}
		}
		l.groups[g.p.index] = append(l.groups[g.p.index], format(in.Text, values))
	}
}

// lines returns the log in threadgroup order.
func (l *logger) lines() []string {
	order := make([]int64, 0, len(l.groups))
	for i := range l.groups {
		order = append(order, i)
	}
	sort.Slice(order, func(i, j int) bool { return order[i] < order[j] })
	var out []string
	for _, i := range order {
		out = append(out, l.groups[i]...)
	}
	if l.count > maxLogLines {
		out = append(out, fmt.Sprintf("(%d more lines)", l.count-maxLogLines))
	}
	return out
}

// value is an operand of os_log.
type value struct {
	kind ir.Kind
	bits uint64
}

func (v value) float() float64 {
	if v.kind.IsFloat() {
		return ir.FloatValue(v.kind, v.bits)
	}
	return float64(v.int())
}

func (v value) int() int64 {
	switch {
	case v.kind.IsFloat():
		return int64(ir.FloatValue(v.kind, v.bits))
	case v.kind.IsSigned():
		shift := 64 - v.kind.Bits()
		return int64(v.bits<<shift) >> shift
	}
	return int64(v.bits)
}

// format is printf of C: flags, width, precision, length modifiers (which
// are skipped, since values know their kind) and Metal's vectors (%v4f).
func format(text string, args []value) string {
	var b strings.Builder
	next := func() value {
		if len(args) == 0 {
			return value{kind: ir.I32}
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
func one(flags string, verb byte, v value) string {
	for _, f := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(f) > 3 {
			flags = ""
		}
	}
	switch verb {
	case 'd', 'i':
		return fmt.Sprintf("%"+flags+"d", v.int())
	case 'u':
		if v.kind.IsFloat() {
			return fmt.Sprintf("%"+flags+"d", uint64(v.float()))
		}
		return fmt.Sprintf("%"+flags+"d", v.bits)
	case 'x', 'X', 'o':
		return fmt.Sprintf("%"+flags+string(verb), v.bits)
	case 'p':
		return fmt.Sprintf("0x%x", v.bits)
	case 'c':
		return string(rune(v.bits & 0x7f))
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
