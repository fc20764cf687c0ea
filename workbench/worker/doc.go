// Package worker runs the engine in a child process, so that a native device
// that aborts, hangs or is killed takes nothing else with it.
//
// Serve is the child's side: it reads jobs from a pipe, runs them on an
// Engine, and writes their events. Client is the parent's: its Start has the
// form of Engine.Start. What crosses the pipe is jobs, events and results,
// never an operation. Arrays of results stay in the child; where a result says
// that one is Held, Client.Slice and Client.Tensor fetch it.
//
// # Contract
//
//   - The child starts with the first job and again with the first one after
//     its death. Its death ends all runs that it had with CodeWorker; the
//     message says how it died and repeats the last that it printed.
//   - A cancelled run ends within the grace period: a child that does not end
//     it by itself is killed.
//   - The child leaves when its pipe closes, so it never outlives the parent.
//     It is not in the terminal's foreground group: an interrupt is the
//     parent's to handle.
//   - What native libraries print to standard output goes to standard error,
//     as the pipe is the protocol's alone.
package worker
