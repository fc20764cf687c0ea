package kernels

import (
	"fmt"
	"math"
	"strconv"

	"github.com/zmlx/zmlx/kernels/codegen"
)

// ValueKind is the kind of a parameter's value.
type ValueKind uint8

// The kinds of values.
const (
	IntValue ValueKind = iota
	FloatValue
	BoolValue
)

// Value is an integer, a float or a bool.
type Value struct {
	Kind  ValueKind
	Int   int64
	Float float64
	Bool  bool
}

// Int makes an integer value.
func Int(i int64) Value { return Value{Kind: IntValue, Int: i} }

// Float makes a float value.
func Float(f float64) Value { return Value{Kind: FloatValue, Float: f} }

// Bool makes a truth value.
func Bool(b bool) Value { return Value{Kind: BoolValue, Bool: b} }

// ParseValue reads an integer, a float, true or false.
func ParseValue(s string) (Value, error) {
	switch s {
	case "true", "True":
		return Bool(true), nil
	case "false", "False":
		return Bool(false), nil
	}
	if i, err := strconv.ParseInt(s, 0, 64); err == nil {
		return Int(i), nil
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return Float(f), nil
	}
	return Value{}, fmt.Errorf("%q is not a number, true or false", s)
}

// String is the value as a spec writes it.
func (v Value) String() string {
	switch v.Kind {
	case FloatValue:
		return strconv.FormatFloat(v.Float, 'g', -1, 64)
	case BoolValue:
		return strconv.FormatBool(v.Bool)
	}
	return strconv.FormatInt(v.Int, 10)
}

// MarshalJSON writes the value as a JSON number or truth value; infinities and
// NaN are strings.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.Kind == FloatValue && (math.IsNaN(v.Float) || math.IsInf(v.Float, 0)) {
		return []byte(strconv.Quote(v.String())), nil
	}
	return []byte(v.String()), nil
}

// Any is the value as int64, float64 or bool.
func (v Value) Any() any {
	switch v.Kind {
	case FloatValue:
		return v.Float
	case BoolValue:
		return v.Bool
	}
	return v.Int
}

// float is the value as a number.
func (v Value) float() float64 {
	switch v.Kind {
	case FloatValue:
		return v.Float
	case BoolValue:
		return float64(v.int())
	}
	return float64(v.Int)
}

func (v Value) int() int64 {
	if v.Kind == BoolValue {
		if v.Bool {
			return 1
		}
		return 0
	}
	return v.Int
}

func (v Value) truth() bool {
	switch v.Kind {
	case FloatValue:
		return v.Float != 0
	case BoolValue:
		return v.Bool
	}
	return v.Int != 0
}

// constant is the value's definition in the Metal Shading Language.
func (v Value) constant(name string) string {
	switch v.Kind {
	case BoolValue:
		return fmt.Sprintf("constant constexpr bool %s = %t;", name, v.Bool)
	case FloatValue:
		return fmt.Sprintf("constant constexpr float %s = %s;", name, codegen.Float(v.Float))
	}
	if v.Int > math.MaxInt32 || v.Int < math.MinInt32 {
		if v.Int == math.MinInt64 {
			return fmt.Sprintf("constant constexpr long %s = -9223372036854775807l - 1;", name)
		}
		return fmt.Sprintf("constant constexpr long %s = %dl;", name, v.Int)
	}
	return fmt.Sprintf("constant constexpr int %s = %d;", name, v.Int)
}
