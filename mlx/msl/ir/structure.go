package ir

// maxJoined is how many Ifs in a row joinTails nests.
const maxJoined = 64

// joinTails removes transfers op to the end of the construct that is depth
// levels outside of b, where they stand last: a Break at the end of a Scope, a
// Continue at the end of a Loop's body. What follows an If one of whose
// branches ends with the transfer moves into the other branch, unless there are
// many in a row, as in a large switch.
func joinTails(b *Block, op Op, depth uint64) {
	list := *b
	ifs := 0
	for i := range list {
		if in := &list[i]; in.Op == If && (in.Body().tail(op, depth) || in.Else().tail(op, depth)) {
			ifs++
		}
	}
	for i := range list {
		in := &list[i]
		if in.Op != If || i == len(list)-1 || ifs > maxJoined {
			continue
		}
		for _, side := range [2][2]*Block{{&in.Nest.Body, &in.Nest.Else}, {&in.Nest.Else, &in.Nest.Body}} {
			if side[0].tail(op, depth) && !side[1].ends() {
				*side[1] = append(*side[1], list[i+1:]...)
				list = list[: i+1 : i+1] // nothing may be appended in place: loops are known by address
				break
			}
		}
		if i == len(list)-1 {
			break
		}
	}
	if n := len(list); n > 0 {
		switch last := &list[n-1]; {
		case last.Op == op && last.Imm == depth:
			list = list[: n-1 : n-1]
		case last.Op == If:
			joinTails(&last.Nest.Body, op, depth)
			joinTails(&last.Nest.Else, op, depth)
		}
	}
	*b = list
}

// tail reports whether b ends with the transfer.
func (b Block) tail(op Op, depth uint64) bool {
	n := len(b)
	return n > 0 && b[n-1].Op == op && b[n-1].Imm == depth
}

// lift renumbers transfers after the construct around b has gone; depth is
// how deep b is inside it.
func lift(b Block, depth uint64) {
	for i := range b {
		in := &b[i]
		d := depth
		switch in.Op {
		case Break, Continue:
			if in.Imm > depth {
				in.Imm--
			}
		case Loop, Scope:
			d++
		}
		lift(in.Body(), d)
		lift(in.Else(), d)
	}
}
