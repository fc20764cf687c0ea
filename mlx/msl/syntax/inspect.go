package syntax

import "reflect"

// Inspect calls f for a node and everything below it, a node before its parts.
func Inspect(n Node, f func(Node)) {
	if n == nil || reflect.ValueOf(n).IsZero() {
		return
	}
	f(n)
	inspect(reflect.ValueOf(n), f)
}

var nodeType = reflect.TypeFor[Node]()

// inspect looks for nodes in the parts of a value.
func inspect(v reflect.Value, f func(Node)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			inspect(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			part(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				part(v.Field(i), f)
			}
		}
	}
}

func part(v reflect.Value, f func(Node)) {
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		if v.Type().Implements(nodeType) {
			Inspect(v.Interface().(Node), f)
			return
		}
	}
	inspect(v, f)
}
