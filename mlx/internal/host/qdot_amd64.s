#include "textflag.h"

// The codes of one place in each word of a block are masked, not shifted: the
// vector holds the power of two that this leaves out. Only those in the top bits,
// which would look negative, are shifted.
#define PLACE(mask, off, sum) \
	VPAND mask, Y0, Y1        \
	VCVTDQ2PS Y1, Y1          \
	VFMADD231PS off(SI), Y1, sum

#define TOP(shift, off) \
	VPSRLD $shift, Y0, Y1 \
	VCVTDQ2PS Y1, Y1      \
	VFMADD231PS off(SI), Y1, Y3

// SCALE adds a block's sum times the scale of its group, or of its two groups.
#define SCALE(more) \
	VADDPS Y3, Y2, Y2              \
	VBROADCASTSS (DX), Y4          \
	VBROADCASTSS (DX)(R9*1), Y5    \
	VBLENDPS $0xf0, Y5, Y4, Y4     \
	VFMADD231PS Y4, Y2, Y6         \
	SUBQ $1, R10                   \
	JNZ  more                      \
	MOVQ R8, R10                   \
	LEAQ 4(DX)(R9*1), DX

#define BLOCK \
	VMOVDQU (DI), Y0   \
	VXORPS Y2, Y2, Y2  \
	VXORPS Y3, Y3, Y3  \
	ADDQ $32, DI

#define MASK(bits, reg, x) \
	MOVL $bits, AX \
	VMOVD AX, x    \
	VPBROADCASTD x, reg

#define RESULT \
	VEXTRACTF128 $1, Y6, X1 \
	VADDPS X1, X6, X0       \
	VHADDPS X0, X0, X0      \
	VHADDPS X0, X0, X0

// func qdot4AVX2(x *float32, w *byte, scales *float32, blocks, each, second int) float32
TEXT ·qdot4AVX2(SB), NOSPLIT, $0-52
	MOVQ x+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ scales+16(FP), DX
	MOVQ blocks+24(FP), CX
	MOVQ each+32(FP), R8
	MOVQ second+40(FP), R9
	MOVQ R8, R10
	VXORPS Y6, Y6, Y6
	MASK(0xf, Y8, X8)
	VPSLLD $4, Y8, Y9
	VPSLLD $8, Y8, Y10
	VPSLLD $12, Y8, Y11
	VPSLLD $16, Y8, Y12
	VPSLLD $20, Y8, Y13
	VPSLLD $24, Y8, Y14

block:
	BLOCK
	PLACE(Y8, 0, Y2)
	PLACE(Y9, 32, Y3)
	PLACE(Y10, 64, Y2)
	PLACE(Y11, 96, Y3)
	PLACE(Y12, 128, Y2)
	PLACE(Y13, 160, Y3)
	PLACE(Y14, 192, Y2)
	TOP(28, 224)
	ADDQ $256, SI
	SCALE(same)

same:
	SUBQ $1, CX
	JNZ  block
	RESULT
	MOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

// func qdot8AVX2(x *float32, w *byte, scales *float32, blocks, each, second int) float32
TEXT ·qdot8AVX2(SB), NOSPLIT, $0-52
	MOVQ x+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ scales+16(FP), DX
	MOVQ blocks+24(FP), CX
	MOVQ each+32(FP), R8
	MOVQ second+40(FP), R9
	MOVQ R8, R10
	VXORPS Y6, Y6, Y6
	MASK(0xff, Y8, X8)
	VPSLLD $8, Y8, Y9
	VPSLLD $16, Y8, Y10

block:
	BLOCK
	PLACE(Y8, 0, Y2)
	PLACE(Y9, 32, Y3)
	PLACE(Y10, 64, Y2)
	TOP(24, 96)
	ADDQ $128, SI
	SCALE(same)

same:
	SUBQ $1, CX
	JNZ  block
	RESULT
	MOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

// Offsets in packFormat.
#define SHIFTS 64
#define MASKS 128
#define BITS 132
#define VALUES 136

// CODES spreads the sixteen bytes at DI over a vector, so that each element has the
// bytes of its code, and leaves the code.
#define CODES(LOAD, AND, V, SPREAD, SHIFT, MASK) \
	LOAD (DI), V             \
	VPSHUFB SPREAD, V, V     \
	VPSRLVD SHIFT, V, V      \
	AND MASK, V, V

// func qdotAVX2(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32
TEXT ·qdotAVX2(SB), NOSPLIT, $0-52
	MOVQ x+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ scales+16(FP), DX
	MOVQ groups+24(FP), CX
	MOVQ packs+32(FP), R8
	MOVQ f+40(FP), R9
	VMOVDQU (R9), Y13
	VMOVDQU SHIFTS(R9), Y14
	VPBROADCASTD MASKS(R9), Y15
	MOVLQSX BITS(R9), R10
	VXORPS Y6, Y6, Y6

group:
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	MOVQ R8, R12

pack:
	CODES(VBROADCASTI128, VPAND, Y3, Y13, Y14, Y15)
	VCVTDQ2PS Y3, Y3
	ADDQ R10, DI
	CODES(VBROADCASTI128, VPAND, Y5, Y13, Y14, Y15)
	VCVTDQ2PS Y5, Y5
	ADDQ R10, DI
	VFMADD231PS (SI), Y3, Y1
	VFMADD231PS 32(SI), Y5, Y2
	ADDQ $64, SI
	SUBQ $2, R12
	JNZ pack
	VADDPS Y2, Y1, Y1
	VBROADCASTSS (DX), Y5
	VFMADD231PS Y5, Y1, Y6
	ADDQ $4, DX
	DECQ CX
	JNZ group
	RESULT
	MOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

