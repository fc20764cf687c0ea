#include "textflag.h"

// Exponentials of float32 in float64, to 1e-12: rounded they are nearly always the
// float32 next to the exact value. exp(x) is 2^k * exp(r) with |r| ≤ ln(2)/2, and exp(r)
// its Taylor series.
DATA expWide<>+0(SB)/8, $0x3ff71547652b82fe   // log2(e)
DATA expWide<>+8(SB)/8, $0x3fe62e42fefa39ef   // ln(2)
DATA expWide<>+16(SB)/8, $0xc085e00000000000  // -700
DATA expWide<>+24(SB)/8, $0x4085e00000000000  // 700
DATA expWide<>+32(SB)/8, $0x3ff0000000000000  // 1
DATA expWide<>+40(SB)/8, $1023                // bias of exponents
DATA expWide<>+48(SB)/8, $0x3e927e4fb7789f5c  // 1/10!
DATA expWide<>+56(SB)/8, $0x3ec71de3a556c734  // 1/9!
DATA expWide<>+64(SB)/8, $0x3efa01a01a01a01a  // 1/8!
DATA expWide<>+72(SB)/8, $0x3f2a01a01a01a01a  // 1/7!
DATA expWide<>+80(SB)/8, $0x3f56c16c16c16c17  // 1/6!
DATA expWide<>+88(SB)/8, $0x3f81111111111111  // 1/5!
DATA expWide<>+96(SB)/8, $0x3fa5555555555555  // 1/4!
DATA expWide<>+104(SB)/8, $0x3fc5555555555555 // 1/3!
DATA expWide<>+112(SB)/8, $0x3fe0000000000000 // 1/2!
GLOBL expWide<>(SB), RODATA|NOPTR, $120

DATA tanhWide<>+0(SB)/8, $0x3fa0000000000000  // 1/32: below, the series is used
DATA tanhWide<>+8(SB)/8, $0xbfaba1ba1ba1ba1c  // -17/315
DATA tanhWide<>+16(SB)/8, $0x3fc1111111111111 // 2/15
DATA tanhWide<>+24(SB)/8, $0xbfd5555555555555 // -1/3
DATA tanhWide<>+32(SB)/8, $0x7fffffffffffffff
DATA tanhWide<>+40(SB)/8, $0x4000000000000000 // 2
GLOBL tanhWide<>(SB), RODATA|NOPTR, $48

// One step of Horner's scheme for R in P, for both halves of eight elements.
#define STEP(OFF) \
	VBROADCASTSD expWide<>+OFF(SB), Y8 \
	VFMADD213PD Y8, Y0, Y2 \
	VFMADD213PD Y8, Y1, Y3

// Y2, Y3: exp(Y0), exp(Y1). Y15 has log2(e), Y14 ln(2), Y13 and Y12 the bounds, Y11 one.
#define EXP \
	VMAXPD Y0, Y13, Y0 /* keeps NaN */ \
	VMAXPD Y1, Y13, Y1 \
	VMINPD Y0, Y12, Y0 \
	VMINPD Y1, Y12, Y1 \
	VMULPD Y15, Y0, Y4 \
	VMULPD Y15, Y1, Y5 \
	VROUNDPD $0, Y4, Y4 \
	VROUNDPD $0, Y5, Y5 \
	VFNMADD231PD Y14, Y4, Y0 \
	VFNMADD231PD Y14, Y5, Y1 \
	VBROADCASTSD expWide<>+48(SB), Y2 \
	VMOVAPD Y2, Y3 \
	STEP(56) \
	STEP(64) \
	STEP(72) \
	STEP(80) \
	STEP(88) \
	STEP(96) \
	STEP(104) \
	STEP(112) \
	VFMADD213PD Y11, Y0, Y2 \
	VFMADD213PD Y11, Y1, Y3 \
	VFMADD213PD Y11, Y0, Y2 \
	VFMADD213PD Y11, Y1, Y3 \
	VCVTPD2DQY Y4, X4 \
	VCVTPD2DQY Y5, X5 \
	VPMOVSXDQ X4, Y4 \
	VPMOVSXDQ X5, Y5 \
	VPADDQ Y10, Y4, Y4 \
	VPADDQ Y10, Y5, Y5 \
	VPSLLQ $52, Y4, Y4 \
	VPSLLQ $52, Y5, Y5 \
	VMULPD Y4, Y2, Y2 \
	VMULPD Y5, Y3, Y3

