// Package gcroom keeps the garbage collector from running every few megabytes.
//
// A compilation makes several megabytes of short-lived trees and instructions
// in a process whose live heap is not larger, so the collector would run during
// nearly every keypress. It paces itself by the live heap: room that counts as
// live, but is never touched and so takes no memory, makes it run less often in
// a small process and changes nothing in a large one.
package gcroom

const size = 24 << 20

// Make returns the room, which counts for as long as the caller keeps it alive.
func Make() []byte { return make([]byte, size) }
