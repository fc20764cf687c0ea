package program

import (
	"strconv"
	"strings"
)

// swiftCall calls what makes a text, a list or a dictionary in Swift by labels that Python
// has not; nil says that it is none of these.
func (m *machine) swiftCall(name string, args []arg) any {
	by := named(args)
	count, _ := by["count"].(int64)
	switch {
	case name == "int" && by["truncatingIfNeeded"] != nil:
		return toInt(by["truncatingIfNeeded"], Unknown{Text: "Int(truncatingIfNeeded:)"})
	case name == "str" && by["repeating"] != nil:
		if s, ok := by["repeating"].(string); ok && count >= 0 && count < maxText && m.spend(1, len(s)*int(count)) {
			return strings.Repeat(s, int(count))
		}
	case name == "list" && by["repeating"] != nil:
		if count < 0 || !m.spend(int(min(count, maxSteps)), 0) {
			break
		}
		out := &List{}
		for range count {
			out.Items = append(out.Items, by["repeating"])
		}
		return out
	case name == "str" && by["format"] != nil:
		format, ok := by["format"].(string)
		values := &List{tuple: true}
		for _, a := range args {
			if a.name == "" {
				values.Items = append(values.Items, a.value)
			}
		}
		if ok {
			return m.percent(strings.ReplaceAll(format, "%@", "%s"), values)
		}
	case name == "str":
		for _, label := range []string{"contentsOf", "contentsOfFile"} {
			if s, ok := str(by[label]); ok && by[label] != nil {
				return m.contents(s)
			}
		}
	case name == "dict" && by["uniqueKeysWithValues"] != nil:
		pairs, ok := m.items(by["uniqueKeysWithValues"])
		d := newDict()
		for _, p := range pairs {
			if l, isList := p.(*List); isList && len(l.Items) == 2 {
				d.set(l.Items[0], l.Items[1])
			} else {
				ok = false
			}
		}
		if ok {
			return d
		}
	}
	return nil
}

// described is what Swift writes otherwise than Python in a text.
func described(v any) any {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case Symbol: // of an element type, or a case
		return v.Last()
	case nil:
		return "nil"
	}
	return v
}

// resource is the path that a bundle gives a file by its name: beside the program.
func resource(args []arg) any {
	by := named(args)
	name, ok1 := by["forResource"].(string)
	ext, ok2 := by["withExtension"].(string)
	if ok1 && ok2 {
		return path(name + "." + ext)
	}
	return nil
}

// swiftMethod calls a method that lists have in Swift alone.
func (m *machine) swiftMethod(l *List, name string, args []arg) any {
	switch by := named(args, "separator"); name {
	case "joined":
		separator, _ := by["separator"].(string)
		return m.stringMethod(separator, "join", []any{l}, nil)
	case "enumerated":
		return m.iterate("enumerate", []any{l}, 0, Unknown{})
	case "map", "compactMap":
		if len(args) != 1 {
			break
		}
		out := &List{}
		for _, item := range l.Items {
			if !m.spend(1, 0) {
				return nil
			}
			to := []arg{{value: item}}
			pair, isPair := item.(*List)
			if f, ok := args[0].value.(*function); ok && isPair && f.def != nil && len(f.def.params) == len(pair.Items) && len(pair.Items) > 1 {
				to = nil
				for _, part := range pair.Items {
					to = append(to, arg{value: part})
				}
			}
			out.Items = append(out.Items, m.invoke(args[0].value, to))
		}
		return out
	}
	return nil
}
