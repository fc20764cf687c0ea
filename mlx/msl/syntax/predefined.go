package syntax

import (
	"fmt"
	"slices"
	"strings"
)

// predefined are the macros that Metal's compiler defines for every unit,
// besides those that are computed and those of versioned.
const predefined = `#define __METAL__ 1
#define __METAL_MACOS__ 1
#define __METAL_OS__ 1
#define __HAVE_HALF__ 1
#define __HAVE_INT64__ 1
#define __HAVE_SIMDGROUP_MATRIX__ 1
#define __HAVE_SIMDGROUP_REDUCTION__ 1
#define __HAVE_SIMDGROUP_BALLOT__ 1
#define __HAVE_SIMDGROUP_FUTURE__ 1
#define __HAVE_QUADGROUP__ 1
#define __HAVE_ATOMIC_FLOAT__ 1
#define __HAVE_ATOMIC_ULONG__ 1
#define __HAVE_ATOMIC_ULONG_MIN_MAX__ 1
#define __HAVE_FMA__ 1
#define __APPLE__ 1
#define __clang__ 1
#define __clang_major__ 17
#define __clang_minor__ 0
#define __clang_patchlevel__ 0
#define __GNUC__ 4
#define __GNUC_MINOR__ 2
#define __GNUC_PATCHLEVEL__ 1
#define __STDC__ 1
#define __STDC_HOSTED__ 0
#define __LITTLE_ENDIAN__ 1
#define __ORDER_LITTLE_ENDIAN__ 1234
#define __ORDER_BIG_ENDIAN__ 4321
#define __BYTE_ORDER__ 1234
#define __LP64__ 1
#define __CHAR_BIT__ 8
#define __FLT_MAX__ 3.40282347e+38F
#define __FLT_MIN__ 1.17549435e-38F
#define __FLT_EPSILON__ 1.19209290e-7F
#define __FLT_DIG__ 6
#define __FLT_MANT_DIG__ 24
#define __FLT_DENORM_MIN__ 1.40129846e-45F
#define __FLT16_MAX__ 6.5504e+4h
#define __FLT16_MIN__ 6.103515625e-5h
#define __FLT16_EPSILON__ 9.765625e-4h
#define __FLT16_DENORM_MIN__ 5.9604644775390625e-8h
#define __SCHAR_MAX__ 127
#define __SHRT_MAX__ 32767
#define __INT_MAX__ 2147483647
#define __LONG_MAX__ 9223372036854775807L
#define __LONG_LONG_MAX__ 9223372036854775807LL
#define __INT8_MAX__ 127
#define __INT16_MAX__ 32767
#define __INT32_MAX__ 2147483647
#define __INT64_MAX__ 9223372036854775807L
#define __UINT8_MAX__ 255
#define __UINT16_MAX__ 65535
#define __UINT32_MAX__ 4294967295U
#define __UINT64_MAX__ 18446744073709551615UL
#define __SIZE_MAX__ 18446744073709551615UL
#define __INT8_TYPE__ signed char
#define __INT16_TYPE__ short
#define __INT32_TYPE__ int
#define __INT64_TYPE__ long
#define __UINT8_TYPE__ unsigned char
#define __UINT16_TYPE__ unsigned short
#define __UINT32_TYPE__ unsigned int
#define __UINT64_TYPE__ unsigned long
#define __SIZE_TYPE__ unsigned long
#define __PTRDIFF_TYPE__ long
#define __SIZEOF_SHORT__ 2
#define __SIZEOF_INT__ 4
#define __SIZEOF_FLOAT__ 4
#define __SIZEOF_SIZE_T__ 8
#define __SIZEOF_LONG__ 8
#define __SIZEOF_POINTER__ 8
#define __DATE__ "Jan  1 1970"
#define __TIME__ "00:00:00"
#define offsetof(t, d) __builtin_offsetof(t, d)
#define METAL_FUNC inline __attribute__((__always_inline__))
#define METAL_ALWAYS_INLINE __attribute__((__always_inline__))
#define METAL_NOINLINE __attribute__((__noinline__))
#define TARGET_OS_OSX 1
#define TARGET_OS_MAC 1
#define TARGET_OS_IOS 0
#define TARGET_OS_IPHONE 0
#define TARGET_OS_SIMULATOR 0
#define TARGET_OS_TV 0
`

// versioned are the predefined macros that tell a version of Metal, and of the
// first macOS that has it.
func versioned(metal int) string {
	cplusplus, macOS := "201402L", 130000
	switch {
	case metal >= 400:
		cplusplus, macOS = "201703L", 260000
	case metal >= 320:
		macOS = 150000
	case metal >= 310:
		macOS = 140000
	}
	text := fmt.Sprintf("#define __cplusplus %s\n#define __ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__ %d\n", cplusplus, macOS)
	if metal >= 310 {
		text += "#define __HAVE_BFLOAT__ 1\n"
	}
	if metal >= 320 {
		text += "#define __HAVE_LOGGING__ 1\n"
	}
	return text
}

// commandLine is the text of -D options, in the order of their names.
func commandLine(defines map[string]string) string {
	names := make([]string, 0, len(defines))
	for n := range defines {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	oneLine := strings.NewReplacer("\n", " ", "\r", " ")
	for _, n := range names {
		b.WriteString("#define " + oneLine.Replace(n) + " " + oneLine.Replace(defines[n]) + "\n")
	}
	return b.String()
}
