package program

import (
	"slices"
	"strings"
)

// commandLine is an argparse.ArgumentParser, or a group of one: its options have their defaults.
type commandLine struct{ options *object }

func newCommandLine() commandLine {
	c := &class{name: "Namespace", scope: &scope{vars: map[string]any{}}}
	c.linearize(nil)
	return commandLine{&object{class: c, attrs: map[string]any{}, guesses: map[string][]string{}}}
}

// call applies a method; nil says that it is not known.
func (p commandLine) call(name string, args []arg) any {
	switch name {
	case "add_argument":
		p.add(args)
		return none{}
	case "add_argument_group", "add_mutually_exclusive_group":
		return p
	case "parse_args":
		return p.options
	case "parse_known_args":
		return &List{Items: []any{p.options, &List{}}, tuple: true}
	case "set_defaults":
		for _, a := range args {
			p.options.attrs[a.name] = a.value
		}
		return none{}
	}
	return nil
}

// add gives an option its default, or else a plausible value.
func (p commandLine) add(args []arg) {
	by := named(args)
	flag, dest := "", ""
	for _, a := range args {
		if s, ok := a.value.(string); ok && a.name == "" && (flag == "" || strings.HasPrefix(s, "--")) && !strings.HasPrefix(flag, "--") {
			flag, dest = s, strings.ReplaceAll(strings.TrimLeft(s, "-"), "-", "_")
		}
	}
	if s, ok := by["dest"].(string); ok {
		dest = s
	}
	if dest == "" {
		return
	}
	v, isDefault := by["default"]
	typ, _ := by["type"].(Symbol)
	switch choices, _ := by["choices"].(*List); {
	case isDefault:
		if s, isText := v.(string); isText { // which argparse parses, as it does what is typed
			switch typ {
			case "builtins.int":
				v = toInt(s, Unknown{Text: flag})
			case "builtins.float":
				v = toFloat(s, Unknown{Text: flag})
			}
		}
	case by["action"] == "store_true" || by["action"] == "store_false":
		v, isDefault = by["action"] == "store_false", true
	case choices != nil && len(choices.Items) > 0:
		v = choices.Items[0]
	case typ == "builtins.int":
		n, ok := Guess(dest).(int64)
		if v = n; !ok {
			v = int64(64)
		}
	case typ == "builtins.float":
		v = 1.0
	default:
		v = Unknown{Text: flag}
	}
	if n := by["nargs"]; !isDefault && n != nil && n != "?" {
		times, _ := n.(int64) // "+" and "*" take as many as there are
		v = &List{Items: slices.Repeat([]any{v}, int(min(max(times, 1), 64)))}
	}
	p.options.attrs[dest] = v
	if text, ok := repr(v); ok {
		if isDefault {
			text += ", its default"
		}
		p.options.guesses[dest] = []string{flag + " is " + text}
	}
}
