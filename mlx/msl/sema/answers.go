package sema

// question is what a class is asked for by walking through its members. Members of one class
// double a walk at each level of classes, so a complete class keeps its answers.
type question uint8

const (
	isSimple question = iota
	needsInitialising
	isTrivial
	isInitialised
	leavesUnset
	takesOnlyInputs
	questions
)

// answers are kept for each question.
type answers [questions]struct{ known, yes bool }

// answer is the kept one, or what work finds. A closure has more members as its body is read.
func (r *Record) answer(q question, work func() bool) bool {
	if a := r.answers[q]; a.known {
		return a.yes
	}
	yes := work()
	if r.state == done && r.Lambda == nil {
		r.answers[q].known, r.answers[q].yes = true, yes
	}
	return yes
}