#define HALVES \
	VEXTRACTF64X4 $1, Z6, Y1 \
	VADDPS Y1, Y6, Y6

// NIBBLE multiplies x with the values of the codes at a place of each word. Of an index
// the permutation takes four bits.
#define NIBBLE(at, off, OP, sum) \
	VPSRLD $at, Z0, Z1       \
	VPERMPS Z8, Z1, Z1       \
	OP off(SI), Z1, sum

// func qdot4AVX512(x *float32, w *byte, scales *float32, blocks, some int, values *[256]float32) float32
TEXT ·qdot4AVX512(SB), NOSPLIT, $0-52
	MOVQ x+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ scales+16(FP), DX
	MOVQ blocks+24(FP), BX
	MOVQ some+32(FP), R8
	MOVQ values+40(FP), R9
	VMOVUPS (R9), Z8

	// Z9: by word, which of the scales is its own; K1 loads no more than there are.
	MOVQ R8, CX
	MOVL $1, AX
	SHLL CX, AX
	DECL AX
	KMOVW AX, K1
	BSRQ R8, CX
	NEGQ CX
	ADDQ $4, CX
	VMOVQ CX, X1
	VPMOVZXBD words<>(SB), Z9
	VPSRLD X1, Z9, Z9
	VPXORD Z6, Z6, Z6

block:
	VMOVDQU32 (DI), Z0
	VMOVUPS.Z (DX), K1, Z5
	VPERMPS Z5, Z9, Z5
	VPERMPS Z8, Z0, Z1
	VMULPS (SI), Z1, Z2
	NIBBLE(4, 64, VMULPS, Z3)
	NIBBLE(8, 128, VMULPS, Z4)
	NIBBLE(12, 192, VMULPS, Z7)
	NIBBLE(16, 256, VFMADD231PS, Z2)
	NIBBLE(20, 320, VFMADD231PS, Z3)
	NIBBLE(24, 384, VFMADD231PS, Z4)
	NIBBLE(28, 448, VFMADD231PS, Z7)
	VADDPS Z3, Z2, Z2
	VADDPS Z7, Z4, Z4
	VADDPS Z4, Z2, Z2
	VFMADD231PS Z5, Z2, Z6
	ADDQ $64, DI
	ADDQ $512, SI
	LEAQ (DX)(R8*4), DX
	DECQ BX
	JNZ block
	HALVES
	RESULT
	MOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

DATA words<>+0(SB)/8, $0x0706050403020100
DATA words<>+8(SB)/8, $0x0f0e0d0c0b0a0908
GLOBL words<>(SB), RODATA|NOPTR, $16

// func qdotAVX512(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32
TEXT ·qdotAVX512(SB), NOSPLIT, $0-52
	MOVQ x+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ scales+16(FP), DX
	MOVQ groups+24(FP), CX
	MOVQ packs+32(FP), R8
	MOVQ f+40(FP), R9
	VMOVDQU32 (R9), Z13
	VMOVDQU32 SHIFTS(R9), Z14
	VPBROADCASTD MASKS(R9), Z15
	MOVLQSX BITS(R9), R10
	ADDQ R10, R10
	VPXORD Z6, Z6, Z6

group:
	VPXORD Z1, Z1, Z1
	MOVQ R8, R12

pack:
	CODES(VBROADCASTI32X4, VPANDD, Z3, Z13, Z14, Z15)
	VCVTDQ2PS Z3, Z3
	ADDQ R10, DI
	VFMADD231PS (SI), Z3, Z1
	ADDQ $64, SI
	SUBQ $2, R12
	JNZ pack
	VBROADCASTSS (DX), Z5
	VFMADD231PS Z5, Z1, Z6
	ADDQ $4, DX
	DECQ CX
	JNZ group
	HALVES
	RESULT
	MOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

// SI: dst, DI: w, CX: packs, R9: the format; Y11 has the scale, Y12 the bias.
#define UNPACK(FLOATS) \
	VMOVDQU (R9), Y13           \
	VMOVDQU SHIFTS(R9), Y14     \
	VPBROADCASTD MASKS(R9), Y15 \
	MOVLQSX BITS(R9), R10       \
pack:                        \
	CODES(VBROADCASTI128, VPAND, Y3, Y13, Y14, Y15) \
	ADDQ R10, DI                \
	FLOATS                      \
	VMULPS Y11, Y3, Y3          \
	VADDPS Y12, Y3, Y3          \
	VMOVUPS Y3, (SI)            \
	ADDQ $32, SI                \
	DECQ CX                     \
	JNZ pack                    \
	VZEROUPPER                  \
	RET

#define CONVERTED VCVTDQ2PS Y3, Y3

#define LOOKEDUP \
	VPCMPEQD Y4, Y4, Y4 \
	VGATHERDPS Y4, VALUES(R9)(Y3*4), Y5 \
	VMOVAPS Y5, Y3

// func unpackAVX2(dst *float32, w *byte, packs int, scale, bias float32, f *packFormat)
TEXT ·unpackAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ packs+16(FP), CX
	VBROADCASTSS scale+24(FP), Y11
	VBROADCASTSS bias+28(FP), Y12
	MOVQ f+32(FP), R9
	UNPACK(CONVERTED)

// func unpackValuesAVX2(dst *float32, w *byte, packs int, scale, bias float32, f *packFormat)
TEXT ·unpackValuesAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ packs+16(FP), CX
	VBROADCASTSS scale+24(FP), Y11
	VBROADCASTSS bias+28(FP), Y12
	MOVQ f+32(FP), R9
	UNPACK(LOOKEDUP)
