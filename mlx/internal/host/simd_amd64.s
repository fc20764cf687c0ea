#include "textflag.h"

// The product of a panel of six rows with one of two vectors of columns stays
// in twelve registers: a step loads a vector pair of columns and adds its
// product with each of the six row elements.

#define ZERO \
	VXORPS Y4, Y4, Y4; VXORPS Y5, Y5, Y5; VXORPS Y6, Y6, Y6; VXORPS Y7, Y7, Y7 \
	VXORPS Y8, Y8, Y8; VXORPS Y9, Y9, Y9; VXORPS Y10, Y10, Y10; VXORPS Y11, Y11, Y11 \
	VXORPS Y12, Y12, Y12; VXORPS Y13, Y13, Y13; VXORPS Y14, Y14, Y14; VXORPS Y15, Y15, Y15

#define STEP(BROADCAST, FMA, SIZE) \
	VMOVUPS (DI), Y0 \
	VMOVUPS 32(DI), Y1 \
	ADDQ $64, DI \
	BROADCAST (SI), Y2 \
	BROADCAST SIZE(SI), Y3 \
	FMA Y0, Y2, Y4; FMA Y1, Y2, Y5; FMA Y0, Y3, Y6; FMA Y1, Y3, Y7 \
	BROADCAST (2*SIZE)(SI), Y2 \
	BROADCAST (3*SIZE)(SI), Y3 \
	FMA Y0, Y2, Y8; FMA Y1, Y2, Y9; FMA Y0, Y3, Y10; FMA Y1, Y3, Y11 \
	BROADCAST (4*SIZE)(SI), Y2 \
	BROADCAST (5*SIZE)(SI), Y3 \
	ADDQ $(6*SIZE), SI \
	FMA Y0, Y2, Y12; FMA Y1, Y2, Y13; FMA Y0, Y3, Y14; FMA Y1, Y3, Y15

#define STORE(A, B) \
	VMOVUPS A, (DX) \
	VMOVUPS B, 32(DX) \
	ADDQ R8, DX

#define STOREADDED(ADD, A, B) \
	ADD (DX), A, A \
	ADD 32(DX), B, B \
	STORE(A, B)

// CX: k, SI: a, DI: b, DX: dst, R8: stride in bytes, R9: whether to add.
#define TILE(BROADCAST, FMA, ADD, SIZE) \
	MOVQ CX, BX \
	ZERO \
	SHRQ $1, CX \
	JZ odd \
	PCALIGN $32 \
pair: \
	STEP(BROADCAST, FMA, SIZE) \
	STEP(BROADCAST, FMA, SIZE) \
	DECQ CX \
	JNZ pair \
odd: \
	TESTQ $1, BX \
	JZ done \
	STEP(BROADCAST, FMA, SIZE) \
done: \
	TESTL R9, R9 \
	JZ store \
	STOREADDED(ADD, Y4, Y5); STOREADDED(ADD, Y6, Y7); STOREADDED(ADD, Y8, Y9) \
	STOREADDED(ADD, Y10, Y11); STOREADDED(ADD, Y12, Y13); STOREADDED(ADD, Y14, Y15) \
	VZEROUPPER \
	RET \
store: \
	STORE(Y4, Y5); STORE(Y6, Y7); STORE(Y8, Y9) \
	STORE(Y10, Y11); STORE(Y12, Y13); STORE(Y14, Y15) \
	VZEROUPPER \
	RET

// func tile32AVX2(k int, a, b, dst *float32, stride int, add bool)
TEXT ·tile32AVX2(SB), NOSPLIT, $0-41
	MOVQ k+0(FP), CX
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DI
	MOVQ dst+24(FP), DX
	MOVQ stride+32(FP), R8
	MOVBLZX add+40(FP), R9
	TILE(VBROADCASTSS, VFMADD231PS, VADDPS, 4)

// func tile64AVX2(k int, a, b, dst *float64, stride int, add bool)
TEXT ·tile64AVX2(SB), NOSPLIT, $0-41
	MOVQ k+0(FP), CX
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DI
	MOVQ dst+24(FP), DX
	MOVQ stride+32(FP), R8
	MOVBLZX add+40(FP), R9
	TILE(VBROADCASTSD, VFMADD231PD, VADDPD, 8)

