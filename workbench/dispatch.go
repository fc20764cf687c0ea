package workbench

func (t *task) compile(job CompileJob) (*CompileResult, error) {
	switch job.Document.Kind() {
	case MetalDocument:
		return t.compileMetal(job)
	case RecordDocument:
		return t.compileRecord(job)
	}
	return t.compileSpec(job)
}

func (t *task) run(job RunJob) (*RunResult, error) {
	if job.Follow != nil {
		return t.follow(job)
	}
	return t.launchDocument(job)
}

func (t *task) launchDocument(job RunJob) (*RunResult, error) {
	switch job.Document.Kind() {
	case MetalDocument:
		return t.runMetal(job)
	case RecordDocument:
		return t.runRecord(job)
	}
	return t.runSpec(job)
}

func (t *task) check(job CheckJob) (*CheckResult, error) {
	switch job.Document.Kind() {
	case MetalDocument:
		return t.checkMetal(job)
	case RecordDocument:
		return t.checkRecord(job)
	}
	return t.checkSpec(job)
}
