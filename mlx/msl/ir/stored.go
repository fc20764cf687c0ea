package ir

// StoredOnly reports, by parameter, whether f surely only stores through it:
// what a buffer held before is of no account then. That is told for pointers of
// a kernel after inlining.
func (f *Func) StoredOnly() []bool {
	owner := make([]int, len(f.Regs)) // the parameter that a pointer comes from, plus 1
	only := make([]bool, len(f.Params))
	for i, r := range f.Params {
		only[i] = f.Regs[r].Kind == Ptr
		owner[r] = i + 1
	}
	for grew := true; grew; {
		grew = false
		f.Body.Walk(func(in *Instr) {
			for k, r := range in.Args {
				from := owner[r]
				if from == 0 || in.Op == Store && k == 0 {
					continue
				}
				if in.Op != PtrAdd && in.Op != Mov || owner[in.Dst] != 0 && owner[in.Dst] != from {
					only[from-1] = false
					continue
				}
				grew = grew || owner[in.Dst] == 0
				owner[in.Dst] = from
			}
		})
	}
	return only
}
