package wasmcode

// Op is a WebAssembly instruction.
type Op uint16

// The instructions that the lowering uses, named as in the specification.
const (
	Unreachable Op = iota
	Block
	Loop
	If
	Else
	End
	Br
	BrIf
	Return
	Call
	Drop
	Select
	LocalGet
	LocalSet
	LocalTee
	I32Load
	I64Load
	F32Load
	I32Load8S
	I32Load8U
	I32Load16S
	I32Load16U
	I32Store
	I64Store
	F32Store
	I32Store8
	I32Store16
	I32Const
	I64Const
	F32Const
	F64Const
	I32Eqz
	I32Eq
	I32Ne
	I32LtS
	I32LtU
	I32GtS
	I32GtU
	I32LeS
	I32LeU
	I32GeS
	I32GeU
	I64Eqz
	I64Eq
	I64Ne
	I64LtS
	I64LtU
	I64GtU
	I64LeS
	I64LeU
	I64GeS
	F32Eq
	F32Ne
	F32Lt
	F32Le
	F32Ge
	F64Lt
	F64Gt
	F64Ge
	I32Clz
	I32Ctz
	I32Popcnt
	I32Add
	I32Sub
	I32Mul
	I32DivS
	I32DivU
	I32RemS
	I32RemU
	I32And
	I32Or
	I32Xor
	I32Shl
	I32ShrS
	I32ShrU
	I32Rotl
	I64Clz
	I64Ctz
	I64Popcnt
	I64Add
	I64Sub
	I64Mul
	I64DivS
	I64DivU
	I64RemS
	I64RemU
	I64And
	I64Or
	I64Xor
	I64Shl
	I64ShrS
	I64ShrU
	I64Rotl
	F32Abs
	F32Neg
	F32Ceil
	F32Floor
	F32Trunc
	F32Nearest
	F32Sqrt
	F32Add
	F32Sub
	F32Mul
	F32Div
	F32Copysign
	F64Sqrt
	F64Sub
	F64Mul
	F64Div
	I32WrapI64
	I64ExtendI32S
	I64ExtendI32U
	F32ConvertI32S
	F32ConvertI32U
	F32ConvertI64S
	F32ConvertI64U
	F32DemoteF64
	F64PromoteF32
	I32ReinterpretF32
	I64ReinterpretF64
	F32ReinterpretI32
	F64ReinterpretI64
	I32Extend8S
	I32Extend16S
	I32TruncSatF32S
	I32TruncSatF32U
	I64TruncSatF32S
	I64TruncSatF32U
	MemoryFill
	V128Load
	V128Load16x4U
	V128Store
	V128Const
	I8x16Shuffle
	I8x16Swizzle
	I32x4Splat
	I64x2Splat
	F32x4Splat
	I32x4ExtractLane
	I32x4ReplaceLane
	I64x2ExtractLane
	I64x2ReplaceLane
	F32x4ExtractLane
	F32x4ReplaceLane
	I32x4Eq
	I32x4Ne
	I32x4LtS
	I32x4LtU
	I32x4GtS
	I8x16NarrowI16x8S
	I8x16NarrowI16x8U
	I16x8NarrowI32x4S
	I16x8NarrowI32x4U
	I32x4GtU
	I32x4LeS
	I32x4LeU
	I32x4GeU
	F32x4Eq
	F32x4Ne
	F32x4Lt
	F32x4Le
	F32x4Ge
	F64x2Eq
	F64x2Ne
	F64x2Gt
	V128Not
	V128And
	V128Andnot
	V128Or
	V128Xor
	V128Bitselect
	V128AnyTrue
	V128Load8Lane
	V128Load16Lane
	V128Load32Lane
	V128Load64Lane
	V128Store8Lane
	V128Store16Lane
	V128Store32Lane
	V128Store64Lane
	V128Load32Zero
	V128Load64Zero
	F32x4DemoteF64x2Zero
	F64x2PromoteLowF32x4
	F32x4Ceil
	F32x4Floor
	F32x4Trunc
	F32x4Nearest
	I8x16Sub
	I16x8ExtendLowI8x16U
	I32x4Abs
	I32x4Neg
	I32x4AllTrue
	I32x4Bitmask
	I32x4ExtendLowI16x8U
	I32x4Shl
	I32x4ShrS
	I32x4ShrU
	I32x4Add
	I32x4Sub
	I32x4Mul
	I32x4MinS
	I32x4MinU
	I32x4MaxS
	I32x4MaxU
	I64x2Neg
	I64x2ExtendLowI32x4S
	I64x2ExtendHighI32x4S
	I64x2ExtendLowI32x4U
	I64x2ExtendHighI32x4U
	I64x2Shl
	I64x2ShrS
	I64x2ShrU
	I64x2Add
	I64x2Sub
	I64x2Mul
	I64x2Bitmask
	I64x2Eq
	I64x2Ne
	I64x2LtS
	I64x2LeS
	I32x4DotI16x8S
	F32x4Sqrt
	F32x4Add
	F32x4Sub
	F32x4Mul
	F32x4Div
	F32x4Pmin
	F32x4Pmax
	F64x2Abs
	F64x2Sqrt
	F64x2Add
	F64x2Sub
	F64x2Mul
	F64x2Div
	I32x4TruncSatF32x4S
	I32x4TruncSatF32x4U
	F32x4ConvertI32x4S
	F32x4ConvertI32x4U
	I32x4TruncSatF64x2SZero
	I32x4TruncSatF64x2UZero
	F64x2ConvertLowI32x4S
	F64x2ConvertLowI32x4U
	I32AtomicLoad
	I32AtomicStore
	I32AtomicRmwAdd
	I32AtomicRmwSub
	I32AtomicRmwAnd
	I32AtomicRmwOr
	I32AtomicRmwXor
	I32AtomicRmwXchg
	I32AtomicRmwCmpxchg
	I64AtomicRmwCmpxchg
	I64AtomicLoad
	I32AtomicLoad8U
	I32AtomicStore8
	I32AtomicRmw8XchgU
	I32AtomicRmw8CmpxchgU
)

