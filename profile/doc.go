// Package profile measures and says honestly what was measured.
//
// Summarise and Compare turn samples into statements with their uncertainty:
// medians with 95 % intervals, shifts with the probability that they are
// chance, and warnings about samples that no single number describes. All
// samples are kept; none is dropped as an outlier. Nothing is assumed about
// the distribution.
//
// Package trace below it records timelines.
package profile
