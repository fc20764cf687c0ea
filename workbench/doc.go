// Package workbench is the engine behind zmlx: it turns jobs into results.
//
// A Document is the text of a kernel spec, a launch record or a .metal file.
// A job says what to do with it: CompileJob, RunJob, CheckJob, BenchJob,
// TuneJob, ProfileJob, ExportJob, ImportJob; DevicesJob, MeasureJob and DoctorJob are about the machine.
// Start returns at once with a Run:
//
//	run := engine.Start(ctx, workbench.CheckJob{Document: doc})
//	for e := range run.Events() { … }
//	result, err := run.Wait()
//
// # Contract
//
//   - Jobs, events and results are plain data and encode as JSON: the engine
//     can sit in the caller's process or at the end of a pipe. Arrays travel as
//     files, or as the Tensor of an Output, which JSON leaves out.
//   - Events of a run come in order: Started first, Finished last, and then the
//     channel closes. A slow reader never holds up the work: of several unread
//     Progress events with one label the newest stays; the oldest of too many
//     Log events are dropped and counted. Whoever asks for Events reads them to
//     the end, also after Cancel. Who does not ask pays nothing.
//   - What a kernel or a document does wrong is part of the result: its Status
//     says how it went, Diagnostics and Findings say where. Wait's error is an
//     *Error, and it is for what kept the job from having a result: cancelled,
//     timed out, no such device, an unreadable file, an internal error.
//   - Cancel and the context's end stop the work within milliseconds on the
//     host device. A panic in a job becomes an *Error with CodeInternal.
//   - Places count lines and columns from 1, columns in bytes. Every diagnostic
//     has its place in the document, and also in the part (source or header)
//     that the compiler saw.
//   - An Engine may run several jobs at once and keeps nothing between them
//     that could change a result.
//
// The package knows nothing of terminals: what it returns, the command line
// and the terminal program show.
package workbench