// Eight elements at an offset from a place as float32.
#define LOAD32(OFF, AT, Y) VMOVUPS (4*OFF)AT, Y
#define LOADHALF(OFF, AT, Y) VCVTPH2PS (2*OFF)AT, Y
#define LOADBFLOAT(OFF, AT, Y) VPMOVZXWD (2*OFF)AT, Y; VPSLLD $16, Y, Y

// CX: n, SI: x, DI: y; the result is in X0.
#define DOT(LOAD, SIZE) \
	VXORPS Y0, Y0, Y0; VXORPS Y1, Y1, Y1; VXORPS Y2, Y2, Y2; VXORPS Y3, Y3, Y3 \
	SUBQ $32, CX \
	JLT eights \
	PCALIGN $32 \
wide: \
	LOAD(0, (DI), Y4); LOAD(8, (DI), Y5); LOAD(16, (DI), Y6); LOAD(24, (DI), Y7) \
	VFMADD231PS (SI), Y4, Y0 \
	VFMADD231PS 32(SI), Y5, Y1 \
	VFMADD231PS 64(SI), Y6, Y2 \
	VFMADD231PS 96(SI), Y7, Y3 \
	ADDQ $128, SI \
	ADDQ $(32*SIZE), DI \
	SUBQ $32, CX \
	JGE wide \
eights: \
	ADDQ $32, CX \
	JZ done \
eight: \
	LOAD(0, (DI), Y4) \
	VFMADD231PS (SI), Y4, Y0 \
	ADDQ $32, SI \
	ADDQ $(8*SIZE), DI \
	SUBQ $8, CX \
	JNZ eight \
done: \
	VADDPS Y1, Y0, Y0; VADDPS Y3, Y2, Y2; VADDPS Y2, Y0, Y0 \
	VEXTRACTF128 $1, Y0, X1 \
	VADDPS X1, X0, X0 \
	VHADDPS X0, X0, X0 \
	VHADDPS X0, X0, X0 \
	VZEROUPPER

