// Package profile measures and says honestly what was measured.
//
// Summarise and Compare turn samples into statements with their uncertainty:
// medians with 95 % intervals, shifts with the probability that they are
// chance, and warnings about samples that no single number describes. All
// samples are kept; none is dropped as an outlier. Nothing is assumed about
// the distribution.
//
// A Timeline is a record of nested spans of time on tracks, made by a
// Recorder, which costs little enough to be left on.
package profile
