package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// checker is the state of one compilation.
type checker struct {
	opts  Options
	bag   *diag.Bag
	prog  *ir.Program
	mem   memory
	unit  *syntax.Unit
	decls []syntax.Decl        // of the unit
	skip  map[syntax.Decl]bool // what of them is left out
	user  diag.Pos             // where the text behind the prelude begins
	root  *Scope
	metal *Scope

	made
	bodies
	reports
	spent
	place
	wanted
	folding
}

// made is what has been found out once and holds for the whole compilation.
type made struct {
	nextID        uint32
	usings        int  // using-directives so far
	aligns        bool // a name of a type asks for an alignment
	derived       map[typeKey]*Type
	funcTypes     map[string]*Type
	opaques       map[string]*Type // of opaqueInstance
	stdNames      map[string]*Type
	probes        map[probeKey]probed
	listSequences map[listKey]sequence
	outside       map[syntax.Decl]*definition // of members outside their class template
}

// bodies are the functions of the program, those that are to be lowered, and what is
// remembered of them until the end.
type bodies struct {
	queue        []*Function          // bodies of instantiated templates to lower
	lowered      []*Function          // by ir function index
	entries      map[string]*Function // by host name
	kernelOf     map[*Function]bool
	instantiated map[any]diag.Span      // functions, classes and variables that are instantiated explicitly, and where
	befriended   map[string][]*Function // without a qualifier
	roots        []int                  // functions to keep beside the entries
	inputs       []*input               // builtins at program scope
	taken        []*Function            // functions whose address is taken
	through      []through
	unused       []unused                      // templates that may be
	uncalled     []*Function                   // that may be, of those with a kernel's inputs
	lambdas      map[*syntax.LambdaExpr]bool   // bodies that were checked by themselves
	clean        map[*syntax.FuncDecl]*watched // what was noted of a body that reads no variable without a value
}

// reports is what has been said, so that it is not said again.
type reports struct {
	faults     []fault
	told       map[complaint]bool // what faults say; whether one of them is about a template, whatever its arguments
	lost       map[string]bool    // names that may have been declared in what could not be read
	sayings    map[saying]bool    // names that have been reported
	images     bool               // textures or samplers have been refused
	unincluded bool               // a function was called without its header, and that was remarked
}

// spent is what counts towards the limits.
type spent struct {
	insts       int
	evaluated   int // steps of constexpr evaluations
	constants   int // bytes of constant data
	elements    int // of pack expansions
	inlined     int
	inlineDepth int
	depth       int
	exhausted   bool // a limit of instantiations was hit and reported: no more are made
}

// place is where the checker is.
type place struct {
	scope       *Scope // current
	fr          *frame // function being lowered, or a scratch one
	b           *Builder
	top         syntax.Decl // the outermost declaration being checked
	trap        *trap       // substitution: errors are caught here
	expand      *expansion
	stack       []context // instantiations in progress
	apart       apart
	general     bool // a template is checked for all arguments
	unevaluated int  // depth of operands that are not evaluated
	userDepth   int  // depth of user-defined conversions being looked for
	lazyDepth   int  // and of declarations of the prelude being made
	operators   int  // calls of user-defined operators so far
	writes      int  // assignments and increments so far
	last        returned
}

// wanted is what one part of an expression or a declaration tells another that is
// checked by other functions.
type wanted struct {
	addressed   syntax.Expr                    // operand of the last &
	ignored     syntax.Expr                    // the last whose value nothing uses
	called      syntax.Expr                    // what is evaluated to be called
	asVector    diag.Span                      // of values in parentheses that a vector was meant to be made of
	unaligned   syntax.Expr                    // operand of the last cast to a pointer that needs no alignment
	initialiser syntax.Expr                    // of the variable whose type is resolved
	initial     *Value                         // its value, if that is known
	declaring   diag.Pos                       // name of the variable whose initialiser is converted
	casting     string                         // what is said if the cast to a class that begins finds no constructor
	behind      *syntax.QualType               // the qualifiers behind the * that is resolved
	auto        *QualType                      // what auto stands for in the type being resolved
	deducible   placeholder                    // of the type that is resolved
	argument    argumentName                   // of the template argument that is evaluated
	resultHint  *QualType                      // result of the explicit specialisation being matched
	foreseeing  map[*syntax.LambdaExpr]*Record // types of the lambdas of an initialiser that is evaluated for its types
	foreseen    map[*syntax.LambdaExpr]*Record // of those that are about to be evaluated again
}

// folding is the evaluation of a constant expression, and why the last one failed.
type folding struct {
	strict      bool // what is evaluated begins a constexpr variable or is asserted, in which const ones of other types than integers' are not constant
	lenient     bool // what is evaluated need be no constant expression: it may call the mathematical library, and integers may overflow
	defining    bool // names in front of what is defined are looked up, of which all are open
	wraps       bool // an integer of what is evaluated may overflow
	dependsOnFC bool
	whyNot      string
	whyNotAt    diag.Span
}

// trap catches errors of a substitution that may fail.
type trap struct {
	failed bool
	first  diag.Diagnostic
	probe  bool // elements of lists are probed
}

// expansion is a pack expansion in progress.
type expansion struct {
	index  int
	length int // -1 until a pack was seen
	other  int // the length of another one, if that differs
	bad    bool
}

// reach notes a pack of n elements, and reports whether it has the one at hand.
func (x *expansion) reach(n int) bool {
	if x.length < 0 {
		x.length, x.other = n, n
	}
	if n != x.length {
		x.other = n
	}
	x.bad = x.bad || x.index >= n
	return x.index < n
}

// context is an entry of the instantiation stack, for notes: what is done with
// a function or with something that has a name.
type context struct {
	what string // with % for the name
	name string
	fn   *Function
	span diag.Span
}

func (x *context) String() string {
	name := x.name
	if x.fn != nil {
		name = x.fn.String()
	}
	return strings.Replace(x.what, "%", name, 1)
}

// frame is the function that is being lowered.
type frame struct {
	b       *Builder
	fn      *Function // nil in scratch frames
	outer   *frame    // of scratch frames
	result  QualType  // autoType until deduced
	preset  bool      // of a default argument
	member  bool      // of the initialiser of a local class's member
	inExpr  int       // statement expressions around
	escapes bool      // one of them held a break
	deduce  bool      // result is auto
	sret    Addr
	hasThis bool
	this    Value
	inline  *inlined // body emitted into its caller
	locals  variableList
	returns bool                         // a value, somewhere
	covers  *syntax.SwitchStmt           // the last one that takes every enumerator and does not end
	partial bool                         // some statements are not part of this instance
	brk     landing                      // of break, of depth 0 if there is none
	cont    landing                      // of continue
	ends    []ending                     // the objects that will end
	deduced map[placeholder]deducedClass // class templates whose arguments are deduced
}

// home is the frame of the code that a scratch frame was made for.
func (fr *frame) home() *frame {
	for fr.outer != nil {
		fr = fr.outer
	}
	return fr
}

// inlined is where a body that is emitted into its caller leaves its result.
type inlined struct {
	depth int
	slot  Addr
	made  bool
}
