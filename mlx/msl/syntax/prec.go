package syntax

// Precedences of binary operators; 0 is no operator.
const (
	precComma = iota + 1
	precAssign
	precCond
	precOr
	precAnd
	precBitOr
	precBitXor
	precBitAnd
	precEqual
	precRelational
	precShift
	precAdd
	precMul
	precMember // .* and ->*
)

var precedence = [256]uint8{
	Comma: precComma, Question: precCond, OrOr: precOr, AndAnd: precAnd, Pipe: precBitOr, Caret: precBitXor, Amp: precBitAnd,
	EqEq: precEqual, NotEq: precEqual, Less: precRelational, Greater: precRelational, LessEq: precRelational, GreaterEq: precRelational,
	Shl: precShift, Shr: precShift, Plus: precAdd, Minus: precAdd, Star: precMul, Slash: precMul, Percent: precMul,
	DotStar: precMember, ArrowStar: precMember,
	Assign: precAssign, PlusEq: precAssign, MinusEq: precAssign, StarEq: precAssign, SlashEq: precAssign, PercentEq: precAssign,
	AmpEq: precAssign, PipeEq: precAssign, CaretEq: precAssign, ShlEq: precAssign, ShrEq: precAssign,
}
