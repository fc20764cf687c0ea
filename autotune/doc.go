// Package autotune chooses the fastest among the configurations of a kernel.
//
// A configuration is a value for each knob that a spec's tune lists; Space
// makes all of them. A Race says which are to be measured next, round by round,
// gives up those that are seen to be slower than the leader, and so spends its
// time on those that may win. It measures nothing by itself.
//
// The leader of many was chosen as it looked fast: what its own samples say of
// its speed is too good. Whoever wants to claim a gain measures it anew, beside
// the configuration that it shall replace, as package workbench does.
package autotune
