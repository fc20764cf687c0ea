// Package trace records where time goes and answers questions about it.
//
// A Recorder collects spans: named stretches of time on tracks, one track for
// each thing that works on its own (the engine, each core). Spans of a track
// nest by containment, so a model, its layers and their dispatches are spans
// within spans. It also collects counters over time, such as memory. A nil
// Recorder, a nil Track and a zero Open record nothing and cost next to
// nothing, so that code is written once and traced on demand; a context
// carries the track to code below.
//
// A Timeline is what was recorded, as plain data: it encodes as JSON, as a
// compact file of its own (Write, Read) and as a Chrome trace. Everything else
// is a function of a Timeline: Window is the visible stretch and how it moves,
// Runs is what a drawing shows of it, however many spans there are; TopDown,
// BottomUp and Diff sum up.
package trace
