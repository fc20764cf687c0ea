package ir

// OptimizeTraced is Optimize; it tells after each pass what the program is.
var OptimizeTraced = optimize