var opTable = [...]opInfo{
	Unreachable:             {"unreachable", 0, 0x0, immNone},
	Block:                   {"block", 0, 0x2, immBlock},
	Loop:                    {"loop", 0, 0x3, immBlock},
	If:                      {"if", 0, 0x4, immBlock},
	Else:                    {"else", 0, 0x5, immNone},
	End:                     {"end", 0, 0xb, immNone},
	Br:                      {"br", 0, 0xc, immLabel},
	BrIf:                    {"br_if", 0, 0xd, immLabel},
	Return:                  {"return", 0, 0xf, immNone},
	Call:                    {"call", 0, 0x10, immIndex},
	Drop:                    {"drop", 0, 0x1a, immNone},
	Select:                  {"select", 0, 0x1b, immNone},
	LocalGet:                {"local.get", 0, 0x20, immIndex},
	LocalSet:                {"local.set", 0, 0x21, immIndex},
	LocalTee:                {"local.tee", 0, 0x22, immIndex},
	I32Load:                 {"i32.load", 0, 0x28, immMem},
	I64Load:                 {"i64.load", 0, 0x29, immMem},
	F32Load:                 {"f32.load", 0, 0x2a, immMem},
	I32Load8S:               {"i32.load8_s", 0, 0x2c, immMem},
	I32Load8U:               {"i32.load8_u", 0, 0x2d, immMem},
	I32Load16S:              {"i32.load16_s", 0, 0x2e, immMem},
	I32Load16U:              {"i32.load16_u", 0, 0x2f, immMem},
	I32Store:                {"i32.store", 0, 0x36, immMem},
	I64Store:                {"i64.store", 0, 0x37, immMem},
	F32Store:                {"f32.store", 0, 0x38, immMem},
	I32Store8:               {"i32.store8", 0, 0x3a, immMem},
	I32Store16:              {"i32.store16", 0, 0x3b, immMem},
	I32Const:                {"i32.const", 0, 0x41, immI32},
	I64Const:                {"i64.const", 0, 0x42, immI64},
	F32Const:                {"f32.const", 0, 0x43, immF32},
	F64Const:                {"f64.const", 0, 0x44, immF64},
	I32Eqz:                  {"i32.eqz", 0, 0x45, immNone},
	I32Eq:                   {"i32.eq", 0, 0x46, immNone},
	I32Ne:                   {"i32.ne", 0, 0x47, immNone},
	I32LtS:                  {"i32.lt_s", 0, 0x48, immNone},
	I32LtU:                  {"i32.lt_u", 0, 0x49, immNone},
	I32GtS:                  {"i32.gt_s", 0, 0x4a, immNone},
	I32GtU:                  {"i32.gt_u", 0, 0x4b, immNone},
	I32LeS:                  {"i32.le_s", 0, 0x4c, immNone},
	I32LeU:                  {"i32.le_u", 0, 0x4d, immNone},
	I32GeS:                  {"i32.ge_s", 0, 0x4e, immNone},
	I32GeU:                  {"i32.ge_u", 0, 0x4f, immNone},
	I64Eqz:                  {"i64.eqz", 0, 0x50, immNone},
	I64Eq:                   {"i64.eq", 0, 0x51, immNone},
	I64Ne:                   {"i64.ne", 0, 0x52, immNone},
	I64LtS:                  {"i64.lt_s", 0, 0x53, immNone},
	I64LtU:                  {"i64.lt_u", 0, 0x54, immNone},
	I64GtU:                  {"i64.gt_u", 0, 0x56, immNone},
	I64LeS:                  {"i64.le_s", 0, 0x57, immNone},
	I64LeU:                  {"i64.le_u", 0, 0x58, immNone},
	I64GeS:                  {"i64.ge_s", 0, 0x59, immNone},
	F32Eq:                   {"f32.eq", 0, 0x5b, immNone},
	F32Ne:                   {"f32.ne", 0, 0x5c, immNone},
	F32Lt:                   {"f32.lt", 0, 0x5d, immNone},
	F32Le:                   {"f32.le", 0, 0x5f, immNone},
	F32Ge:                   {"f32.ge", 0, 0x60, immNone},
	F64Lt:                   {"f64.lt", 0, 0x63, immNone},
	F64Gt:                   {"f64.gt", 0, 0x64, immNone},
	F64Ge:                   {"f64.ge", 0, 0x66, immNone},
	I32Clz:                  {"i32.clz", 0, 0x67, immNone},
	I32Ctz:                  {"i32.ctz", 0, 0x68, immNone},
	I32Popcnt:               {"i32.popcnt", 0, 0x69, immNone},
	I32Add:                  {"i32.add", 0, 0x6a, immNone},
	I32Sub:                  {"i32.sub", 0, 0x6b, immNone},
	I32Mul:                  {"i32.mul", 0, 0x6c, immNone},
	I32DivS:                 {"i32.div_s", 0, 0x6d, immNone},
	I32DivU:                 {"i32.div_u", 0, 0x6e, immNone},
	I32RemS:                 {"i32.rem_s", 0, 0x6f, immNone},
	I32RemU:                 {"i32.rem_u", 0, 0x70, immNone},
	I32And:                  {"i32.and", 0, 0x71, immNone},
	I32Or:                   {"i32.or", 0, 0x72, immNone},
	I32Xor:                  {"i32.xor", 0, 0x73, immNone},
	I32Shl:                  {"i32.shl", 0, 0x74, immNone},
	I32ShrS:                 {"i32.shr_s", 0, 0x75, immNone},
	I32ShrU:                 {"i32.shr_u", 0, 0x76, immNone},
	I32Rotl:                 {"i32.rotl", 0, 0x77, immNone},
	I64Clz:                  {"i64.clz", 0, 0x79, immNone},
	I64Ctz:                  {"i64.ctz", 0, 0x7a, immNone},
	I64Popcnt:               {"i64.popcnt", 0, 0x7b, immNone},
	I64Add:                  {"i64.add", 0, 0x7c, immNone},
	I64Sub:                  {"i64.sub", 0, 0x7d, immNone},
	I64Mul:                  {"i64.mul", 0, 0x7e, immNone},
	I64DivS:                 {"i64.div_s", 0, 0x7f, immNone},
	I64DivU:                 {"i64.div_u", 0, 0x80, immNone},
	I64RemS:                 {"i64.rem_s", 0, 0x81, immNone},
	I64RemU:                 {"i64.rem_u", 0, 0x82, immNone},
	I64And:                  {"i64.and", 0, 0x83, immNone},
	I64Or:                   {"i64.or", 0, 0x84, immNone},
	I64Xor:                  {"i64.xor", 0, 0x85, immNone},
	I64Shl:                  {"i64.shl", 0, 0x86, immNone},
	I64ShrS:                 {"i64.shr_s", 0, 0x87, immNone},
	I64ShrU:                 {"i64.shr_u", 0, 0x88, immNone},
	I64Rotl:                 {"i64.rotl", 0, 0x89, immNone},
	F32Abs:                  {"f32.abs", 0, 0x8b, immNone},
	F32Neg:                  {"f32.neg", 0, 0x8c, immNone},
	F32Ceil:                 {"f32.ceil", 0, 0x8d, immNone},
	F32Floor:                {"f32.floor", 0, 0x8e, immNone},
	F32Trunc:                {"f32.trunc", 0, 0x8f, immNone},
	F32Nearest:              {"f32.nearest", 0, 0x90, immNone},
	F32Sqrt:                 {"f32.sqrt", 0, 0x91, immNone},
	F32Add:                  {"f32.add", 0, 0x92, immNone},
	F32Sub:                  {"f32.sub", 0, 0x93, immNone},
	F32Mul:                  {"f32.mul", 0, 0x94, immNone},
	F32Div:                  {"f32.div", 0, 0x95, immNone},
	F32Copysign:             {"f32.copysign", 0, 0x98, immNone},
	F64Sqrt:                 {"f64.sqrt", 0, 0x9f, immNone},
	F64Sub:                  {"f64.sub", 0, 0xa1, immNone},
	F64Mul:                  {"f64.mul", 0, 0xa2, immNone},
	F64Div:                  {"f64.div", 0, 0xa3, immNone},
	I32WrapI64:              {"i32.wrap_i64", 0, 0xa7, immNone},
	I64ExtendI32S:           {"i64.extend_i32_s", 0, 0xac, immNone},
	I64ExtendI32U:           {"i64.extend_i32_u", 0, 0xad, immNone},
	F32ConvertI32S:          {"f32.convert_i32_s", 0, 0xb2, immNone},
	F32ConvertI32U:          {"f32.convert_i32_u", 0, 0xb3, immNone},
	F32ConvertI64S:          {"f32.convert_i64_s", 0, 0xb4, immNone},
	F32ConvertI64U:          {"f32.convert_i64_u", 0, 0xb5, immNone},
	F32DemoteF64:            {"f32.demote_f64", 0, 0xb6, immNone},
	F64PromoteF32:           {"f64.promote_f32", 0, 0xbb, immNone},
	I32ReinterpretF32:       {"i32.reinterpret_f32", 0, 0xbc, immNone},
	I64ReinterpretF64:       {"i64.reinterpret_f64", 0, 0xbd, immNone},
	F32ReinterpretI32:       {"f32.reinterpret_i32", 0, 0xbe, immNone},
	F64ReinterpretI64:       {"f64.reinterpret_i64", 0, 0xbf, immNone},
	I32Extend8S:             {"i32.extend8_s", 0, 0xc0, immNone},
	I32Extend16S:            {"i32.extend16_s", 0, 0xc1, immNone},
	I32TruncSatF32S:         {"i32.trunc_sat_f32_s", 0xfc, 0x0, immNone},
	I32TruncSatF32U:         {"i32.trunc_sat_f32_u", 0xfc, 0x1, immNone},
	I64TruncSatF32S:         {"i64.trunc_sat_f32_s", 0xfc, 0x4, immNone},
	I64TruncSatF32U:         {"i64.trunc_sat_f32_u", 0xfc, 0x5, immNone},
	MemoryFill:              {"memory.fill", 0xfc, 0xb, immZero1},
	V128Load:                {"v128.load", 0xfd, 0x0, immMem},
	V128Load16x4U:           {"v128.load16x4_u", 0xfd, 0x4, immMem},
	V128Store:               {"v128.store", 0xfd, 0xb, immMem},
	V128Const:               {"v128.const", 0xfd, 0xc, immV128},
	I8x16Shuffle:            {"i8x16.shuffle", 0xfd, 0xd, immV128},
	I8x16Swizzle:            {"i8x16.swizzle", 0xfd, 0xe, immNone},
	I32x4Splat:              {"i32x4.splat", 0xfd, 0x11, immNone},
	I64x2Splat:              {"i64x2.splat", 0xfd, 0x12, immNone},
	F32x4Splat:              {"f32x4.splat", 0xfd, 0x13, immNone},
	I32x4ExtractLane:        {"i32x4.extract_lane", 0xfd, 0x1b, immLane},
	I32x4ReplaceLane:        {"i32x4.replace_lane", 0xfd, 0x1c, immLane},
	I64x2ExtractLane:        {"i64x2.extract_lane", 0xfd, 0x1d, immLane},
	I64x2ReplaceLane:        {"i64x2.replace_lane", 0xfd, 0x1e, immLane},
	F32x4ExtractLane:        {"f32x4.extract_lane", 0xfd, 0x1f, immLane},
	F32x4ReplaceLane:        {"f32x4.replace_lane", 0xfd, 0x20, immLane},
	I32x4Eq:                 {"i32x4.eq", 0xfd, 0x37, immNone},
	I32x4Ne:                 {"i32x4.ne", 0xfd, 0x38, immNone},
	I32x4LtS:                {"i32x4.lt_s", 0xfd, 0x39, immNone},
	I32x4LtU:                {"i32x4.lt_u", 0xfd, 0x3a, immNone},
	I8x16NarrowI16x8S:       {"i8x16.narrow_i16x8_s", 0xfd, 0x65, immNone},
	I8x16NarrowI16x8U:       {"i8x16.narrow_i16x8_u", 0xfd, 0x66, immNone},
	I16x8NarrowI32x4S:       {"i16x8.narrow_i32x4_s", 0xfd, 0x85, immNone},
	I16x8NarrowI32x4U:       {"i16x8.narrow_i32x4_u", 0xfd, 0x86, immNone},
	I32x4GtS:                {"i32x4.gt_s", 0xfd, 0x3b, immNone},
	I32x4GtU:                {"i32x4.gt_u", 0xfd, 0x3c, immNone},
	I32x4LeS:                {"i32x4.le_s", 0xfd, 0x3d, immNone},
	I32x4LeU:                {"i32x4.le_u", 0xfd, 0x3e, immNone},
	I32x4GeU:                {"i32x4.ge_u", 0xfd, 0x40, immNone},
	F32x4Eq:                 {"f32x4.eq", 0xfd, 0x41, immNone},
	F32x4Ne:                 {"f32x4.ne", 0xfd, 0x42, immNone},
	F32x4Lt:                 {"f32x4.lt", 0xfd, 0x43, immNone},
	F32x4Le:                 {"f32x4.le", 0xfd, 0x45, immNone},
	F32x4Ge:                 {"f32x4.ge", 0xfd, 0x46, immNone},
	F64x2Eq:                 {"f64x2.eq", 0xfd, 0x47, immNone},
	F64x2Ne:                 {"f64x2.ne", 0xfd, 0x48, immNone},
	F64x2Gt:                 {"f64x2.gt", 0xfd, 0x4a, immNone},
	V128Not:                 {"v128.not", 0xfd, 0x4d, immNone},
	V128And:                 {"v128.and", 0xfd, 0x4e, immNone},
	V128Andnot:              {"v128.andnot", 0xfd, 0x4f, immNone},
	V128Or:                  {"v128.or", 0xfd, 0x50, immNone},
	V128Xor:                 {"v128.xor", 0xfd, 0x51, immNone},
	V128Bitselect:           {"v128.bitselect", 0xfd, 0x52, immNone},
	V128AnyTrue:             {"v128.any_true", 0xfd, 0x53, immNone},
	V128Load8Lane:           {"v128.load8_lane", 0xfd, 0x54, immMemLane},
	V128Load16Lane:          {"v128.load16_lane", 0xfd, 0x55, immMemLane},
	V128Load32Lane:          {"v128.load32_lane", 0xfd, 0x56, immMemLane},
	V128Load64Lane:          {"v128.load64_lane", 0xfd, 0x57, immMemLane},
	V128Store8Lane:          {"v128.store8_lane", 0xfd, 0x58, immMemLane},
	V128Store16Lane:         {"v128.store16_lane", 0xfd, 0x59, immMemLane},
	V128Store32Lane:         {"v128.store32_lane", 0xfd, 0x5a, immMemLane},
	V128Store64Lane:         {"v128.store64_lane", 0xfd, 0x5b, immMemLane},
	V128Load32Zero:          {"v128.load32_zero", 0xfd, 0x5c, immMem},
	V128Load64Zero:          {"v128.load64_zero", 0xfd, 0x5d, immMem},
	F32x4DemoteF64x2Zero:    {"f32x4.demote_f64x2_zero", 0xfd, 0x5e, immNone},
	F64x2PromoteLowF32x4:    {"f64x2.promote_low_f32x4", 0xfd, 0x5f, immNone},
	F32x4Ceil:               {"f32x4.ceil", 0xfd, 0x67, immNone},
	F32x4Floor:              {"f32x4.floor", 0xfd, 0x68, immNone},
	F32x4Trunc:              {"f32x4.trunc", 0xfd, 0x69, immNone},
	F32x4Nearest:            {"f32x4.nearest", 0xfd, 0x6a, immNone},
	I8x16Sub:                {"i8x16.sub", 0xfd, 0x71, immNone},
	I16x8ExtendLowI8x16U:    {"i16x8.extend_low_i8x16_u", 0xfd, 0x89, immNone},
	I32x4Abs:                {"i32x4.abs", 0xfd, 0xa0, immNone},
	I32x4Neg:                {"i32x4.neg", 0xfd, 0xa1, immNone},
	I32x4AllTrue:            {"i32x4.all_true", 0xfd, 0xa3, immNone},
	I32x4Bitmask:            {"i32x4.bitmask", 0xfd, 0xa4, immNone},
	I32x4ExtendLowI16x8U:    {"i32x4.extend_low_i16x8_u", 0xfd, 0xa9, immNone},
	I32x4Shl:                {"i32x4.shl", 0xfd, 0xab, immNone},
	I32x4ShrS:               {"i32x4.shr_s", 0xfd, 0xac, immNone},
	I32x4ShrU:               {"i32x4.shr_u", 0xfd, 0xad, immNone},
	I32x4Add:                {"i32x4.add", 0xfd, 0xae, immNone},
	I32x4Sub:                {"i32x4.sub", 0xfd, 0xb1, immNone},
	I32x4Mul:                {"i32x4.mul", 0xfd, 0xb5, immNone},
	I32x4MinS:               {"i32x4.min_s", 0xfd, 0xb6, immNone},
	I32x4MinU:               {"i32x4.min_u", 0xfd, 0xb7, immNone},
	I32x4MaxS:               {"i32x4.max_s", 0xfd, 0xb8, immNone},
	I32x4MaxU:               {"i32x4.max_u", 0xfd, 0xb9, immNone},
	I64x2Neg:                {"i64x2.neg", 0xfd, 0xc1, immNone},
	I64x2ExtendLowI32x4S:    {"i64x2.extend_low_i32x4_s", 0xfd, 0xc7, immNone},
	I64x2ExtendHighI32x4S:   {"i64x2.extend_high_i32x4_s", 0xfd, 0xc8, immNone},
	I64x2ExtendLowI32x4U:    {"i64x2.extend_low_i32x4_u", 0xfd, 0xc9, immNone},
	I64x2ExtendHighI32x4U:   {"i64x2.extend_high_i32x4_u", 0xfd, 0xca, immNone},
	I64x2Shl:                {"i64x2.shl", 0xfd, 0xcb, immNone},
	I64x2ShrS:               {"i64x2.shr_s", 0xfd, 0xcc, immNone},
	I64x2ShrU:               {"i64x2.shr_u", 0xfd, 0xcd, immNone},
	I64x2Add:                {"i64x2.add", 0xfd, 0xce, immNone},
	I64x2Sub:                {"i64x2.sub", 0xfd, 0xd1, immNone},
	I64x2Mul:                {"i64x2.mul", 0xfd, 0xd5, immNone},
	I64x2Bitmask:            {"i64x2.bitmask", 0xfd, 0xc4, immNone},
	I64x2Eq:                 {"i64x2.eq", 0xfd, 0xd6, immNone},
	I64x2Ne:                 {"i64x2.ne", 0xfd, 0xd7, immNone},
	I64x2LtS:                {"i64x2.lt_s", 0xfd, 0xd8, immNone},
	I64x2LeS:                {"i64x2.le_s", 0xfd, 0xda, immNone},
	I32x4DotI16x8S:          {"i32x4.dot_i16x8_s", 0xfd, 0xba, immNone},
	F32x4Sqrt:               {"f32x4.sqrt", 0xfd, 0xe3, immNone},
	F32x4Add:                {"f32x4.add", 0xfd, 0xe4, immNone},
	F32x4Sub:                {"f32x4.sub", 0xfd, 0xe5, immNone},
	F32x4Mul:                {"f32x4.mul", 0xfd, 0xe6, immNone},
	F32x4Div:                {"f32x4.div", 0xfd, 0xe7, immNone},
	F32x4Pmin:               {"f32x4.pmin", 0xfd, 0xea, immNone},
	F32x4Pmax:               {"f32x4.pmax", 0xfd, 0xeb, immNone},
	F64x2Abs:                {"f64x2.abs", 0xfd, 0xec, immNone},
	F64x2Sqrt:               {"f64x2.sqrt", 0xfd, 0xef, immNone},
	F64x2Add:                {"f64x2.add", 0xfd, 0xf0, immNone},
	F64x2Sub:                {"f64x2.sub", 0xfd, 0xf1, immNone},
	F64x2Mul:                {"f64x2.mul", 0xfd, 0xf2, immNone},
	F64x2Div:                {"f64x2.div", 0xfd, 0xf3, immNone},
	I32x4TruncSatF32x4S:     {"i32x4.trunc_sat_f32x4_s", 0xfd, 0xf8, immNone},
	I32x4TruncSatF32x4U:     {"i32x4.trunc_sat_f32x4_u", 0xfd, 0xf9, immNone},
	F32x4ConvertI32x4S:      {"f32x4.convert_i32x4_s", 0xfd, 0xfa, immNone},
	F32x4ConvertI32x4U:      {"f32x4.convert_i32x4_u", 0xfd, 0xfb, immNone},
	I32x4TruncSatF64x2SZero: {"i32x4.trunc_sat_f64x2_s_zero", 0xfd, 0xfc, immNone},
	I32x4TruncSatF64x2UZero: {"i32x4.trunc_sat_f64x2_u_zero", 0xfd, 0xfd, immNone},
	F64x2ConvertLowI32x4S:   {"f64x2.convert_low_i32x4_s", 0xfd, 0xfe, immNone},
	F64x2ConvertLowI32x4U:   {"f64x2.convert_low_i32x4_u", 0xfd, 0xff, immNone},
	I32AtomicLoad:           {"i32.atomic.load", 0xfe, 0x10, immMem},
	I32AtomicStore:          {"i32.atomic.store", 0xfe, 0x17, immMem},
	I32AtomicRmwAdd:         {"i32.atomic.rmw.add", 0xfe, 0x1e, immMem},
	I32AtomicRmwSub:         {"i32.atomic.rmw.sub", 0xfe, 0x25, immMem},
	I32AtomicRmwAnd:         {"i32.atomic.rmw.and", 0xfe, 0x2c, immMem},
	I32AtomicRmwOr:          {"i32.atomic.rmw.or", 0xfe, 0x33, immMem},
	I32AtomicRmwXor:         {"i32.atomic.rmw.xor", 0xfe, 0x3a, immMem},
	I32AtomicRmwXchg:        {"i32.atomic.rmw.xchg", 0xfe, 0x41, immMem},
	I32AtomicRmwCmpxchg:     {"i32.atomic.rmw.cmpxchg", 0xfe, 0x48, immMem},
	I64AtomicRmwCmpxchg:     {"i64.atomic.rmw.cmpxchg", 0xfe, 0x49, immMem},
	I64AtomicLoad:           {"i64.atomic.load", 0xfe, 0x11, immMem},
	I32AtomicLoad8U:         {"i32.atomic.load8_u", 0xfe, 0x12, immMem},
	I32AtomicStore8:         {"i32.atomic.store8", 0xfe, 0x19, immMem},
	I32AtomicRmw8XchgU:      {"i32.atomic.rmw8.xchg_u", 0xfe, 0x43, immMem},
	I32AtomicRmw8CmpxchgU:   {"i32.atomic.rmw8.cmpxchg_u", 0xfe, 0x4a, immMem},
}
