// SPDX-License-Identifier: EUPL-1.2

#include "textflag.h"

// Sixteen values a step. Products and sums stay apart: a fused multiply-add would round once where the published method rounds
// twice.

DATA weights512<>+0(SB)/4, $0x3e991687 // 0.299
DATA weights512<>+4(SB)/4, $0x3f1645a2 // 0.587
DATA weights512<>+8(SB)/4, $0x3de978d5 // 0.114
GLOBL weights512<>(SB), RODATA|NOPTR, $12

// The factors of image/color.YCbCrToRGB.
DATA colour512<>+0(SB)/4, $0x10101
DATA colour512<>+4(SB)/4, $91881
DATA colour512<>+8(SB)/4, $22554
DATA colour512<>+12(SB)/4, $46802
DATA colour512<>+16(SB)/4, $116130
DATA colour512<>+20(SB)/4, $128
DATA colour512<>+24(SB)/4, $255
GLOBL colour512<>(SB), RODATA|NOPTR, $28

#define WEIGHTS \
	VBROADCASTSS weights512<>+0(SB), Z20 \
	VBROADCASTSS weights512<>+4(SB), Z21 \
	VBROADCASTSS weights512<>+8(SB), Z22

// Red, green and blue in Z1 to Z3 become a brightness in Z1.
#define WEIGH \
	VCVTDQ2PS Z1, Z1 \
	VCVTDQ2PS Z2, Z2 \
	VCVTDQ2PS Z3, Z3 \
	VMULPS Z20, Z1, Z1 \
	VMULPS Z21, Z2, Z2 \
	VMULPS Z22, Z3, Z3 \
	VADDPS Z2, Z1, Z1 \
	VADDPS Z3, Z1, Z1

