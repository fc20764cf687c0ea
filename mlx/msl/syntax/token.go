package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// Token is a preprocessing token or a token: a small value without pointers,
// because a unit has hundreds of thousands of them.
type Token struct {
	Pos   diag.Pos
	size  uint32 // of the text; a pragma has none
	word  word   // of identifiers, keywords, literals and pragmas
	param uint16 // in a macro body: 1 + index of the parameter that this token names
	Kind  Kind
	flags tokenFlags
}

// End is the position after the token.
func (t Token) End() diag.Pos { return t.Pos + diag.Pos(t.size) }

// Span is the range of the token.
func (t Token) Span() diag.Span { return diag.Span{Start: t.Pos, End: t.End()} }

type tokenFlags uint8

const (
	spaceBefore tokenFlags = 1 << iota
	lineStart              // first token of its line
	margin                 // and nothing stands before it
	painted                // names a macro that must not be expanded here any more

	spacing = spaceBefore | lineStart | margin
)

// Kind is the kind of a token.
type Kind uint8

// The kinds. Keywords follow Keyword in the order of the keywords table.
const (
	EOF Kind = iota
	Invalid
	Number
	Char
	String
	PragmaTok // a #pragma or _Pragma; its text is what follows the word
	Ident

	LParen
	RParen
	LBrace
	RBrace
	LBrack
	RBrack
	Semi
	Comma
	Colon
	ColonColon
	Question
	Dot
	DotStar
	Ellipsis
	Arrow
	ArrowStar
	Hash
	HashHash

	Plus
	Minus
	Star
	Slash
	Percent
	Amp
	Pipe
	Caret
	Tilde
	Not
	Less
	Greater
	LessEq
	GreaterEq
	EqEq
	NotEq
	AndAnd
	OrOr
	Shl
	Shr
	PlusPlus
	MinusMinus

	Assign
	PlusEq
	MinusEq
	StarEq
	SlashEq
	PercentEq
	AmpEq
	PipeEq
	CaretEq
	ShlEq
	ShrEq

	keywordStart
	kwAlignas
	kwAlignof
	kwAsm
	kwAuto
	kwBool
	kwBreak
	kwCase
	kwCatch
	kwChar
	kwClass
	kwConst
	kwConstCast
	kwConstant
	kwConstexpr
	kwContinue
	kwDecltype
	kwDefault
	kwDelete
	kwDevice
	kwDo
	kwDouble
	kwDynamicCast
	kwElse
	kwEnum
	kwExplicit
	kwExport
	kwExtern
	kwFalse
	kwFloat
	kwFor
	kwFragment
	kwFriend
	kwGoto
	kwHalf
	kwIf
	kwInline
	kwInt
	kwKernel
	kwLong
	kwMutable
	kwNamespace
	kwNew
	kwNoexcept
	kwNullptr
	kwObjectData
	kwOperator
	kwPrivate
	kwProtected
	kwPublic
	kwRayData
	kwRegister
	kwReinterpretCast
	kwRestrict
	kwReturn
	kwShort
	kwSigned
	kwSizeof
	kwStatic
	kwStaticAssert
	kwStaticCast
	kwStruct
	kwSwitch
	kwTemplate
	kwThis
	kwThread
	kwThreadgroup
	kwThreadgroupImageblock
	kwThreadLocal
	kwThrow
	kwTrue
	kwTry
	kwTypedef
	kwTypeid
	kwTypename
	kwTypeof
	kwExtension
	kwUnion
	kwUnsigned
	kwUsing
	kwVertex
	kwVirtual
	kwVoid
	kwVolatile
	kwWhile
	kwAttribute
	kwBfloat
	keywordEnd
)

// IsKeyword reports whether a token of this kind is a word of the language.
func (k Kind) IsKeyword() bool { return k > keywordStart && k < keywordEnd }

