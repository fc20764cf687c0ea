// Package gcroom keeps the garbage collector from running every few megabytes.
//
// A compilation makes megabytes of short-lived trees and instructions in a
// process whose live heap is not larger, so the collector would run during
// nearly every keypress. It paces itself by the live heap: room that counts as
// live, but is never touched and so takes no memory, makes it run less often in
// a small process and changes nothing in a large one. What it costs is garbage:
// at most as much as the room, before it is collected.
package gcroom

// Sizes of rooms.
const (
	Kernel  = 24 << 20 // for kernels, of which a program at rest should not hold much
	Library = 96 << 20 // for sources of tens of thousands of lines, one after the other
)

// Make returns the room, which counts for as long as the caller keeps it alive.
func Make(size int) []byte { return make([]byte, size) }
