package syntax

import (
	"slices"
	"strconv"
)

// lambda reads [captures](params) { body }.
func (p *parser) lambda() Expr {
	start, open := p.tok.Pos, p.tok
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	l := &LambdaExpr{}
	p.next()
	v := p.push()
	defer p.pop(v)
	p.captures(l)
	p.closing(RBrack, open)
	l.Intro = p.from(start)
	if p.operands > 0 {
		p.complain("lambda-operand", l.Intro.Span(), "lambda expression in an unevaluated operand")
	}
	defer func(around int) { p.operands = around }(p.operands)
	p.operands = 0
	if p.version < 320 {
		p.complain("lambda-version", l.Intro.Span(), "lambda expressions need Metal 3.2")
	}
	gt := p.allowGT()
	defer p.restoreGT(gt)
	p.block = true
	if p.kind == Less {
		l.Template = p.templateParams()
	}
	if p.kind == LParen {
		outer := p.invented
		p.invented = &l.Template
		l.Params, _ = p.params()
		p.invented = outer
		for i := range l.Template {
			t := &l.Template[i]
			t.Pack = t.Pack || slices.ContainsFunc(l.Params, func(d *ParamDecl) bool { return d.Pack && d.Start <= t.Start && t.End <= d.End })
		}
	}
	for {
		if q := qualifier(p.kind); q != 0 {
			p.next()
			continue
		}
		switch p.kind {
		case kwMutable:
			l.Mutable = true
			p.next()
			continue
		case kwConstexpr:
			p.next()
			continue
		case kwNoexcept:
			p.noexcept()
			continue
		case kwAttribute, LBrack:
			if p.kind == kwAttribute || p.peek(1) == LBrack {
				p.attributes(nil, new(Specifiers))
				continue
			}
		}
		break
	}
	if p.accept(Arrow) {
		l.Result = p.typeID()
	}
	switch {
	case p.kind == LBrace:
		l.Body = p.blockStmt()
	case !p.failed && p.asking == 0 && p.surplusBrace():
		l.Body = p.openBlock("expected body of lambda expression")
	default:
		p.expected("body of lambda expression")
		return nil
	}
	l.Range = p.from(start)
	return l
}

// placeholder reads auto. In the parameters of a lambda it names a template
// parameter that is invented for it.
func (p *parser) placeholder() TypeExpr {
	at := Range{p.tok.Pos, p.tok.End()}
	p.next()
	if p.invented == nil || p.asking > 0 {
		return &AutoType{Range: at}
	}
	name := "auto:" + strconv.Itoa(len(*p.invented)+1)
	*p.invented = append(*p.invented, TemplateParam{Range: at, Name: name})
	return &NamedType{Range: at, Name: Name{Range: at, Own: at.Start, Ident: name}}
}

// checkCapture refuses what is captured twice, or as it is by default.
func (p *parser) checkCapture(l *LambdaExpr, c *Capture) {
	switch {
	case slices.ContainsFunc(l.Captures, func(o Capture) bool { return o.This == c.This && o.Name == c.Name }):
		name := c.Name
		if c.This {
			name = "this"
		}
		p.complain("captured-twice", c.Span(), "'%s' can appear only once in a capture list", name)
	case c.This || c.Init != nil:
	case l.Default == "=" && !c.Ref:
		p.complain("captured-by-default", c.Span(), "'&' must precede a capture when the capture default is '='")
	case l.Default == "&" && c.Ref:
		p.complain("captured-by-default", c.Span(), "'&' cannot precede a capture when the capture default is '&'")
	}
}

func (p *parser) captures(l *LambdaExpr) {
	if (p.kind == Amp || p.kind == Assign) && (p.peek(1) == Comma || p.peek(1) == RBrack) {
		l.Default = p.kind.String()
		p.next()
		if !p.accept(Comma) {
			return
		}
	}
	for p.kind != RBrack && !p.failed {
		c := Capture{}
		start := p.tok.Pos
		c.Ref = p.accept(Amp)
		switch {
		case p.kind == kwThis:
			c.This = true
			p.next()
		case p.kind == Star && p.peek(1) == kwThis:
			c.This, c.Copy = true, true
			p.next()
			p.next()
		case p.kind == Ident:
			c.Name = p.text()
			id := p.id()
			p.next()
			switch p.kind {
			case Assign:
				p.next()
				c.Init = p.assignment()
			case LParen:
				at := p.tok.Pos
				args := p.args()
				c.Init = &ParenList{Range: p.from(at), Args: args}
			}
			if c.Init != nil {
				p.declareLocal(id, symbol{kind: symValue})
			}
			c.Pack = p.accept(Ellipsis)
		default:
			p.expected("variable name or 'this' in lambda capture list")
			return
		}
		c.Range = p.from(start)
		p.checkCapture(l, &c)
		l.Captures = append(l.Captures, c)
		if !p.accept(Comma) {
			return
		}
	}
}
