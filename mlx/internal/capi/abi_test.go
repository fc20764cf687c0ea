package capi

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The parameters of C functions, a letter each:
//
//	p  pointer, handle (a structure of one pointer), size_t
//	i  int, enumeration
//	b  bool
//	o  optional int, float or enumeration: a structure {4 bytes, bool}
//	f  float
//	d  double
//
// These are all that the binding calls and that do not lie in eight integer
// registers: with floats, or with arguments on the stack.
var signatures = map[string]string{
	"mlx_arange":                                  "pdddip",
	"mlx_fast_layer_norm":                         "ppppfp",
	"mlx_fast_rms_norm":                           "pppfp",
	"mlx_fast_rope_dynamic":                       "ppibofppp",
	"mlx_fast_scaled_dot_product_attention":       "ppppfpppp",
	"mlx_conv_general":                            "pppppppppppppibp",
	"mlx_fast_metal_kernel_config_set_init_value": "pf",

	"mlx_gather_qmm":       "pppppppboopbp",
	"mlx_quantized_matmul": "pppppboopp",
	"mlx_dequantize":       "ppppooppop",
	"mlx_slice_update":     "pppppppppp",
}

// typedCalls are the functions that are called by a typed function.
var typedCalls = map[string]string{
	"mlx_arange": "arange", "mlx_fast_layer_norm": "layerNorm", "mlx_fast_rms_norm": "rmsNorm", "mlx_fast_rope_dynamic": "ropeDynamic",
	"mlx_fast_scaled_dot_product_attention": "attention", "mlx_conv_general": "conv", "mlx_fast_metal_kernel_config_set_init_value": "kernelInit",
}

// letters maps a letter to its size, its alignment, and whether it goes to a
// floating-point register.
var letters = map[rune]struct {
	size, align int
	float       bool
}{'p': {8, 8, false}, 'i': {4, 4, false}, 'b': {1, 1, false}, 'o': {8, 4, false}, 'f': {4, 4, true}, 'd': {8, 8, true}}

// place is where an argument goes: x0 to x7, v0 to v7, or an offset of the
// stack.
type place struct {
	bank   byte // 'x', 'v' or 's'
	number int
}

// darwin lays arguments out as Apple's arm64 does: what does not fit in
// registers is packed by its natural size.
func darwin(signature string) (places []place) { return layOut(signature, true) }

// words lays them out in words of 8 bytes, as a call of words does.
func words(signature string) (places []place) { return layOut(signature, false) }

func layOut(signature string, packed bool) (places []place) {
	ints, floats, stack := 0, 0, 0
	for _, l := range signature {
		k := letters[l]
		switch {
		case k.float && floats < 8:
			places = append(places, place{'v', floats})
			floats++
		case !k.float && ints < 8:
			places = append(places, place{'x', ints})
			ints++
		default:
			size, align := 8, 8
			if packed {
				size, align = k.size, k.align
			}
			stack = (stack + align - 1) / align * align
			places = append(places, place{'s', stack})
			stack += size
		}
	}
	return places
}

// TestTypedCallsHaveTheirSignature wants the Go types of typed calls to be the
// C types, class by class and byte by byte, and none that is laid out wrongly:
// a slice that spills to the stack is, on darwin/arm64, and a string is copied.
func TestTypedCallsHaveTheirSignature(t *testing.T) {
	fields := reflect.TypeOf(floatCalls{})
	require.Equal(t, fields.NumField(), len(typedCalls))
	for name, field := range typedCalls {
		f, ok := fields.FieldByName(field)
		require.True(t, ok, field)
		var got strings.Builder
		for i := range f.Type.NumIn() {
			in := f.Type.In(i)
			switch in.Kind() {
			case reflect.Pointer, reflect.Uintptr:
				got.WriteByte('p')
			case reflect.Uint64: // a size_t, or an optional by its word
				got.WriteByte(signatures[name][i])
				require.Contains(t, "po", string(signatures[name][i]), name)
			case reflect.Int32:
				got.WriteByte('i')
			case reflect.Bool:
				got.WriteByte('b')
			case reflect.Float32:
				got.WriteByte('f')
			case reflect.Float64:
				got.WriteByte('d')
			default:
				t.Errorf("%s: argument %d is a %v", name, i, in)
			}
		}
		require.Equal(t, signatures[name], got.String(), name)
		require.Equal(t, reflect.Int32, f.Type.Out(0).Kind())
	}
}

// TestStackArguments wants words to be right where calls are made of words,
// and the one that needs a typed call to be one.
func TestStackArguments(t *testing.T) {
	for name, signature := range signatures {
		same := reflect.DeepEqual(darwin(signature), words(signature))
		if _, typed := typedCalls[name]; !typed {
			require.True(t, same, "%s must be a typed call: its arguments are packed on darwin/arm64", name)
			require.NotContains(t, signature, "f", name)
			require.NotContains(t, signature, "d", name)
		}
		if name == "mlx_conv_general" {
			require.False(t, same, "its int and bool lie on the stack")
			at := darwin(signature)
			require.Equal(t, []place{{'s', 40}, {'s', 44}, {'s', 48}}, at[13:], "groups, flip, stream")
		}
	}
}

// TestOptionals wants an optional to be one word with the image of C's
// structure.
func TestOptionals(t *testing.T) {
	type optional struct {
		value float32
		has   bool
	}
	require.Equal(t, uintptr(8), unsafe.Sizeof(optional{}))
	for _, v := range []float32{0, 1, -2.5, 10000} {
		image := optional{v, true}
		bits := *(*uint32)(unsafe.Pointer(&image.value))
		word := Optional(bits)
		got := *(*optional)(unsafe.Pointer(&word))
		require.Equal(t, image, got)
	}
	none := uint64(0)
	require.Equal(t, optional{}, *(*optional)(unsafe.Pointer(&none)))
	require.Equal(t, []place{{'x', 0}, {'x', 1}, {'x', 2}, {'x', 3}, {'x', 4}, {'v', 0}, {'x', 5}, {'x', 6}, {'x', 7}}, darwin(signatures["mlx_fast_rope_dynamic"]),
		"an optional float is in an integer register")
}

// TestHandlesAreWords wants handles to be what C passes: structures of one
// pointer, in one register, as an argument and as a result.
func TestHandlesAreWords(t *testing.T) {
	require.Equal(t, unsafe.Sizeof(uintptr(0)), unsafe.Sizeof(Handle(0)))
	for _, name := range Symbols() {
		require.NotContains(t, name, "iterator", "iterators are two words, and need calls of their own")
		require.NotContains(t, name, "mlx_io_", "tables of functions are passed by value")
	}
}