// spellings gives the text of punctuators and keywords. Some keywords have
// more than one spelling; see aliases.
var spellings = [...]string{
	EOF: "end of file", Invalid: "invalid token", Ident: "identifier", Number: "number", Char: "character", String: "string", PragmaTok: "#pragma",
	LParen: "(", RParen: ")", LBrace: "{", RBrace: "}", LBrack: "[", RBrack: "]", Semi: ";", Comma: ",", Colon: ":", ColonColon: "::",
	Question: "?", Dot: ".", DotStar: ".*", Ellipsis: "...", Arrow: "->", ArrowStar: "->*", Hash: "#", HashHash: "##",
	Plus: "+", Minus: "-", Star: "*", Slash: "/", Percent: "%", Amp: "&", Pipe: "|", Caret: "^", Tilde: "~", Not: "!",
	Less: "<", Greater: ">", LessEq: "<=", GreaterEq: ">=", EqEq: "==", NotEq: "!=", AndAnd: "&&", OrOr: "||", Shl: "<<", Shr: ">>",
	PlusPlus: "++", MinusMinus: "--", Assign: "=", PlusEq: "+=", MinusEq: "-=", StarEq: "*=", SlashEq: "/=", PercentEq: "%=",
	AmpEq: "&=", PipeEq: "|=", CaretEq: "^=", ShlEq: "<<=", ShrEq: ">>=",
	kwAlignas: "alignas", kwAlignof: "alignof", kwAsm: "asm", kwAuto: "auto", kwBool: "bool", kwBreak: "break", kwCase: "case",
	kwCatch: "catch", kwChar: "char", kwClass: "class", kwConst: "const", kwConstCast: "const_cast",
	kwConstant: "constant", kwConstexpr: "constexpr", kwContinue: "continue", kwDecltype: "decltype", kwDefault: "default",
	kwDelete: "delete", kwDevice: "device", kwDo: "do", kwDouble: "double", kwDynamicCast: "dynamic_cast", kwElse: "else",
	kwEnum: "enum", kwExplicit: "explicit", kwExport: "export", kwExtern: "extern", kwFalse: "false", kwFloat: "float", kwFor: "for",
	kwFragment: "fragment", kwFriend: "friend", kwGoto: "goto", kwHalf: "half", kwIf: "if", kwInline: "inline", kwInt: "int",
	kwKernel: "kernel", kwLong: "long", kwMutable: "mutable", kwNamespace: "namespace", kwNew: "new", kwNoexcept: "noexcept",
	kwNullptr: "nullptr", kwObjectData: "object_data", kwOperator: "operator", kwPrivate: "private", kwProtected: "protected",
	kwPublic: "public", kwRayData: "ray_data", kwRegister: "register", kwReinterpretCast: "reinterpret_cast", kwRestrict: "__restrict",
	kwReturn: "return", kwShort: "short", kwSigned: "signed", kwSizeof: "sizeof", kwStatic: "static", kwStaticAssert: "static_assert",
	kwStaticCast: "static_cast", kwStruct: "struct", kwSwitch: "switch", kwTemplate: "template", kwThis: "this", kwThread: "thread",
	kwThreadgroup: "threadgroup", kwThreadgroupImageblock: "threadgroup_imageblock", kwThreadLocal: "thread_local", kwThrow: "throw",
	kwTrue: "true", kwTry: "try", kwTypedef: "typedef", kwTypeid: "typeid", kwTypename: "typename", kwTypeof: "__typeof__", kwExtension: "__extension__", kwUnion: "union",
	kwUnsigned: "unsigned", kwUsing: "using", kwVertex: "vertex", kwVirtual: "virtual", kwVoid: "void", kwVolatile: "volatile",
	kwWhile: "while", kwAttribute: "__attribute__", kwBfloat: "bfloat",
}

// aliases are further spellings of keywords.
var aliases = map[string]Kind{
	"_Alignas": kwAlignas, "_Alignof": kwAlignof, "__alignof": kwAlignof, "__alignof__": kwAlignof, "__asm": kwAsm, "__asm__": kwAsm,
	"__const": kwConst, "__inline": kwInline, "__inline__": kwInline, "__restrict__": kwRestrict,
	"_Static_assert": kwStaticAssert, "__volatile__": kwVolatile, "__attribute": kwAttribute, "__decltype": kwDecltype,
	"__typeof": kwTypeof, "__auto_type": kwAuto,
}

// digraphs are further spellings of punctuators.
var digraphs = map[Kind]string{LBrack: "<:", RBrack: ":>", LBrace: "<%", RBrace: "%>", Hash: "%:", HashHash: "%:%:"}

// alternatives are the operators that C++ lets one write as words.
var alternatives = map[string]Kind{
	"and": AndAnd, "or": OrOr, "not": Not, "xor": Caret, "bitand": Amp, "bitor": Pipe, "compl": Tilde,
	"not_eq": NotEq, "and_eq": AmpEq, "or_eq": PipeEq, "xor_eq": CaretEq,
}

// String is the spelling of punctuators and keywords, a description otherwise.
func (k Kind) String() string {
	if int(k) < len(spellings) {
		return spellings[k]
	}
	return "invalid token"
}
