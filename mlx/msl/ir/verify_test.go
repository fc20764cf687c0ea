package ir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

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
		{"reg %0:ptr.device\n%1:i32 = convert.ptr %0", "convert ptr to i32"},
		{"reg %0:ptr.device\n%1:u64 = convert.ptr %0\n%2:ptr.thread = convert.u64 %1", ""},
		{"reg %0:ptr.device\n%1:f32 = const 1\natomicadd.f32.constant %0, %1", "atomicadd in address space constant"},
		{"reg %0:ptr.device\n%1:i64 = const 1\natomicadd.i64.device %0, %1", ""},
		{"reg %0:ptr.device\n%1:u64 = const 1\ncopymem.device +8, %0, %1", "copymem: %1 is u64, want ptr.none"},
		{"reg %0:ptr.device\n%1:u64 = bitcast.ptr %0", "bitcast ptr to u64"},
		{"%0:u64 = const 1\n%1:ptr.device = bitcast.u64 %0", "bitcast u64 to ptr"},
		{"reg %0:ptr.device\n%1:u16 = const 1\natomicadd.u16.device %0, %1", "atomicadd on u16"},
		{"%0:ptr.device = slotaddr.device +0", "slotaddr in address space device"},
		{"loop {\nscope {\nbreak +2\n}\n}", "break 2 is outside of any loop"},
		{"loop {\nscope {\nbreak +1\ncontinue +1\n}\n}", ""},
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
		{Instr{Op: Print, Dst: NoReg, Args: []Reg{9}}, "no register %9"},
		{Instr{Op: NumOps, Dst: NoReg}, "invalid operation"},
		{Instr{Op: Invalid, Kind: F32, Dst: NoReg}, "invalid operation"},
		{Instr{Op: Add, Kind: 200, Dst: NoReg}, "add on invalid"},
		{Instr{Op: Neg, Kind: F32, Dst: 0, Args: []Reg{0, 0}}, "neg has 2 operands, want 1"},
		{Instr{Op: Neg, Kind: F32, Dst: 0}, "neg has 0 operands, want 1"},
		{Instr{Op: Neg, Kind: F32, Dst: 0, Args: []Reg{9}}, "no register %9"},
		{Instr{Op: Neg, Kind: F32, Dst: 0, Args: []Reg{-1}}, "no register %-1"},
		{Instr{Op: Neg, Kind: F32, Dst: 9, Args: []Reg{0}}, "no register %9"},
		{Instr{Op: Neg, Kind: F32, Dst: NoReg, Args: []Reg{0}}, "neg has no result"},
		{Instr{Op: Frexp, Kind: F32, Dst: 0, Args: []Reg{0}}, "no register %1"},
		{Instr{Op: PtrAdd, Kind: Ptr, Dst: NoReg}, "ptradd has 0 operands, want 2"},
		{Instr{Op: Scope, Dst: NoReg, Nest: &Nest{Else: Block{{Op: Unreachable, Dst: NoReg}}}}, "scope has a continuing block"},
		{Instr{Op: Const, Kind: U8, Dst: NoReg, Imm: 256}, "constant 0x100 does not fit u8"},
		{Instr{Op: Store, Kind: F32, Space: Device, N: MaxScalars + 1, Dst: NoReg, Args: make([]Reg, MaxScalars+2)}, "store of 33 values, which are at most 32"},
	} {
		p := &Program{Formats: []string{"x"}, Funcs: []*Func{{Name: "f", Regs: []Type{{Kind: F32}}, Body: Block{c.in}}}}
		require.ErrorContains(t, Verify(p), "func f: "+c.want)
	}
}

