package workbench

func (t *task) compile(job CompileJob) (*CompileResult, error) {
	if job.Document.Kind() == MetalDocument {
		return t.compileMetal(job)
	}
	return nil, usagef("", "%s documents cannot be compiled yet", job.Document.Kind())
}

func (t *task) run(job RunJob) (*RunResult, error) {
	if job.Document.Kind() == MetalDocument {
		return t.runMetal(job)
	}
	return nil, usagef("", "%s documents cannot be run yet", job.Document.Kind())
}

func (t *task) check(job CheckJob) (*CheckResult, error) {
	if job.Document.Kind() == MetalDocument {
		return t.checkMetal(job)
	}
	return nil, usagef("", "%s documents cannot be checked yet", job.Document.Kind())
}
