package workbench

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// functionConstants are the values of a command line for Metal's function
// constants, by index or name.
type functionConstants struct {
	given map[string]string
	taken map[string]bool
	known []string // those of the text: "2 (doubled)"
	err   error    // the first
}

// ask is a sema.FunctionConstant.
func (f *functionConstants) ask(name string, index int, typ string) []uint64 {
	if entry := fmt.Sprintf("%d (%s)", index, name); !slices.Contains(f.known, entry) {
		f.known = append(f.known, entry)
	}
	place := strconv.Itoa(index)
	text, byIndex := f.given[place]
	named, byName := f.given[name]
	f.taken[place], f.taken[name] = true, true
	bits, err := []uint64(nil), error(nil)
	switch {
	case byIndex && byName:
		err = usagef("", "function constant %d is given twice, as %s, too", index, name)
	case byIndex:
		bits, err = constantBits(text, typ)
	case byName:
		bits, err = constantBits(named, typ)
	}
	if err != nil && f.err == nil {
		f.err = usagef("", "function constant %d (%s %s): %v", index, typ, name, err)
	}
	return bits
}

// constantBits reads a value of a type, each of whose components becomes a
// number. A type before the value must be this one.
func constantBits(text, typ string) ([]uint64, error) {
	want, err := parseValueType(typ)
	if err != nil {
		return nil, err
	}
	if given, _, ok := strings.Cut(text, ":"); !ok {
		text = typ + ":" + text
	} else if t, err := parseValueType(given); err != nil || t != want {
		return nil, usagef("give the value alone", "%q is not of its type", text)
	}
	values, _, err := typedValues(text)
	if err != nil {
		return nil, err
	}
	if len(values.Data) != want.size {
		return nil, usagef("", "%q has not as many values as it: %d", text, want.n)
	}
	bits := make([]uint64, want.n)
	for i := range bits {
		var word [8]byte
		copy(word[:], values.Data[i*want.dtype.Size():][:want.dtype.Size()])
		bits[i] = binary.LittleEndian.Uint64(word[:])
	}
	return bits, nil
}

// unknown reports a value for a constant that the text does not have.
func (f *functionConstants) unknown() error {
	for _, key := range slices.Sorted(maps.Keys(f.given)) {
		if f.taken[key] {
			continue
		}
		next := ""
		if len(f.known) > 0 {
			next = "there are: " + strings.Join(f.known, ", ")
		}
		return usagef(next, "the file has no function constant %s", key)
	}
	return nil
}