// func lumaRGBA512(dst *float32, pix *uint8, n int)
TEXT ·lumaRGBA512(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ pix+8(FP), SI
	MOVQ n+16(FP), CX
	WEIGHTS
	VPBROADCASTD colour512<>+24(SB), Z10

rgba:
	VMOVDQU32 (SI), Z0
	VPANDD Z10, Z0, Z1
	VPSRLD $8, Z0, Z2
	VPANDD Z10, Z2, Z2
	VPSRLD $16, Z0, Z3
	VPANDD Z10, Z3, Z3
	WEIGH
	VMOVUPS Z1, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $16, CX
	JG rgba
	VZEROUPPER
	RET

#define FACTORS \
	VPBROADCASTD colour512<>+0(SB), Z10 \
	VPBROADCASTD colour512<>+4(SB), Z11 \
	VPBROADCASTD colour512<>+8(SB), Z12 \
	VPBROADCASTD colour512<>+12(SB), Z13 \
	VPBROADCASTD colour512<>+16(SB), Z14 \
	VPBROADCASTD colour512<>+20(SB), Z15 \
	VPBROADCASTD colour512<>+24(SB), Z16 \
	VPXORD Z17, Z17, Z17

#define CLAMP(r) \
	VPSRAD $16, r, r \
	VPMAXSD Z17, r, r \
	VPMINSD Z16, r, r

// Y, Cb and Cr in Z4 to Z6 become red, green and blue in Z1 to Z3.
#define COLOUR \
	VPMULLD Z10, Z4, Z4 \
	VPSUBD Z15, Z5, Z5 \
	VPSUBD Z15, Z6, Z6 \
	VPMULLD Z11, Z6, Z1 \
	VPADDD Z4, Z1, Z1 \
	VPMULLD Z12, Z5, Z2 \
	VPSUBD Z2, Z4, Z2 \
	VPMULLD Z13, Z6, Z3 \
	VPSUBD Z3, Z2, Z2 \
	VPMULLD Z14, Z5, Z3 \
	VPADDD Z4, Z3, Z3 \
	CLAMP(Z1) \
	CLAMP(Z2) \
	CLAMP(Z3)

// func lumaFull512(dst *float32, y, cb, cr *uint8, n int)
TEXT ·lumaFull512(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	WEIGHTS
	FACTORS

full:
	VPMOVZXBD (SI), Z4
	VPMOVZXBD (R8), Z5
	VPMOVZXBD (R9), Z6
	COLOUR
	WEIGH
	VMOVUPS Z1, (DI)
	ADDQ $16, SI
	ADDQ $16, R8
	ADDQ $16, R9
	ADDQ $64, DI
	SUBQ $16, CX
	JG full
	VZEROUPPER
	RET

// func lumaHalf512(dst *float32, y, cb, cr *uint8, n int)
TEXT ·lumaHalf512(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	WEIGHTS
	FACTORS

half:
	VPMOVZXBD (SI), Z4
	VMOVQ (R8), X5
	VPUNPCKLBW X5, X5, X5
	VPMOVZXBD X5, Z5
	VMOVQ (R9), X6
	VPUNPCKLBW X6, X6, X6
	VPMOVZXBD X6, Z6
	COLOUR
	WEIGH
	VMOVUPS Z1, (DI)
	ADDQ $16, SI
	ADDQ $8, R8
	ADDQ $8, R9
	ADDQ $64, DI
	SUBQ $16, CX
	JG half
	VZEROUPPER
	RET

// Four rows become, in each quarter, the columns 4q to 4q+3.
#define QUAD(a, b, c, d, e, f, g, h) \
	VUNPCKLPS b, a, e \
	VUNPCKHPS b, a, f \
	VUNPCKLPS d, c, g \
	VUNPCKHPS d, c, h \
	VUNPCKLPD g, e, a \
	VUNPCKHPD g, e, b \
	VUNPCKLPD h, f, c \
	VUNPCKHPD h, f, d

// The quarters of four registers change places, and go to the rows k, k+4, k+8, k+12 in R10 to R13.
#define QUARTERS(a, b, c, d) \
	VSHUFF32X4 $0x88, b, a, Z16 \
	VSHUFF32X4 $0xdd, b, a, Z17 \
	VSHUFF32X4 $0x88, d, c, Z18 \
	VSHUFF32X4 $0xdd, d, c, Z19 \
	VSHUFF32X4 $0x88, Z18, Z16, a \
	VSHUFF32X4 $0x88, Z19, Z17, b \
	VSHUFF32X4 $0xdd, Z18, Z16, c \
	VSHUFF32X4 $0xdd, Z19, Z17, d \
	VMOVUPS a, (R10) \
	VMOVUPS b, (R11) \
	VMOVUPS c, (R12) \
	VMOVUPS d, (R13) \
	ADDQ R8, R10 \
	ADDQ R8, R11 \
	ADDQ R8, R12 \
	ADDQ R8, R13

#define LOAD4(a, b, c, d) \
	VMOVUPS (R10), a \
	VMOVUPS (R10)(R9*1), b \
	VMOVUPS (R10)(R9*2), c \
	VMOVUPS (R10)(R11*1), d \
	LEAQ (R10)(R9*4), R10

// func transpose512(dst, src *float32, dstRow, srcRow, dstStep, srcStep, blocks int)
TEXT ·transpose512(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ dstRow+16(FP), R8
	MOVQ srcRow+24(FP), R9
	MOVQ dstStep+32(FP), DX
	MOVQ srcStep+40(FP), BX
	MOVQ blocks+48(FP), CX

block:
	MOVQ SI, R10
	LEAQ (R9)(R9*2), R11
	LOAD4(Z0, Z1, Z2, Z3)
	LOAD4(Z4, Z5, Z6, Z7)
	LOAD4(Z8, Z9, Z10, Z11)
	LOAD4(Z12, Z13, Z14, Z15)
	QUAD(Z0, Z1, Z2, Z3, Z16, Z17, Z18, Z19)
	QUAD(Z4, Z5, Z6, Z7, Z20, Z21, Z22, Z23)
	QUAD(Z8, Z9, Z10, Z11, Z24, Z25, Z26, Z27)
	QUAD(Z12, Z13, Z14, Z15, Z28, Z29, Z30, Z31)
	MOVQ DI, R10
	LEAQ (R10)(R8*4), R11
	LEAQ (R11)(R8*4), R12
	LEAQ (R12)(R8*4), R13
	QUARTERS(Z0, Z4, Z8, Z12)
	QUARTERS(Z1, Z5, Z9, Z13)
	QUARTERS(Z2, Z6, Z10, Z14)
	QUARTERS(Z3, Z7, Z11, Z15)
	ADDQ BX, SI
	ADDQ DX, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func box512(out, in, gone, sum *float32, n int, count, inverse float32)
TEXT ·box512(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ in+8(FP), SI
	MOVQ gone+16(FP), DX
	MOVQ sum+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS count+40(FP), Z1
	VBROADCASTSS inverse+44(FP), Z2
	VMOVUPS (R8), Z0
	CMPL inverse+44(FP), $0
	JEQ divide

multiply:
	VADDPS (SI), Z0, Z0
	VSUBPS (DX), Z0, Z0
	VMULPS Z2, Z0, Z3
	VMOVUPS Z3, (DI)
	ADDQ $64, SI
	ADDQ $64, DX
	ADDQ $64, DI
	DECQ CX
	JNZ multiply
	JMP done

divide:
	VADDPS (SI), Z0, Z0
	VSUBPS (DX), Z0, Z0
	VDIVPS Z1, Z0, Z3
	VMOVUPS Z3, (DI)
	ADDQ $64, SI
	ADDQ $64, DX
	ADDQ $64, DI
	DECQ CX
	JNZ divide

done:
	VMOVUPS Z0, (R8)
	VZEROUPPER
	RET

// func run512(out, in, gone, sum *float32, n int, count float32)
TEXT ·run512(SB), NOSPLIT, $0-44
	MOVQ out+0(FP), DI
	MOVQ in+8(FP), SI
	MOVQ gone+16(FP), DX
	MOVQ sum+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS count+40(FP), Z1
	VMOVUPS (R8), Z0
	TESTQ CX, CX
	JZ write

advance:
	VADDPS (SI), Z0, Z0
	VSUBPS (DX), Z0, Z0
	ADDQ $64, SI
	ADDQ $64, DX
	DECQ CX
	JNZ advance

write:
	VMOVUPS Z0, (R8)
	VDIVPS Z1, Z0, Z0
	VMOVUPS Z0, (DI)
	VZEROUPPER
	RET

// func columns512(out, in, gone, sums *float32, n int, count, inverse float32)
TEXT ·columns512(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ in+8(FP), SI
	MOVQ gone+16(FP), DX
	MOVQ sums+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS count+40(FP), Z1
	VBROADCASTSS inverse+44(FP), Z2
	XORQ AX, AX
	CMPL inverse+44(FP), $0
	JEQ divide

multiply:
	VMOVUPS (R8)(AX*4), Z0
	VADDPS (SI)(AX*4), Z0, Z0
	VSUBPS (DX)(AX*4), Z0, Z0
	VMOVUPS Z0, (R8)(AX*4)
	VMULPS Z2, Z0, Z0
	VMOVUPS Z0, (DI)(AX*4)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT multiply
	VZEROUPPER
	RET

divide:
	VMOVUPS (R8)(AX*4), Z0
	VADDPS (SI)(AX*4), Z0, Z0
	VSUBPS (DX)(AX*4), Z0, Z0
	VMOVUPS Z0, (R8)(AX*4)
	VDIVPS Z1, Z0, Z0
	VMOVUPS Z0, (DI)(AX*4)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT divide
	VZEROUPPER
	RET

// func dot512(out, factors, rows *float32, stride int)
TEXT ·dot512(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DI
	MOVQ factors+8(FP), SI
	MOVQ rows+16(FP), DX
	MOVQ stride+24(FP), R8
	MOVQ $64, CX
	VPXORD Z0, Z0, Z0

product:
	VBROADCASTSS (SI), Z1
	VMULPS (DX), Z1, Z1
	VADDPS Z1, Z0, Z0
	ADDQ $4, SI
	ADDQ R8, DX
	DECQ CX
	JNZ product
	VMOVUPS Z0, (DI)
	VZEROUPPER
	RET

DATA white512<>+0(SB)/2, $255
GLOBL white512<>(SB), RODATA|NOPTR, $2

// Sixteen whole numbers of four bytes, times the factor, are added to what is there.
#define FLUSH(r, at) \
	VCVTDQ2PS r, r \
	VMULPS Z23, r, r \
	VADDPS at(DI), r, r \
	VMOVUPS r, at(DI)

// func tent512(out *float32, pix *uint8, stride int, weights *uint16, rows, n int, black, stretch uint16, factor float32)
TEXT ·tent512(SB), NOSPLIT, $0-56
	MOVQ out+0(FP), DI
	MOVQ pix+8(FP), SI
	MOVQ stride+16(FP), R9
	MOVQ weights+24(FP), R8
	MOVQ rows+32(FP), DX
	MOVQ n+40(FP), CX
	VPBROADCASTW black+48(FP), Z20
	VPBROADCASTW stretch+50(FP), Z21
	VPBROADCASTW white512<>+0(SB), Z22
	VBROADCASTSS factor+52(FP), Z23

block:
	MOVQ SI, R10
	MOVQ R8, R11
	MOVQ DX, R12
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1

row:
	VPBROADCASTW (R11), Z6
	VPMOVZXBW (R10), Z2
	VPMOVZXBW 32(R10), Z3
	VPSUBUSW Z20, Z2, Z2
	VPSUBUSW Z20, Z3, Z3
	VPMULHUW Z21, Z2, Z4
	VPMULHUW Z21, Z3, Z5
	VPADDW Z4, Z2, Z2
	VPADDW Z5, Z3, Z3
	VPMINUW Z22, Z2, Z2
	VPMINUW Z22, Z3, Z3
	VPMULLW Z6, Z2, Z2
	VPMULLW Z6, Z3, Z3
	VPADDW Z2, Z0, Z0
	VPADDW Z3, Z1, Z1
	ADDQ R9, R10
	ADDQ $2, R11
	DECQ R12
	JNZ row
	VEXTRACTI64X4 $1, Z0, Y3
	VEXTRACTI64X4 $1, Z1, Y5
	VPMOVZXWD Y0, Z2
	VPMOVZXWD Y3, Z3
	VPMOVZXWD Y1, Z4
	VPMOVZXWD Y5, Z5
	FLUSH(Z2, 0)
	FLUSH(Z3, 64)
	FLUSH(Z4, 128)
	FLUSH(Z5, 192)
	ADDQ $64, SI
	ADDQ $256, DI
	SUBQ $64, CX
	JG block
	VZEROUPPER
	RET
