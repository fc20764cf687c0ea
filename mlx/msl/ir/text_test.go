package ir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTextRoundTrip(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ir")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		p, err := Parse(string(text))
		require.NoError(t, err, file)
		require.NoError(t, Verify(p), file)
		require.Equal(t, string(text), p.String(), file)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"bogus", `line 1: unexpected "bogus"`},
		{"func @f() {\n  %0:f33 = const 1\n}", `line 2: unknown type "f33"`},
		{"func @f() {\n  return", "line 2: the block has no end"},
		{"func @f() {\n  call @g\n}", "line 2: no function @g"},
		{"func @f() {\n}\nfunc @f() {\n}", "line 3: function f is declared twice"},
		{"func @f() {\n  %0:f32, %2:i32 = frexp %1\n}", "line 2: results must be consecutive registers"},
		{"func @f() {\n  %99999999:f32 = const 1\n}", "line 2: bad register %99999999"},
		{"func @f() {\n  %0:f32 = add %0 ! %0\n}", `line 2: unexpected "! %0"`},
	} {
		_, err := Parse(c.text)
		require.ErrorContains(t, err, c.want)
	}
}

func TestVerifyRefuses(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"%0:f32 = const 1\n%1:i32 = add %0, %0", "add: %0 is f32, want i32"},
		{"%0:bool = const true\n%1:bool = add %0, %0", "add on bool"},
		{"break", "break 0 is outside of any loop"},
		{"scope {\ncontinue\n}", "continue 0 does not name a loop's body"},
		{"loop {\nbreak\n} continuing {\ncontinue\n}", "continue 0 does not name a loop's body"},
		{"%0:ptr.thread = slotaddr.thread +3", "no thread slot 3"},
		{"reg %0:ptr.constant\n%1:f32 = const 1\nstore.f32.constant %0, %1", "store in address space constant"},
		{"reg %0:ptr.device\n%1:f32 = load.threadgroup %0", "load: %0 is ptr.device, want ptr.threadgroup"},
		{"%0:f32 = const 1\nif %0 {\n}", "if: %0 is f32, want bool"},
		{"return %0", "return of 1 values, want 0"},
		{"%0:u8 = const 256", ""},
		{"%0:f16 = bitcast.f32 %0", "bitcast f32 to f16"},
	} {
		p, err := Parse("func @f() {\n" + c.body + "\n}")
		require.NoError(t, err, c.body)
		if err := Verify(p); c.want != "" {
			require.ErrorContains(t, err, c.want, c.body)
			require.False(t, p.Verified())
		} else {
			require.NoError(t, err, c.body)
		}
	}
}

// TestVerifyRefusesMade covers what the text form cannot say.
func TestVerifyRefusesMade(t *testing.T) {
	for _, c := range []struct {
		in   Instr
		want string
	}{
		{Instr{Op: Loop, Dst: NoReg}, "loop has no blocks"},
		{Instr{Op: Unreachable, Dst: NoReg, Nest: &Nest{}}, "unreachable has blocks"},
		{Instr{Op: Print, Dst: NoReg, Imm: 1}, "no format 1"},
		{Instr{Op: NumOps, Dst: NoReg}, "invalid operation"},
		{Instr{Op: Add, Kind: 200, Dst: NoReg}, "add on invalid"},
	} {
		p := &Program{Formats: []string{"x"}, Funcs: []*Func{{Name: "f", Body: Block{c.in}}}}
		require.ErrorContains(t, Verify(p), "func f: "+c.want)
	}
}
