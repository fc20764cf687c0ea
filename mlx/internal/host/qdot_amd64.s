#include "textflag.h"

// func qdotAVX2(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32
//
// Each pack of eight codes is fetched as two doublewords, one per half of a
// vector, and shifted and masked into place.
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
