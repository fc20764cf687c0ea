// Package wasm is the fast executor: it lowers verified IR to WebAssembly with
// SIMD, which wazero compiles to machine code.
//
// # What holds
//
// Results are bit-equal with interp. An access outside its buffer harms
// nothing: it loads zero, its store is dropped, and the launch reports a
// finding without a place, which interp can give. A misaligned one is carried
// out and reported. Launches over more memory than WebAssembly addresses run part
// by part, over copies of what each part touches.
//
// Programs that use what is not lowered here, and platforms without a wazero
// compiler, run on interp; Result.Executor tells, and Result.Fallback why.
//
// # How a kernel is lowered
//
// Four adjacent threads, a chunk, are the lanes of a vector. Values on which they
// agree stay scalar, addresses that advance with the thread become vector loads,
// and where control flow diverges both sides run under masks. Where threads meet
// (barriers, SIMD-group functions) the kernel is cut into regions. A region is a
// loop over the chunks of the threadgroup, of which up to 32 of one row are a run:
// what they share is computed once, what all chunks share ahead of the loop, and one
// test tells whether all of a run's lanes take part and access what is in bounds; the
// rest of the chunks have code with masks and checks. A launch's grid and buffers are
// looked at before: accesses that are proved to be in bounds have no check.
//
// Kernels whose threads call themselves run thread by thread, as scalars.
//
// # Where to find what
//
//   - The launch: wasm; making, engine, codecache (modules and their machine code);
//     bind, window (arguments and memory); run, part; rows, padded (how a grid is cut
//     into threadgroups); split, resume (arrays beyond one memory); size (limits).
//   - Analysis: legalize; tree; shape, shapeop, uneven (how a register varies over the lanes);
//     limits, stepping, counted (what is known of numbers and loops); rename, locals,
//     private (where values are kept); proof, assume (accesses in bounds and in
//     order).
//   - Pointers: pointers; argbuffer, numbers, anywhere (those that memory holds).
//   - The frame: state, gen, body, region, regionregs; chunkrun, whole, wholeguard, fork,
//     assumerun (runs); ahead (what all chunks share); instep (loops of a run's chunks,
//     in step); control, arms, merge, straight, lift (branches); recursion, alone; helpers,
//     builtins, print.
//   - Loads and stores: address, align, load, loadvector, store, scatter, atomic; near,
//     together, pair, interleave (lanes that share vectors); crossed, quartet (vectors of
//     which the lanes are elements); reload, moved, narrow (less of them).
//   - Loops along each thread's own data, whose iterations become the lanes: along,
//     alongask, alongrun; rowsum, rowsumrun; search, searchrun. Columns exchanged
//     for rows: down.
//   - Arithmetic: scalar, vector, vectorop, vectorfloat, convert, truncate, bits, fma, promote,
//     compare; divide, dividevector, factors; half (16-bit floats); lanes, wide (64 bits);
//     pack, packload, packdivide (eight lanes of small integers).
//   - SIMD-groups: simd, simdlanes, simdfold, simdwide, quad, matrix.
package wasm