// func dotAVX2(n int, x, y *float32) float32
TEXT ·dotAVX2(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	DOT(LOAD32, 4)
	MOVSS X0, ret+24(FP)
	RET

// func dotHalfAVX2(n int, x *float32, y *uint16) float32
TEXT ·dotHalfAVX2(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	DOT(LOADHALF, 2)
	MOVSS X0, ret+24(FP)
	RET

// func dotBfloatAVX2(n int, x *float32, y *uint16) float32
TEXT ·dotBfloatAVX2(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	DOT(LOADBFLOAT, 2)
	MOVSS X0, ret+24(FP)
	RET

// CX: n, SI: x, R8: the distance of its rows, DI: y, DX: sums. Each of two vectors
// of y is multiplied with those of four rows.
#define DOT4(LOAD, SIZE) \
	SHLQ $2, R8 \
	LEAQ (R8)(R8*2), R9 \
	VXORPS Y0, Y0, Y0; VXORPS Y1, Y1, Y1; VXORPS Y2, Y2, Y2; VXORPS Y3, Y3, Y3 \
	VXORPS Y8, Y8, Y8; VXORPS Y9, Y9, Y9; VXORPS Y10, Y10, Y10; VXORPS Y11, Y11, Y11 \
	SUBQ $16, CX \
	JLT last \
	PCALIGN $32 \
wide: \
	LOAD(0, (DI), Y4) \
	LOAD(8, (DI), Y5) \
	VFMADD231PS (SI), Y4, Y0 \
	VFMADD231PS (SI)(R8*1), Y4, Y1 \
	VFMADD231PS (SI)(R8*2), Y4, Y2 \
	VFMADD231PS (SI)(R9*1), Y4, Y3 \
	VFMADD231PS 32(SI), Y5, Y8 \
	VFMADD231PS 32(SI)(R8*1), Y5, Y9 \
	VFMADD231PS 32(SI)(R8*2), Y5, Y10 \
	VFMADD231PS 32(SI)(R9*1), Y5, Y11 \
	ADDQ $64, SI \
	ADDQ $(16*SIZE), DI \
	SUBQ $16, CX \
	JGE wide \
last: \
	ADDQ $16, CX \
	JZ done \
	LOAD(0, (DI), Y4) \
	VFMADD231PS (SI), Y4, Y0 \
	VFMADD231PS (SI)(R8*1), Y4, Y1 \
	VFMADD231PS (SI)(R8*2), Y4, Y2 \
	VFMADD231PS (SI)(R9*1), Y4, Y3 \
done: \
	VADDPS Y8, Y0, Y0; VADDPS Y9, Y1, Y1; VADDPS Y10, Y2, Y2; VADDPS Y11, Y3, Y3 \
	VHADDPS Y1, Y0, Y0 \
	VHADDPS Y3, Y2, Y2 \
	VHADDPS Y2, Y0, Y0 \
	VEXTRACTF128 $1, Y0, X1 \
	VADDPS X1, X0, X0 \
	VMOVUPS X0, (DX) \
	VZEROUPPER \
	RET

// func dot4AVX2(n int, x *float32, stride int, y *float32, sums *[4]float32)
TEXT ·dot4AVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ y+24(FP), DI
	MOVQ sums+32(FP), DX
	DOT4(LOAD32, 4)

// func dot4HalfAVX2(n int, x *float32, stride int, y *uint16, sums *[4]float32)
TEXT ·dot4HalfAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ y+24(FP), DI
	MOVQ sums+32(FP), DX
	DOT4(LOADHALF, 2)

// func dot4BfloatAVX2(n int, x *float32, stride int, y *uint16, sums *[4]float32)
TEXT ·dot4BfloatAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ y+24(FP), DI
	MOVQ sums+32(FP), DX
	DOT4(LOADBFLOAT, 2)

// CX: n, SI: dst, Y0: the factor, DI: y.
#define AXPY(LOAD, SIZE) \
axpy: \
	LOAD(0, (DI), Y1) \
	VFMADD213PS (SI), Y0, Y1 \
	VMOVUPS Y1, (SI) \
	ADDQ $32, SI \
	ADDQ $(8*SIZE), DI \
	SUBQ $8, CX \
	JNZ axpy \
	VZEROUPPER \
	RET

// func axpyAVX2(n int, dst *float32, s float32, y *float32)
TEXT ·axpyAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	VBROADCASTSS s+16(FP), Y0
	MOVQ y+24(FP), DI
	AXPY(LOAD32, 4)

// func axpyHalfAVX2(n int, dst *float32, s float32, y *uint16)
TEXT ·axpyHalfAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	VBROADCASTSS s+16(FP), Y0
	MOVQ y+24(FP), DI
	AXPY(LOADHALF, 2)

// func axpyBfloatAVX2(n int, dst *float32, s float32, y *uint16)
TEXT ·axpyBfloatAVX2(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	VBROADCASTSS s+16(FP), Y0
	MOVQ y+24(FP), DI
	AXPY(LOADBFLOAT, 2)

// CX: n, SI: dst, DX: four factors, DI: y, R8: the distance of its rows.
#define AXPY4(LOAD, SIZE) \
	IMULQ $SIZE, R8 \
	LEAQ (R8)(R8*2), R9 \
	VBROADCASTSS (DX), Y8 \
	VBROADCASTSS 4(DX), Y9 \
	VBROADCASTSS 8(DX), Y10 \
	VBROADCASTSS 12(DX), Y11 \
	PCALIGN $32 \
axpy: \
	VMOVUPS (SI), Y0 \
	LOAD(0, (DI), Y1) \
	LOAD(0, (DI)(R8*1), Y2) \
	LOAD(0, (DI)(R8*2), Y3) \
	LOAD(0, (DI)(R9*1), Y4) \
	VFMADD231PS Y1, Y8, Y0 \
	VFMADD231PS Y2, Y9, Y0 \
	VFMADD231PS Y3, Y10, Y0 \
	VFMADD231PS Y4, Y11, Y0 \
	VMOVUPS Y0, (SI) \
	ADDQ $32, SI \
	ADDQ $(8*SIZE), DI \
	SUBQ $8, CX \
	JNZ axpy \
	VZEROUPPER \
	RET

// func axpy4AVX2(n int, dst *float32, s *[4]float32, y *float32, stride int)
TEXT ·axpy4AVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	MOVQ s+16(FP), DX
	MOVQ y+24(FP), DI
	MOVQ stride+32(FP), R8
	AXPY4(LOAD32, 4)

// func axpy4HalfAVX2(n int, dst *float32, s *[4]float32, y *uint16, stride int)
TEXT ·axpy4HalfAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	MOVQ s+16(FP), DX
	MOVQ y+24(FP), DI
	MOVQ stride+32(FP), R8
	AXPY4(LOADHALF, 2)

// func axpy4BfloatAVX2(n int, dst *float32, s *[4]float32, y *uint16, stride int)
TEXT ·axpy4BfloatAVX2(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	MOVQ s+16(FP), DX
	MOVQ y+24(FP), DI
	MOVQ stride+32(FP), R8
	AXPY4(LOADBFLOAT, 2)

#define WIDEN(LOAD) \
widen: \
	LOAD(0, (DI), Y0) \
	VMOVUPS Y0, (SI) \
	ADDQ $32, SI \
	ADDQ $16, DI \
	SUBQ $8, CX \
	JNZ widen \
	VZEROUPPER \
	RET

// func widenHalfAVX2(n int, dst *float32, src *uint16)
TEXT ·widenHalfAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	MOVQ src+16(FP), DI
	WIDEN(LOADHALF)

// func widenBfloatAVX2(n int, dst *float32, src *uint16)
TEXT ·widenBfloatAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), SI
	MOVQ src+16(FP), DI
	WIDEN(LOADBFLOAT)

DATA sign<>+0(SB)/4, $0x80000000
DATA quiet<>+0(SB)/4, $0x7fc00000
DATA bias<>+0(SB)/4, $0x7fff
DATA quietBit<>+0(SB)/4, $0x40
GLOBL sign<>(SB), RODATA|NOPTR, $4
GLOBL quiet<>(SB), RODATA|NOPTR, $4
GLOBL bias<>(SB), RODATA|NOPTR, $4
GLOBL quietBit<>(SB), RODATA|NOPTR, $4

// func narrowHalfAVX2(n int, dst *uint16, src *float32)
//
// A NaN keeps its sign only.
TEXT ·narrowHalfAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DI
	MOVQ src+16(FP), SI
	VBROADCASTSS sign<>(SB), Y4
	VBROADCASTSS quiet<>(SB), Y5
half:
	VMOVUPS (SI), Y0
	VCMPPS $3, Y0, Y0, Y1
	VANDPS Y4, Y0, Y2
	VORPS Y5, Y2, Y2
	VBLENDVPS Y1, Y2, Y0, Y0
	VCVTPS2PH $0, Y0, (DI)
	ADDQ $32, SI
	ADDQ $16, DI
	SUBQ $8, CX
	JNZ half
	VZEROUPPER
	RET

// func narrowBfloatAVX2(n int, dst *uint16, src *float32)
TEXT ·narrowBfloatAVX2(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DI
	MOVQ src+16(FP), SI
	VPBROADCASTD bias<>(SB), Y4
	VPBROADCASTD quietBit<>(SB), Y5
	VPCMPEQD Y6, Y6, Y6
	VPSRLD $31, Y6, Y6
bfloat:
	VMOVDQU (SI), Y0
	VCMPPS $3, Y0, Y0, Y1
	VPSRLD $16, Y0, Y2
	VPOR Y5, Y2, Y3 // of a NaN
	VPAND Y6, Y2, Y2
	VPADDD Y4, Y0, Y0
	VPADDD Y2, Y0, Y0
	VPSRLD $16, Y0, Y0
	VBLENDVPS Y1, Y3, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSDW X1, X0, X0
	VMOVDQU X0, (DI)
	ADDQ $32, SI
	ADDQ $16, DI
	SUBQ $8, CX
	JNZ bfloat
	VZEROUPPER
	RET

// Cephes' expf: 2^z * e^r with z integer and |r| ≤ ln(2)/2.
DATA expConst<>+0(SB)/4, $0x3fb8aa3b  // log2(e)
DATA expConst<>+4(SB)/4, $0x3f318000  // ln(2), high part
DATA expConst<>+8(SB)/4, $0xb95e8083  // low part
DATA expConst<>+12(SB)/4, $0x39506967 // 1.9875691500e-4
DATA expConst<>+16(SB)/4, $0x3ab743ce // 1.3981999507e-3
DATA expConst<>+20(SB)/4, $0x3c088908 // 8.3334519073e-3
DATA expConst<>+24(SB)/4, $0x3d2aa9c1 // 4.1665795894e-2
DATA expConst<>+28(SB)/4, $0x3e2aaaaa // 1.6666665459e-1
DATA expConst<>+32(SB)/4, $0x3f000000 // 5.0000001201e-1
DATA expConst<>+36(SB)/4, $0x3f800000 // 1
DATA expConst<>+40(SB)/4, $0xc2aeac50 // -87.3365: the least exponent of a normal result
GLOBL expConst<>(SB), RODATA|NOPTR, $44

// func expSumAVX2(n int, v *float32, hi float32) float32
//
// v becomes exp(v-hi), for v ≤ hi; the sum is returned.
TEXT ·expSumAVX2(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ v+8(FP), SI
	VBROADCASTSS hi+16(FP), Y0
	VXORPS Y1, Y1, Y1
	VBROADCASTSS expConst<>+0(SB), Y5
	VBROADCASTSS expConst<>+4(SB), Y6
	VBROADCASTSS expConst<>+8(SB), Y7
	VBROADCASTSS expConst<>+12(SB), Y8
	VBROADCASTSS expConst<>+16(SB), Y9
	VBROADCASTSS expConst<>+20(SB), Y10
	VBROADCASTSS expConst<>+24(SB), Y11
	VBROADCASTSS expConst<>+28(SB), Y12
	VBROADCASTSS expConst<>+32(SB), Y13
	VBROADCASTSS expConst<>+36(SB), Y14
	VBROADCASTSS expConst<>+40(SB), Y15
exp:
	VMOVUPS (SI), Y2
	VSUBPS Y0, Y2, Y2
	VCMPPS $5, Y15, Y2, Y4 // not less than, true of NaN
	VMAXPS Y2, Y15, Y2     // keeps NaN
	VMULPS Y5, Y2, Y3
	VROUNDPS $0, Y3, Y3
	VFNMADD231PS Y6, Y3, Y2
	VFNMADD231PS Y7, Y3, Y2
	VCVTPS2DQ Y3, Y3
	VPSLLD $23, Y3, Y3
	VPADDD Y14, Y3, Y3     // 2^z
	VANDPS Y4, Y3, Y3
	VMOVAPS Y8, Y4
	VFMADD213PS Y9, Y2, Y4
	VFMADD213PS Y10, Y2, Y4
	VFMADD213PS Y11, Y2, Y4
	VFMADD213PS Y12, Y2, Y4
	VFMADD213PS Y13, Y2, Y4
	VMULPS Y2, Y4, Y4
	VFMADD213PS Y2, Y2, Y4
	VADDPS Y14, Y4, Y4
	VMULPS Y3, Y4, Y4
	VMOVUPS Y4, (SI)
	VADDPS Y4, Y1, Y1
	ADDQ $32, SI
	SUBQ $8, CX
	JNZ exp
	VEXTRACTF128 $1, Y1, X2
	VADDPS X2, X1, X1
	VHADDPS X1, X1, X1
	VHADDPS X1, X1, X1
	MOVSS X1, ret+24(FP)
	VZEROUPPER
	RET

// func largestAVX2(n int, v *float32) float32
//
// NaN is passed over.
TEXT ·largestAVX2(SB), NOSPLIT, $0-20
	MOVQ n+0(FP), CX
	MOVQ v+8(FP), SI
	VPCMPEQD Y0, Y0, Y0
	VPSLLD $23, Y0, Y0 // -Inf
largest:
	VMOVUPS (SI), Y1
	VMAXPS Y0, Y1, Y0
	ADDQ $32, SI
	SUBQ $8, CX
	JNZ largest
	VEXTRACTF128 $1, Y0, X1
	VMAXPS X1, X0, X0
	VPERMILPS $0x4e, X0, X1
	VMAXPS X1, X0, X0
	VPERMILPS $0xb1, X0, X1
	VMAXPS X1, X0, X0
	MOVSS X0, ret+16(FP)
	VZEROUPPER
	RET