// TestVerifyRefusesPrograms covers what more than one instruction is wrong with.
func TestVerifyRefusesPrograms(t *testing.T) {
	u32, device := Type{Kind: U32}, Type{Ptr, Device}
	call := Instr{Op: Call, Dst: NoReg, Imm: 1}
	for want, p := range map[string]*Program{
		"register %0 has type invalid":              {Funcs: []*Func{{Regs: []Type{{Kind: 200}}}}},
		"register %0 has type f32":                  {Funcs: []*Func{{Regs: []Type{{F32, Device}}}}},
		"register %0 has type ptr.none":             {Funcs: []*Func{{Regs: []Type{{Kind: Ptr}}}}},
		"register %0 has type ptr.invalid":          {Funcs: []*Func{{Regs: []Type{{Ptr, 9}}}}},
		"call: %0 is u32, want f32":                 {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Call, Dst: NoReg, Imm: 1, Args: []Reg{0}}}}, {Regs: []Type{{Kind: F32}}, Params: []Reg{0}}}},
		"entry k: no register %3":                   {Funcs: []*Func{{Params: []Reg{3}}}, Entries: []*Entry{{Name: "k", Args: []Arg{{Kind: ArgThreadgroup}}}}},
		"result of type void":                       {Funcs: []*Func{{Results: []Type{{}}}}},
		"parameter %0 has type void":                {Funcs: []*Func{{Regs: []Type{{}}, Params: []Reg{0}}}},
		"slot s of -4 bytes":                        {Funcs: []*Func{{Threadgroup: []Slot{{Name: "s", Size: -4, Align: 4}}}}},
		"slot s of 4 bytes aligned to 0":            {Funcs: []*Func{{Private: []Slot{{Name: "s", Size: 4}}}}},
		"constant 0 has alignment 3":                {Constants: []Data{{Align: 3}}},
		"slot s of 4 bytes aligned to 3":            {Funcs: []*Func{{Private: []Slot{{Name: "s", Size: 4, Align: 3}}}}},
		"no register %1":                            {Funcs: []*Func{{Regs: []Type{u32}, Params: []Reg{1}}}},
		"no register %-1":                           {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Call, Dst: NoReg, Imm: 1, Args: []Reg{0}}}}, {Regs: []Type{u32}, Params: []Reg{-1}}}},
		"no register %2":                            {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Call, Dst: NoReg, Imm: 1, Args: []Reg{0}}}}, {Regs: []Type{u32}, Params: []Reg{2}}}},
		"call of function 1":                        {Funcs: []*Func{{Body: Block{call}}}},
		"call: %0 is u32, want ptr.device":          {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Call, Dst: 0, Imm: 1}}}, {Results: []Type{device}}}},
		"call of g with 0 arguments, want 1":        {Funcs: []*Func{{Body: Block{call}}, {Name: "g", Regs: []Type{u32}, Params: []Reg{0}}}},
		"barrier has no result to assign":           {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: Barrier, Dst: 0}}}}},
		"add: %0 is ptr.device, want u32":           {Funcs: []*Func{{Regs: []Type{device, u32}, Body: Block{{Op: Add, Kind: U32, Dst: 0, Args: []Reg{1, 1}}}}}},
		"ptradd: %1 is ptr.device, want ptr.thread": {Funcs: []*Func{{Regs: []Type{{Kind: I64}, device}, Body: Block{{Op: PtrAdd, Kind: Ptr, Space: Thread, Dst: 1, Args: []Reg{1, 0}}}}}},
		"mov: %1 is ptr.device, want ptr.thr":       {Funcs: []*Func{{Regs: []Type{{Ptr, Thread}, device}, Body: Block{{Op: Mov, Kind: Ptr, Dst: 1, Args: []Reg{0}}}}}},
		"convert void to u32":                       {Funcs: []*Func{{Regs: []Type{u32, {}}, Body: Block{{Op: Convert, Kind: U32, Dst: 0, Args: []Reg{1}}}}}},
		"print: %0 is never assigned":               {Formats: []string{"x"}, Funcs: []*Func{{Regs: []Type{{}}, Body: Block{{Op: Print, Dst: NoReg, Args: []Reg{0}}}}}},
		"function constant c is 1 f32":              {FuncConst: []FunctionConstant{{Name: "c", Kind: F32, N: 1}}, Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: FuncConst, Kind: U32, Dst: 0}}}}},
		"function constant c is 2 u32":              {FuncConst: []FunctionConstant{{Name: "c", Kind: U32, N: 2}}, Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: FuncConst, Kind: U32, Dst: 0}}}}},
		"no function constant 0":                    {Funcs: []*Func{{Regs: []Type{u32}, Body: Block{{Op: FuncConst, Kind: U32, Dst: 0}}}}},
		"no constant 0":                             {Funcs: []*Func{{Regs: []Type{{Ptr, Constant}}, Body: Block{{Op: ConstAddr, Kind: Ptr, Dst: 0}}}}},
		"no function 0":                             {Entries: []*Entry{{Name: "f"}}},
		"no function -1":                            {Entries: []*Entry{{Name: "f", Func: -1}}},
	} {
		require.ErrorContains(t, Verify(p), want)
		require.False(t, p.Verified())
	}
}

