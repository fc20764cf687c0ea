package workbench

func (t *task) compile(job CompileJob) (*CompileResult, error) {
	switch job.Document.Kind() {
	case MetalDocument:
		return t.compileMetal(job)
	case RecordDocument:
		return nil, usagef("", "records cannot be compiled yet")
	}
	return t.compileSpec(job)
}

func (t *task) run(job RunJob) (*RunResult, error) {
	switch job.Document.Kind() {
	case MetalDocument:
		return t.runMetal(job)
	case RecordDocument:
		return nil, usagef("", "records cannot be run yet")
	}
	return t.runSpec(job)
}

func (t *task) check(job CheckJob) (*CheckResult, error) {
	switch job.Document.Kind() {
	case MetalDocument:
		return t.checkMetal(job)
	}
	return nil, usagef("", "%s documents cannot be checked yet", job.Document.Kind())
}
