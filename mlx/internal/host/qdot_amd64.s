#include "textflag.h"

// func qdotAVX2(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32
//
// Each pack of eight codes is fetched as one doubleword, or as two, one per
// half of a vector, and shifted and masked into place.
TEXT ·qdotAVX2(SB), NOSPLIT, $0-52
	MOVQ x+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ scales+16(FP), DX
	MOVQ groups+24(FP), CX
	MOVQ packs+32(FP), R8
	MOVQ f+40(FP), R9
	VMOVDQU (R9), Y14
	VPBROADCASTD 32(R9), Y15
	MOVLQSX 36(R9), R10
	MOVLQSX 40(R9), R11
	VXORPS Y0, Y0, Y0

group:
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	MOVQ R8, R12

pack:
	VPBROADCASTD (DI), X3
	VPBROADCASTD (DI)(R11*1), X4
	ADDQ R10, DI
	VPBROADCASTD (DI), X5
	VPBROADCASTD (DI)(R11*1), X6
	ADDQ R10, DI
	VINSERTI128 $1, X4, Y3, Y3
	VINSERTI128 $1, X6, Y5, Y5
	VPSRLVD Y14, Y3, Y3
	VPSRLVD Y14, Y5, Y5
	VPAND Y15, Y3, Y3
	VPAND Y15, Y5, Y5
	VCVTDQ2PS Y3, Y3
	VCVTDQ2PS Y5, Y5
	VFMADD231PS (SI), Y3, Y1
	VFMADD231PS 32(SI), Y5, Y2
	ADDQ $64, SI
	SUBQ $2, R12
	JNZ pack
	VADDPS Y2, Y1, Y1
	VBROADCASTSS (DX), Y5
	VFMADD231PS Y5, Y1, Y0
	ADDQ $4, DX
	DECQ CX
	JNZ group

	VEXTRACTF128 $1, Y0, X1
	VADDPS X1, X0, X0
	VHADDPS X0, X0, X0
	VHADDPS X0, X0, X0
	MOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

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

// func unpackAVX2(dst *float32, w *byte, packs int, scale, bias float32, f *packFormat)
TEXT ·unpackAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), SI
	MOVQ w+8(FP), DI
	MOVQ packs+16(FP), CX
	VBROADCASTSS scale+24(FP), Y12
	VBROADCASTSS bias+28(FP), Y13
	MOVQ f+32(FP), R9
	VMOVDQU (R9), Y14
	VPBROADCASTD 32(R9), Y15
	MOVLQSX 36(R9), R10
	MOVLQSX 40(R9), R11

pack:
	VPBROADCASTD (DI), X3
	VPBROADCASTD (DI)(R11*1), X4
	ADDQ R10, DI
	VINSERTI128 $1, X4, Y3, Y3
	VPSRLVD Y14, Y3, Y3
	VPAND Y15, Y3, Y3
	VCVTDQ2PS Y3, Y3
	VMULPS Y12, Y3, Y3
	VADDPS Y13, Y3, Y3
	VMOVUPS Y3, (SI)
	ADDQ $32, SI
	DECQ CX
	JNZ pack
	VZEROUPPER
	RET
