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

// TestVerifyRefusesPrograms covers what more than one instruction is wrong with.
func TestVerifyRefusesPrograms(t *testing.T) {
	u32, device := Type{Kind: U32}, Type{Ptr, Device}
	call := Instr{Op: Call, Dst: NoReg, Imm: 1}
	for want, p := range map[string]*Program{
		"register %0 has type invalid":        {Funcs: []*Func{{Regs: []Type{{Kind: 200}}}}},
		"slot s of 4 bytes aligned to 3":      {Funcs: []*Func{{Private: []Slot{{Name: "s", Size: 4, Align: 3}}}}},
		"no register %1":                      {Funcs: []*Func{{Regs: []Type{u32}, Params: []Reg{1}}}},
		"no register %-1":                     {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Call, Dst: NoReg, Imm: 1, Args: []Reg{0}}}}, {Regs: []Type{u32}, Params: []Reg{-1}}}},
		"call: %0 is u32, want ptr.device":    {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Call, Dst: 0, Imm: 1}}}, {Results: []Type{device}}}},
		"call of g with 0 arguments, want 1":  {Funcs: []*Func{{Body: Block{call}}, {Name: "g", Regs: []Type{u32}, Params: []Reg{0}}}},
		"barrier has no result to assign":     {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Barrier, Dst: 0}}}}},
		"add: %0 is ptr.device, want u32":     {Funcs: []*Func{{Regs: []Type{device, u32}, Body: Block{{Op: Add, Kind: U32, Dst: 0, Args: []Reg{1, 1}}}}}},
		"mov: %1 is ptr.device, want ptr.thr": {Funcs: []*Func{{Regs: []Type{{Ptr, Thread}, device}, Body: Block{{Op: Mov, Kind: Ptr, Dst: 1, Args: []Reg{0}}}}}},
		"convert void to u32":                 {Funcs: []*Func{{Regs: []Type{u32, {}}, Body: Block{{Op: Convert, Kind: U32, Dst: 0, Args: []Reg{1}}}}}},
		"print: %0 is never assigned":         {Formats: []string{"x"}, Funcs: []*Func{{Regs: []Type{{}}, Body: Block{{Op: Print, Dst: NoReg, Args: []Reg{0}}}}}},
		"function constant c is 1 f32":        {FuncConst: []FunctionConstant{{Name: "c", Kind: F32, N: 1}}, Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: FuncConst, Kind: U32, Dst: 0}}}}},
		"no function -1":                      {Entries: []*Entry{{Name: "f", Func: -1}}},
	} {
		require.ErrorContains(t, Verify(p), want)
		require.False(t, p.Verified())
	}
}
