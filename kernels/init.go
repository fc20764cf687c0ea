package kernels

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels/dsl"
)

// InitKind says how an input is filled.
type InitKind uint8

// The ways to fill an input; see the package comment.
const (
	InitDefault InitKind = iota
	InitNormal
	InitUniform
	InitRandint
	InitBits
	InitArange
	InitConstant
	InitList
	InitFile
)

// Init says how an input is filled. Args are normal's mean and deviation, the
// range of uniform and randint, a constant's value, or the list.
type Init struct {
	Kind InitKind
	Args []float64
	File string // relative to the spec
	at   Place

	rounded bool // an integer among Args stands for another
}

// String is the form that a spec has.
func (in Init) String() string {
	args := make([]string, len(in.Args))
	for i, a := range in.Args {
		args[i] = strconv.FormatFloat(a, 'g', -1, 64)
	}
	list := strings.Join(args, ", ")
	switch in.Kind {
	case InitList:
		return "[" + list + "]"
	case InitFile:
		return "file: " + in.File
	}
	name := [...]string{"default", "normal", "uniform", "randint", "bits", "arange", "constant"}[in.Kind]
	if list == "" {
		return name
	}
	return name + "(" + list + ")"
}

// initSpec is an Init whose arguments may use parameters.
type initSpec struct {
	kind InitKind
	args []Expr
	file string
	at   Place
}

type initForm struct {
	kind     InitKind
	args     []int     // allowed numbers of arguments
	defaults []float64 // without arguments
}

var initForms = map[string]initForm{
	"normal":   {InitNormal, []int{0, 2}, nil},
	"uniform":  {InitUniform, []int{0, 2}, []float64{0, 1}},
	"randint":  {InitRandint, []int{2}, nil},
	"bits":     {InitBits, []int{0}, nil},
	"arange":   {InitArange, []int{0}, nil},
	"zeros":    {InitConstant, []int{0}, []float64{0}},
	"ones":     {InitConstant, []int{0}, []float64{1}},
	"constant": {InitConstant, []int{1}, nil},
}

const initHint = "known are normal, normal(m, s), uniform, uniform(a, b), randint(a, b), bits, arange, zeros, ones, constant(v), a list, and {file: x.npy}"

func numberExpr(f float64) Expr { return Expr{tree: &dsl.Number{Float: f}} }

func (d *decoder) init(n *node) initSpec {
	in := initSpec{at: n.at}
	switch n.kind {
	case seqNode:
		in.kind = InitList
		in.args = d.exprs(n, "init")
		return in
	case mapNode:
		for _, f := range d.fields(n, "init", "file") {
			in.kind, in.file = InitFile, d.word(f.value, "the file's path")
		}
		return in
	case nullNode:
		d.report(n.at, "init", initHint, "init is empty")
		return in
	}
	text := n.text.String
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		in.kind, in.file = InitFile, strings.TrimSpace(path)
		return in
	}
	e, ok := d.expr(n, "init")
	if !ok {
		return in
	}
	var name *dsl.Name
	var args []dsl.Expr
	switch x := e.tree.(type) {
	case *dsl.Name:
		name = x
	case *dsl.Call:
		name, args = x.Func, x.Args
	}
	if name == nil {
		d.report(n.at, "init", initHint, "%q is not a way to fill an input", text)
		return in
	}
	form, ok := initForms[name.Ident]
	if !ok {
		known := make([]string, 0, len(initForms))
		for k := range initForms {
			known = append(known, k)
		}
		hint := spelling.Hint(name.Ident, known)
		if hint == "" {
			hint = initHint
		}
		d.report(n.text.span(name.Start, name.End), "init", hint, "unknown init %q", name.Ident)
		return in
	}
	fits := false
	for _, k := range form.args {
		fits = fits || k == len(args)
	}
	if !fits {
		d.report(n.at, "init", initHint, "%s does not take %d arguments", name.Ident, len(args))
		return in
	}
	in.kind = form.kind
	for _, a := range args {
		in.args = append(in.args, Expr{Text: n.text, tree: a})
	}
	if len(args) == 0 {
		for _, f := range form.defaults {
			in.args = append(in.args, numberExpr(f))
		}
	}
	return in
}
