package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/zmlx/zmlx/profile/chip"
	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/workbench"
)

// profilePage writes a profile as a report for sharing.
func profilePage(w io.Writer, r *workbench.ProfileResult) error {
	p := &page{Title: "Profile of " + r.Name, Notes: r.Advice, Facts: []fact{
		{"document", r.File}, {"device", r.Device}, {"case", r.Case}, {"status", string(r.Status)},
		{"memory", memoryLine(r)},
	}}
	if r.RunMS > 0 {
		p.Facts = append(p.Facts, fact{"a launch", fmt.Sprintf("%s (median of %d, the first left out)", brieflyMS(r.RunMS), max(len(r.Launches)-1, 1))})
	}
	if r.Cost != nil {
		p.Facts = append(p.Facts, fact{"cost formula", costLine(r)})
	}
	p.addFigures(r.Figures())
	exactly := func(n int64) string { return fmt.Sprint(n) }
	top := r.Timeline.TopDown(r.Timeline.All())
	p.Tables = []pageTable{
		{"Source", "Counts are exact and the same in every run; share is that of the lanes' slots.", sourceColumns(r, brief)},
		{"Traffic by buffer", "Transactions are segments of 128 bytes that a SIMD-group touches at a time.", bufferColumns(r, exactly)},
		{"Times, top-down", "", nodeColumns(top, true, false)},
		{"Times, bottom-up", "", nodeColumns(trace.BottomUp(top), false, false)},
	}
	if len(r.Estimates) > 0 {
		p.Tables = append([]pageTable{{"Modelled times", "A model from the counts, not a measurement. It assumes: " + strings.Join(chip.Assumptions, "; ") + ".", estimateColumns(r.Estimates)}}, p.Tables...)
	}
	return p.write(w)
}

// costLine compares the counts, which are the truth, with the spec's formula.
func costLine(r *workbench.ProfileResult) string {
	times := func(counted, formula int64) string {
		if formula == 0 {
			return ""
		}
		return fmt.Sprintf(" (%.3g×)", float64(counted)/float64(formula))
	}
	return fmt.Sprintf("%s operations, counted %s%s; %s, moved %s%s", plot.Number(float64(r.Cost.FLOPs)), plot.Number(float64(r.Totals.FLOPs)), times(r.Totals.FLOPs, r.Cost.FLOPs),
		bytesOf(r.Cost.Bytes), bytesOf(r.Memory.Moved), times(r.Memory.Moved, r.Cost.Bytes))
}

func memoryLine(r *workbench.ProfileResult) string {
	return fmt.Sprintf("%s needed (inputs and outputs, once), %s moved in transactions of 128 bytes, %s operations a byte",
		bytesOf(r.Memory.Needed), bytesOf(r.Memory.Moved), number(r.Memory.Intensity))
}