#define BEGIN \
	MOVQ n+0(FP), CX \
	MOVQ dst+8(FP), DI \
	MOVQ src+16(FP), SI \
	VBROADCASTSD expWide<>+0(SB), Y15 \
	VBROADCASTSD expWide<>+8(SB), Y14 \
	VBROADCASTSD expWide<>+16(SB), Y13 \
	VBROADCASTSD expWide<>+24(SB), Y12 \
	VBROADCASTSD expWide<>+32(SB), Y11 \
	VPBROADCASTQ expWide<>+40(SB), Y10

#define LOAD \
	VCVTPS2PD (SI), Y0 \
	VCVTPS2PD 16(SI), Y1

#define STORE \
	VCVTPD2PSY Y2, X2 \
	VCVTPD2PSY Y3, X3 \
	VMOVUPS X2, (DI) \
	VMOVUPS X3, 16(DI) \
	ADDQ $32, SI \
	ADDQ $32, DI \
	SUBQ $8, CX

// func expAVX2(n int, dst, src *float32)
TEXT ·expAVX2(SB), NOSPLIT, $0-24
	BEGIN
loop:
	LOAD
	EXP
	STORE
	JNZ loop
	VZEROUPPER
	RET

// func sigmoidAVX2(n int, dst, src *float32)
//
// 1 / (1 + exp(-x)).
TEXT ·sigmoidAVX2(SB), NOSPLIT, $0-24
	BEGIN
	VXORPD Y9, Y9, Y9
loop:
	LOAD
	VSUBPD Y0, Y9, Y0
	VSUBPD Y1, Y9, Y1
	EXP
	VADDPD Y11, Y2, Y2
	VADDPD Y11, Y3, Y3
	VDIVPD Y2, Y11, Y2
	VDIVPD Y3, Y11, Y3
	STORE
	JNZ loop
	VZEROUPPER
	RET

// Where |X| < 1/32, RESULT becomes the series of tanh(X): 1 - 2 / (…) cancels there.
#define SMALL(X, RESULT) \
	VBROADCASTSD tanhWide<>+32(SB), Y4 \
	VANDPD Y4, X, Y4 \
	VBROADCASTSD tanhWide<>+0(SB), Y5 \
	VCMPPD $1, Y5, Y4, Y4 \
	VMULPD X, X, Y5 \
	VBROADCASTSD tanhWide<>+8(SB), Y6 \
	VBROADCASTSD tanhWide<>+16(SB), Y7 \
	VFMADD213PD Y7, Y5, Y6 \
	VBROADCASTSD tanhWide<>+24(SB), Y7 \
	VFMADD213PD Y7, Y5, Y6 \
	VFMADD213PD Y11, Y5, Y6 \
	VMULPD X, Y6, Y6 /* keeps the sign of zero */ \
	VBLENDVPD Y4, Y6, RESULT, RESULT

// func tanhAVX2(n int, dst, src *float32)
//
// 1 - 2 / (exp(2x) + 1).
TEXT ·tanhAVX2(SB), NOSPLIT, $0-24
	BEGIN
	VBROADCASTSD tanhWide<>+40(SB), Y9
loop:
	LOAD
	VADDPD Y0, Y0, Y0
	VADDPD Y1, Y1, Y1
	EXP
	VADDPD Y11, Y2, Y2
	VADDPD Y11, Y3, Y3
	VDIVPD Y2, Y9, Y2
	VDIVPD Y3, Y9, Y3
	VSUBPD Y2, Y11, Y2
	VSUBPD Y3, Y11, Y3
	LOAD
	SMALL(Y0, Y2)
	SMALL(Y1, Y3)
	STORE
	JNZ loop
	VZEROUPPER
	RET