func TestVerifyEntries(t *testing.T) {
	u16, u32 := Type{Kind: U16}, Type{Kind: U32}
	device, constant, group := Type{Ptr, Device}, Type{Ptr, Constant}, Type{Ptr, Threadgroup}
	builtin := func(b Builtin, k Kind, n int) Arg {
		return Arg{Kind: ArgBuiltin, Name: "b", Builtin: b, Scalar: k, N: n}
	}
	for _, c := range []struct {
		args   []Arg
		params []Type
		want   string
	}{
		{[]Arg{{Kind: ArgBuffer, Space: Device}, {Kind: ArgBuffer, Space: Constant}, {Kind: ArgThreadgroup}}, []Type{device, constant, group}, ""},
		{[]Arg{builtin(ThreadPositionInGrid, U32, 3), builtin(GridSize, U16, 1)}, []Type{u32, u32, u32, u16}, ""},
		{[]Arg{{Kind: ArgBuffer, Name: "a", Space: Threadgroup}}, []Type{group}, "buffer a in address space threadgroup"},
		{[]Arg{{Kind: ArgBuffer, Space: Device}}, []Type{constant}, "parameter %0 is ptr.constant, want ptr.device"},
		{[]Arg{{Kind: ArgThreadgroup}}, nil, "0 parameter registers, want 1"},
		{[]Arg{builtin(ThreadPositionInGrid, U32, 2)}, []Type{u32}, "1 parameter registers, want 2"},
		{[]Arg{builtin(ThreadPositionInGrid, U32, 1)}, []Type{u16}, "parameter %0 is u16, want u32"},
		{[]Arg{builtin(ThreadPositionInGrid, I32, 1)}, []Type{{Kind: I32}}, "builtin argument b"},
		{[]Arg{builtin(ThreadPositionInGrid, U32, 0)}, nil, "builtin argument b"},
		{[]Arg{builtin(ThreadPositionInGrid, U32, 4)}, []Type{u32, u32, u32, u32}, "builtin argument b"},
		{[]Arg{builtin(NoBuiltin, U32, 1)}, []Type{u32}, "builtin argument b"},
		{[]Arg{builtin(GridSize+1, U32, 1)}, []Type{u32}, "builtin argument b"},
		{[]Arg{{Kind: 200, Name: "a"}}, nil, "argument a of unknown kind"},
	} {
		f := &Func{Regs: append(c.params, Type{})} // with a register that nothing uses
		for i := range c.params {
			f.Params = append(f.Params, Reg(i))
		}
		p := &Program{Funcs: []*Func{f}, Entries: []*Entry{{Name: "k", Args: c.args}}}
		if err := Verify(p); c.want != "" {
			require.ErrorContains(t, err, "entry k: "+c.want)
		} else {
			require.NoError(t, err)
		}
		f.Results = []Type{u32}
		require.ErrorContains(t, Verify(p), "entry k: a kernel returns nothing")
		p.Entries[0].Func, f.Results = 1, nil
		require.ErrorContains(t, Verify(p), "entry k: no function 1")
	}
}
