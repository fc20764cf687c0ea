// Package program reads programs in Python and Swift that make Metal kernels with
// mx.fast.metal_kernel, without running them: it interprets as much of them as
// the kernels' names, texts and launches depend on. Swift is read as the Python
// that says the same; closures are read where map or the line itself calls them, and a switch as ifs.
//
// Read executes a file from top to bottom, then enters the functions and
// methods in which kernels are made or launched. Parameters take the values
// that were given, their defaults, or a plausible number, which is noted; an
// array's shape is what the function unpacks, in small plausible sizes. A value
// that needs more than that, such as the result of an operation, is unknown,
// and says of what it was made.
//
// Modules beside the file and texts that it reads are taken from the
// Reader. Nothing else of the machine is touched, and the work is bounded.
package program
