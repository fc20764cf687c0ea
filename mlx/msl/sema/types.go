package sema

import (
	"math/bits"
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// TypeKind classifies types.
type TypeKind uint8

// The kinds of types.
const (
	TError TypeKind = iota // of erroneous expressions; compatible with everything
	TVoid
	TScalar     // bool, integers, floats: Scalar
	TVector     // Scalar, N components
	TPacked     // packed vector: Scalar, N components
	TMatrix     // Scalar, N columns of M rows
	TSimdMatrix // simdgroup_matrix<Scalar, 8, 8>
	TPointer    // to Elem
	TRef        // lvalue reference to Elem
	TRValueRef  // rvalue reference to Elem
	TArray      // N of Elem; N < 0: unknown bound
	TRecord
	TEnum
	TAtomic  // Scalar
	TFunc    // Elem(Params)
	TFuncPtr // to Elem, a TFunc
	TMember  // pointer to a member of Class that is an Elem
	TNullptr
	TAuto        // placeholder of declarations
	TOverload    // a name that denotes functions or a template not yet chosen
	TInitList    // a braced list without a type
	TOpaque      // stands for a template parameter in partial ordering
	TUnsupported // a known Metal type that is refused by name
)

// Type is an unqualified type. Types are interned: two types are the same if
// and only if their pointers are equal.
type Type struct {
	Kind   TypeKind
	Scalar ir.Kind
	N, M   int
	Elem   QualType     // pointee, referent, element or result
	Class  *Type        // of TMember
	Params []QualType   // of TFunc
	method syntax.Quals // of TFunc: what stands behind the parameters of a member function
	Record *Record
	Enum   *Enum
	name   string
	id     uint32
}

// Quals are type qualifiers.
type Quals uint8

// The qualifiers of a QualType.
const (
	Const Quals = 1 << iota
	Volatile
	Coherent
)

// QualType is a type with qualifiers and the address space that an object of
// it lives in; NoSpace where that is not known or does not matter.
type QualType struct {
	T     *Type
	Q     Quals
	Space ir.Space
}

// Of returns the unqualified t.
func Of(t *Type) QualType { return QualType{T: t} }

// unqual drops all qualifiers and the space.
func (q QualType) unqual() QualType { return QualType{T: q.T} }

func (q QualType) isConst() bool { return q.Q&Const != 0 }

func (q QualType) with(quals Quals) QualType {
	q.Q |= quals
	return q
}

func (q QualType) in(s ir.Space) QualType {
	q.Space = s
	return q
}

// The types without structure are shared by all compilations; so are the
// vectors and matrices over scalars.
var (
	errorType    = &Type{Kind: TError, name: "<error>", id: 1}
	voidType     = &Type{Kind: TVoid, name: "void", id: 2}
	nullptrType  = &Type{Kind: TNullptr, name: "nullptr_t", id: 3}
	autoType     = &Type{Kind: TAuto, name: "auto", id: 4}
	overloadType = &Type{Kind: TOverload, name: "<overloaded function type>", id: 5}
	initListType = &Type{Kind: TInitList, name: "<initializer list>", id: 6}
)

var scalarTypes, vectorTypes, packedTypes, atomicTypes, simdMatrices, matrixTypes = sharedTypes()

// firstFreeID is the first id of types made during a compilation.
const firstFreeID = 1000

var scalarNames = [ir.Ptr]string{
	ir.Bool: "bool", ir.I8: "char", ir.U8: "uchar", ir.I16: "short", ir.U16: "ushort",
	ir.I32: "int", ir.U32: "uint", ir.I64: "long", ir.U64: "ulong",
	ir.F16: "half", ir.BF16: "bfloat", ir.F32: "float",
}

func sharedTypes() (scalarTypes [ir.Ptr]*Type, vectorTypes [ir.Ptr][ir.MaxScalars + 1]*Type, packedTypes [ir.Ptr][5]*Type, atomicTypes, simdMatrices [ir.Ptr]*Type, matrixTypes [ir.Ptr][5][5]*Type) {
	id := uint32(10)
	add := func(t Type) *Type {
		id++
		t.id = id
		return &t
	}
	for k := ir.Bool; k < ir.Ptr; k++ {
		n := scalarNames[k]
		scalarTypes[k] = add(Type{Kind: TScalar, Scalar: k, N: 1, name: n})
		vectorTypes[k][1] = scalarTypes[k]
		for i := 2; i <= 4; i++ {
			d := string(rune('0' + i))
			vectorTypes[k][i] = add(Type{Kind: TVector, Scalar: k, N: i, name: n + d})
			packedTypes[k][i] = add(Type{Kind: TPacked, Scalar: k, N: i, name: "packed_" + n + d})
		}
		for i := 5; i <= ir.MaxScalars; i++ {
			vectorTypes[k][i] = add(Type{Kind: TVector, Scalar: k, N: i, name: "vec<" + n + ", " + strconv.Itoa(i) + ">"})
		}
		atomicTypes[k] = add(Type{Kind: TAtomic, Scalar: k, N: 1, name: "atomic<" + n + ">"})
		simdMatrices[k] = add(Type{Kind: TSimdMatrix, Scalar: k, N: 2, name: "simdgroup_" + n + "8x8"})
		if isFloat(k) {
			for c := 2; c <= 4; c++ {
				for r := 2; r <= 4; r++ {
					matrixTypes[k][c][r] = add(Type{Kind: TMatrix, Scalar: k, N: c, M: r,
						name: n + string(rune('0'+c)) + "x" + string(rune('0'+r))})
				}
			}
		}
	}
	return
}

// Scalar returns the scalar type of a kind.
func Scalar(k ir.Kind) *Type { return scalarTypes[k] }

// Vector returns vec<k, n>; the scalar for n = 1.
func Vector(k ir.Kind, n int) *Type { return vectorTypes[k][n] }

// Shorthands.
var (
	boolType  = func() *Type { return Scalar(ir.Bool) }
	intType   = func() *Type { return Scalar(ir.I32) }
	longType  = func() *Type { return Scalar(ir.I64) }
	ulongType = func() *Type { return Scalar(ir.U64) }
)

func isFloat(k ir.Kind) bool  { return k == ir.F16 || k == ir.BF16 || k == ir.F32 }
func isInt(k ir.Kind) bool    { return k >= ir.I8 && k <= ir.U64 }
func isSigned(k ir.Kind) bool { return k == ir.I8 || k == ir.I16 || k == ir.I32 || k == ir.I64 }

// kindSize is the size in bytes of a scalar in memory.
func kindSize(k ir.Kind) int {
	switch k {
	case ir.Bool, ir.I8, ir.U8:
		return 1
	case ir.I16, ir.U16, ir.F16, ir.BF16:
		return 2
	case ir.I32, ir.U32, ir.F32:
		return 4
	case ir.I64, ir.U64, ir.Ptr:
		return 8
	}
	return 0
}

func kindBits(k ir.Kind) int {
	if k == ir.Bool {
		return 1
	}
	return kindSize(k) * 8
}

// isArith reports a scalar arithmetic type, bool included.
func (t *Type) isArith() bool { return t.Kind == TScalar }

// decides reports types whose values stand for true or false.
func (t *Type) decides() bool {
	return t.isNumeric() || t.isPtr() || t.isNumbered() || t.Kind == TNullptr || t == stringType
}

// isNumeric reports scalars and unscoped enums, which take part in arithmetic.
func (t *Type) isNumeric() bool {
	return t.Kind == TScalar || t.Kind == TEnum && !t.Enum.Scoped
}

func (t *Type) isIntegral() bool {
	return t.Kind == TScalar && !isFloat(t.Scalar) || t.Kind == TEnum && !t.Enum.Scoped
}

func (t *Type) isVec() bool { return t.Kind == TVector || t.Kind == TPacked }

func (t *Type) isPtr() bool { return t.Kind == TPointer }

// isNumbered reports pointers that are no addresses but numbers, 0 where they are null.
func (t *Type) isNumbered() bool { return t.Kind == TFuncPtr || t.Kind == TMember }

func (t *Type) isRef() bool { return t.Kind == TRef || t.Kind == TRValueRef }

func (t *Type) isError() bool { return t.Kind == TError }

// inRegisters reports types whose values are runs of registers; values of
// the others (records, arrays) are addresses.
func (t *Type) inRegisters() bool {
	switch t.Kind {
	case TScalar, TVector, TPacked, TMatrix, TSimdMatrix, TPointer, TFuncPtr, TMember, TEnum, TNullptr:
		return true
	}
	return false
}

// regKind is the kind of each register of a value in registers.
func (t *Type) regKind() ir.Kind {
	if t.Kind == TPointer || t.Kind == TNullptr || t.isRef() {
		return ir.Ptr
	}
	return t.Scalar
}

// regCount is the number of registers of a value.
func (t *Type) regCount() int {
	switch t.Kind {
	case TVector, TPacked:
		return t.N
	case TMatrix:
		return t.N * t.M
	case TSimdMatrix:
		return 2
	case TVoid:
		return 0
	}
	return 1
}

// regType is the ir type of each register.
func (t *Type) regType() ir.Type {
	switch {
	case t.Kind == TPointer || t.isRef():
		return ir.Type{Kind: ir.Ptr, Space: t.Elem.Space}
	case t.Kind == TNullptr:
		return ir.Type{Kind: ir.Ptr, Space: ir.Thread}
	}
	return ir.Type{Kind: t.regKind()}
}

// size is sizeof(t) in bytes; 0 for incomplete types.
func (t *Type) size() int {
	switch t.Kind {
	case TScalar, TAtomic, TEnum:
		return kindSize(t.Scalar)
	case TVector:
		return kindSize(t.Scalar) << bits.Len(uint(t.N-1))
	case TPacked, TSimdMatrix:
		return t.N * kindSize(t.Scalar)
	case TMatrix:
		return t.N * Vector(t.Scalar, t.M).size()
	case TMember:
		if t.Elem.T.Kind == TFunc {
			return 16 // as clang's, of which we use the first half
		}
		return 8
	case TPointer, TFuncPtr, TNullptr, TRef, TRValueRef, TFunc:
		return 8
	case TArray:
		return max(t.N, 0) * t.Elem.T.size()
	case TRecord:
		return t.Record.Size
	}
	return 0
}

// stored is the number of bytes that copying an object copies, which may be
// the base of another one.
func (t *Type) stored() int {
	if t.Kind == TRecord {
		return t.Record.dataSize
	}
	return t.size()
}

// align is alignof(t) in bytes, at least 1.
func (t *Type) align() int {
	switch t.Kind {
	case TPacked, TMember:
		return kindSize(t.Scalar)
	case TMatrix:
		return Vector(t.Scalar, t.M).align()
	case TArray:
		return t.Elem.T.align()
	case TRecord:
		return max(t.Record.Align, 1)
	}
	return max(t.size(), 1)
}

// elemType is the scalar type of a component.
func (t *Type) elemType() *Type {
	switch t.Kind {
	case TVector, TPacked, TMatrix, TSimdMatrix, TAtomic:
		return Scalar(t.Scalar)
	}
	return t
}

// Record is a struct, class or union, or the closure type of a lambda.
type Record struct {
	Name         string
	Key          string
	Scope        *Scope // members
	Fields       []Field
	Bases        []*Type
	ancestors    int          // counted as often as it has them
	sealed       []sealedBase // those of the bases that are private or protected
	uses         []memberUse
	Size, Align  int
	dataSize     int // Size without the tail padding that members of derived classes may take
	Pack         int // the most that fields are aligned to, 0 without a bound
	Union        bool
	Type         *Type
	layout       *ir.Layout // once it was asked for
	Lambda       *closure
	holdsClosure bool // a closure, or has one: functions that take it, and its own, are emitted inline
	tmpl         *Template
	ofInstance   bool // a class in an instance of a class template, made when it is needed
	special      bool // has a definition apart from that of its class template
	args         []Arg
	decl         *syntax.RecordDecl
	at           diag.Span
	state        completion
	methods      []*Function
	bodies       []*Function // to be lowered when it is complete
	ctors        []*Function
	ctorTs       []*Template
	inherited    []*Record // bases whose constructors it takes over
	convs        []*Function
	convTs       []*Template
	friends      []*Function
	friendTs     []*Template // of functions and classes
	friendly     []*Record   // friend classes
	aggr         bool        // has no constructors of its own
	hasInits     bool        // a field has a default initialiser
	copies       bool        // copying runs a constructor, of its own or of a member
	assigns      bool        // assigning runs an operator, of its own or of a member
	moves        bool        // moving moves the members: nothing that copies, moves or ends its objects is declared
	constant     bool        // a member is const, or a reference
	answers      answers
	deleted      [specials]*deletion
	alters       [destructor]bool // what is copied or moved
	ends         bool             // something is done when an object ends, by its destructor or a member's
	broken       bool             // an error was reported about its fields
	destructor   *syntax.FuncDecl
	ending       *Scope // of the names in its body
	ender        *Function
	endAccess    access  // of the destructor
	ownEnd       *Record // the class whose destructor was written: its own, a base's or a member's
	hidden       access  // of the members that are being declared
}

// completion is how far something is known that is worked out on demand.
type completion uint8

const (
	declared completion = iota
	inProgress
	done
)

// Field is a data member.
type Field struct {
	Name    string
	Type    QualType
	Offset  int
	Bits    int // width of a bit-field, 0 otherwise
	BitOff  int
	padding int // bits behind it, of one that is wider than its type
	ID      int // [[id(n)]], -1 if absent
	attr    ir.Builtin
	align   int
	decl    *syntax.VarDecl
	access  access
	packed  bool // may begin where its type may not
	anon    bool // its members are found in the enclosing record: anonymous, or a base
}

func (f *Field) mutable() bool { return f.decl != nil && f.decl.Specs&syntax.Mutable != 0 }

// Enum is an enumeration.
type Enum struct {
	Name   string
	Scoped bool
	Kind   ir.Kind // of the underlying type
	Wide   ir.Kind // that it is promoted to
	decl   *syntax.EnumDecl
	scope  *Scope
}

// fixed reports an enumeration whose underlying type is written.
func (e *Enum) fixed() bool { return e.Scoped || e.decl.Underlying != nil }
