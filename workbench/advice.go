package workbench

import "fmt"

// advise says what to do next, from what counts most. Each sentence names the
// line that is most to blame.
func advise(r *ProfileResult) []string {
	var out []string
	t := r.Totals
	switch r.Status {
	case StatusOK:
	case StatusInconclusive:
		out = append(out, noReference)
	case StatusMismatch:
		return []string{noNumber + " (zmlx check shows where, and counts may change with the correction)"}
	default:
		return []string{"the kernel does what it must not: correct that first, the counts are not those of the right kernel"}
	}
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	switch m := r.Memory; {
	case m.Moved <= smallTraffic:
	case m.Moved > 2*m.Needed:
		say("memory: %.1f times as many bytes are moved as inputs and outputs have, most of it in %s: let neighbouring threads touch neighbouring addresses, or keep what is read again in registers or threadgroup memory",
			float64(m.Moved)/float64(max(m.Needed, 1)),
			worst(r.Lines, func(c Counts) int64 { return c.Transactions }))
	case m.Touched > 2*m.Useful: // nothing of the rest is asked for later either
		say("memory: lanes ask for only %.0f %% of the bytes that are moved, most of them in %s: let neighbouring threads touch neighbouring addresses",
			100*float64(m.Useful)/float64(m.Moved), worst(r.Lines, func(c Counts) int64 { return c.Transactions }))
	}
	if t.BankConflicts > t.Loads/64 && t.BankConflicts > 0 {
		say("threadgroup memory: %d extra passes because lanes meet in one bank, most in %s: pad the rows of the array by one element",
			t.BankConflicts, worst(r.Lines, func(c Counts) int64 { return c.BankConflicts }))
	}
	if active := float64(t.Instructions) / float64(max(t.Slots, 1)); t.Slots > 0 && active < 0.85 {
		idlest := worst(r.Lines, func(c Counts) int64 { return c.Slots - c.Instructions })
		if t.Divergent > t.Branches/10 {
			say("divergence: only %.0f %% of the lanes work, as SIMD-groups disagree on %.0f %% of the branches; most are idle in %s: branch on what all lanes share, or use select()",
				100*active, 100*float64(t.Divergent)/float64(t.Branches), idlest)
		} else {
			say("idle lanes: only %.0f %% of the lanes work, most are idle in %s: give every lane work, and make threadgroups multiples of 32", 100*active, idlest)
		}
	}
	if t.Atomics > t.Stores {
		say("atomics: %d, most in %s: reduce within the SIMD-group first (simd_sum), then once a threadgroup",
			t.Atomics, worst(r.Lines, func(c Counts) int64 { return c.Atomics }))
	}
	if len(out) == 0 && r.Memory.Needed > 0 {
		bound := "arithmetic"
		if r.Memory.Intensity < 10 {
			bound = "memory"
		}
		say("nothing stands out: at %.2g operations a byte the kernel is bound by %s, and it moves %.1f times the bytes of its inputs and outputs",
			float64(r.Memory.Intensity), bound, float64(r.Memory.Moved)/float64(r.Memory.Needed))
	}
	return out
}

// smallTraffic is what no kernel needs to worry about.
const smallTraffic = 64 << 10

// worst names the line of the document for which a number is largest.
func worst(lines []ProfileLine, of func(Counts) int64) string {
	var line ProfileLine
	var most int64
	for _, l := range lines {
		if n := of(l.Counts); l.Line > 0 && n > most {
			line, most = l, n
		}
	}
	switch {
	case line.Line == 0:
		return "generated text"
	case line.Document > 0:
		return fmt.Sprintf("line %d of the generated Metal", line.Line)
	}
	return fmt.Sprintf("line %d", line.Line)
}
