package dsl

import "github.com/zmlx/zmlx/mlx"

// index evaluates x[subscripts] with numpy's meaning.
func (ev *evaluator) index(e *Index) any {
	v := ev.eval(e.X)
	if list, ok := v.([]any); ok {
		return ev.element(e, list)
	}
	a := ev.array(e.X, v)
	items := make([]mlx.Index, len(e.Subs))
	for i, s := range e.Subs {
		items[i] = ev.subscript(s)
	}
	ev.begin(e)
	return a.Get(items...)
}

func (ev *evaluator) subscript(s Expr) mlx.Index {
	switch s := s.(type) {
	case *None:
		return mlx.NewAxis
	case *Ellipsis:
		return mlx.Ellipsis
	case *Slice:
		return ev.slice(s)
	}
	switch i := ev.eval(s).(type) {
	case int64:
		return ev.integer(s, i)
	case *mlx.Array:
		return i
	case []any:
		return ev.arrayOf(s, i)
	default:
		ev.fail(s.Pos(), "", "%s is not a subscript", describe(i))
		return nil
	}
}

func (ev *evaluator) slice(s *Slice) mlx.Span {
	bound := func(e Expr) *int {
		if e == nil {
			return nil
		}
		v := ev.eval(e)
		if _, ok := v.(none); ok {
			return nil
		}
		i := ev.integer(e, v)
		return &i
	}
	span := mlx.Span{Start: bound(s.Lo), Stop: bound(s.Hi)}
	if step := bound(s.Step); step != nil {
		if *step == 0 {
			ev.fail(s.Step.Pos(), "", "the step of a slice cannot be 0")
		}
		span.Step = *step
	}
	return span
}

// element is list[i] or list[i:j].
func (ev *evaluator) element(e *Index, list []any) any {
	if len(e.Subs) != 1 {
		ev.fail(e.Span, "", "a list has one axis")
	}
	norm := func(i int) int {
		if i < 0 {
			i += len(list)
		}
		return i
	}
	if s, ok := e.Subs[0].(*Slice); ok {
		span := ev.slice(s)
		from, to := 0, len(list)
		if span.Start != nil {
			from = min(max(norm(*span.Start), 0), len(list))
		}
		if span.Stop != nil {
			to = min(max(norm(*span.Stop), from), len(list))
		}
		if span.Step > 1 || span.Step < 0 {
			ev.fail(s.Span, "", "a list is sliced with step 1")
		}
		return list[from:max(from, to)]
	}
	i := norm(ev.integer(e.Subs[0], ev.eval(e.Subs[0])))
	if i < 0 || i >= len(list) {
		ev.fail(e.Subs[0].Pos(), "", "the index is out of range for a list of %d", len(list))
	}
	return list[i]
}

func (ev *evaluator) integer(e Expr, v any) int {
	i, ok := v.(int64)
	if !ok || i > 1<<40 || i < -1<<40 {
		ev.fail(e.Pos(), "", "wanted an integer, not %s", describe(v))
	}
	return int(i)
}
