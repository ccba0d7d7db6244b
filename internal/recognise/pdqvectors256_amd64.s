// SPDX-License-Identifier: EUPL-1.2

#include "textflag.h"

// Eight values a step; strips of sixteen are done as two halves. Products and sums stay apart as in the wider form.

DATA weights256<>+0(SB)/4, $0x3e991687 // 0.299
DATA weights256<>+4(SB)/4, $0x3f1645a2 // 0.587
DATA weights256<>+8(SB)/4, $0x3de978d5 // 0.114
GLOBL weights256<>(SB), RODATA|NOPTR, $12

// The factors of image/color.YCbCrToRGB, eight times each: there are too few registers to hold them.
#define EIGHT(at, v) \
	DATA colour256<>+(at+0)(SB)/4, v \
	DATA colour256<>+(at+4)(SB)/4, v \
	DATA colour256<>+(at+8)(SB)/4, v \
	DATA colour256<>+(at+12)(SB)/4, v \
	DATA colour256<>+(at+16)(SB)/4, v \
	DATA colour256<>+(at+20)(SB)/4, v \
	DATA colour256<>+(at+24)(SB)/4, v \
	DATA colour256<>+(at+28)(SB)/4, v

EIGHT(0, $0x10101)
EIGHT(32, $91881)
EIGHT(64, $22554)
EIGHT(96, $46802)
EIGHT(128, $116130)
EIGHT(160, $128)
EIGHT(192, $255)
GLOBL colour256<>(SB), RODATA|NOPTR, $224

#define WEIGHTS \
	VBROADCASTSS weights256<>+0(SB), Y13 \
	VBROADCASTSS weights256<>+4(SB), Y14 \
	VBROADCASTSS weights256<>+8(SB), Y15

// Red, green and blue in Y1 to Y3 become a brightness in Y1.
#define WEIGH \
	VCVTDQ2PS Y1, Y1 \
	VCVTDQ2PS Y2, Y2 \
	VCVTDQ2PS Y3, Y3 \
	VMULPS Y13, Y1, Y1 \
	VMULPS Y14, Y2, Y2 \
	VMULPS Y15, Y3, Y3 \
	VADDPS Y2, Y1, Y1 \
	VADDPS Y3, Y1, Y1

// func lumaRGBA256(dst *float32, pix *uint8, n int)
TEXT ·lumaRGBA256(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ pix+8(FP), SI
	MOVQ n+16(FP), CX
	WEIGHTS
	VMOVDQU colour256<>+192(SB), Y10

rgba:
	VMOVDQU (SI), Y0
	VPAND Y10, Y0, Y1
	VPSRLD $8, Y0, Y2
	VPAND Y10, Y2, Y2
	VPSRLD $16, Y0, Y3
	VPAND Y10, Y3, Y3
	WEIGH
	VMOVUPS Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $8, CX
	JG rgba
	VZEROUPPER
	RET

#define FACTORS \
	VMOVDQU colour256<>+0(SB), Y10 \
	VMOVDQU colour256<>+192(SB), Y11 \
	VPXOR Y12, Y12, Y12

#define CLAMP(r) \
	VPSRAD $16, r, r \
	VPMAXSD Y12, r, r \
	VPMINSD Y11, r, r

// Y, Cb and Cr in Y4 to Y6 become red, green and blue in Y1 to Y3.
#define COLOUR \
	VPMULLD Y10, Y4, Y4 \
	VPSUBD colour256<>+160(SB), Y5, Y5 \
	VPSUBD colour256<>+160(SB), Y6, Y6 \
	VPMULLD colour256<>+32(SB), Y6, Y1 \
	VPADDD Y4, Y1, Y1 \
	VPMULLD colour256<>+64(SB), Y5, Y2 \
	VPSUBD Y2, Y4, Y2 \
	VPMULLD colour256<>+96(SB), Y6, Y3 \
	VPSUBD Y3, Y2, Y2 \
	VPMULLD colour256<>+128(SB), Y5, Y3 \
	VPADDD Y4, Y3, Y3 \
	CLAMP(Y1) \
	CLAMP(Y2) \
	CLAMP(Y3)

// func lumaFull256(dst *float32, y, cb, cr *uint8, n int)
TEXT ·lumaFull256(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	WEIGHTS
	FACTORS

full:
	VPMOVZXBD (SI), Y4
	VPMOVZXBD (R8), Y5
	VPMOVZXBD (R9), Y6
	COLOUR
	WEIGH
	VMOVUPS Y1, (DI)
	ADDQ $8, SI
	ADDQ $8, R8
	ADDQ $8, R9
	ADDQ $32, DI
	SUBQ $8, CX
	JG full
	VZEROUPPER
	RET

// func lumaHalf256(dst *float32, y, cb, cr *uint8, n int)
TEXT ·lumaHalf256(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	WEIGHTS
	FACTORS

half:
	VPMOVZXBD (SI), Y4
	VMOVD (R8), X5
	VPUNPCKLBW X5, X5, X5
	VPMOVZXBD X5, Y5
	VMOVD (R9), X6
	VPUNPCKLBW X6, X6, X6
	VPMOVZXBD X6, Y6
	COLOUR
	WEIGH
	VMOVUPS Y1, (DI)
	ADDQ $8, SI
	ADDQ $4, R8
	ADDQ $4, R9
	ADDQ $32, DI
	SUBQ $8, CX
	JG half
	VZEROUPPER
	RET

// Four rows become, in each half, the columns 4q to 4q+3.
#define QUAD(a, b, c, d) \
	VUNPCKLPS b, a, Y8 \
	VUNPCKHPS b, a, Y9 \
	VUNPCKLPS d, c, Y10 \
	VUNPCKHPS d, c, Y11 \
	VUNPCKLPD Y10, Y8, a \
	VUNPCKHPD Y10, Y8, b \
	VUNPCKLPD Y11, Y9, c \
	VUNPCKHPD Y11, Y9, d

// The halves of two registers change places, and go to the rows k and k+4 in R10 and R11.
#define HALVES(a, b) \
	VPERM2F128 $0x20, b, a, Y8 \
	VPERM2F128 $0x31, b, a, Y9 \
	VMOVUPS Y8, (R10) \
	VMOVUPS Y9, (R11) \
	ADDQ R8, R10 \
	ADDQ R8, R11

#define LOAD4(a, b, c, d) \
	VMOVUPS (R10), a \
	VMOVUPS (R10)(R9*1), b \
	VMOVUPS (R10)(R9*2), c \
	VMOVUPS (R10)(R11*1), d \
	LEAQ (R10)(R9*4), R10

// Eight by eight values from R12 to R13.
#define QUADRANT \
	MOVQ R12, R10 \
	LEAQ (R9)(R9*2), R11 \
	LOAD4(Y0, Y1, Y2, Y3) \
	LOAD4(Y4, Y5, Y6, Y7) \
	QUAD(Y0, Y1, Y2, Y3) \
	QUAD(Y4, Y5, Y6, Y7) \
	MOVQ R13, R10 \
	LEAQ (R10)(R8*4), R11 \
	HALVES(Y0, Y4) \
	HALVES(Y1, Y5) \
	HALVES(Y2, Y6) \
	HALVES(Y3, Y7)

// func transpose256(dst, src *float32, dstRow, srcRow, dstStep, srcStep, blocks int)
TEXT ·transpose256(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ dstRow+16(FP), R8
	MOVQ srcRow+24(FP), R9
	MOVQ dstStep+32(FP), DX
	MOVQ srcStep+40(FP), BX
	MOVQ blocks+48(FP), CX

block:
	MOVQ SI, R12
	MOVQ DI, R13
	QUADRANT
	LEAQ 32(SI), R12
	LEAQ (DI)(R8*8), R13
	QUADRANT
	LEAQ (SI)(R9*8), R12
	LEAQ 32(DI), R13
	QUADRANT
	LEAQ 32(SI)(R9*8), R12
	LEAQ 32(DI)(R8*8), R13
	QUADRANT
	ADDQ BX, SI
	ADDQ DX, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

#define ADVANCE \
	VADDPS (SI), Y0, Y0 \
	VADDPS 32(SI), Y4, Y4 \
	VSUBPS (DX), Y0, Y0 \
	VSUBPS 32(DX), Y4, Y4 \
	ADDQ $64, SI \
	ADDQ $64, DX

// func box256(out, in, gone, sum *float32, n int, count, inverse float32)
TEXT ·box256(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ in+8(FP), SI
	MOVQ gone+16(FP), DX
	MOVQ sum+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS count+40(FP), Y1
	VBROADCASTSS inverse+44(FP), Y2
	VMOVUPS (R8), Y0
	VMOVUPS 32(R8), Y4
	CMPL inverse+44(FP), $0
	JEQ divide

multiply:
	ADVANCE
	VMULPS Y2, Y0, Y3
	VMULPS Y2, Y4, Y5
	VMOVUPS Y3, (DI)
	VMOVUPS Y5, 32(DI)
	ADDQ $64, DI
	DECQ CX
	JNZ multiply
	JMP done

divide:
	ADVANCE
	VDIVPS Y1, Y0, Y3
	VDIVPS Y1, Y4, Y5
	VMOVUPS Y3, (DI)
	VMOVUPS Y5, 32(DI)
	ADDQ $64, DI
	DECQ CX
	JNZ divide

done:
	VMOVUPS Y0, (R8)
	VMOVUPS Y4, 32(R8)
	VZEROUPPER
	RET

// func run256(out, in, gone, sum *float32, n int, count float32)
TEXT ·run256(SB), NOSPLIT, $0-44
	MOVQ out+0(FP), DI
	MOVQ in+8(FP), SI
	MOVQ gone+16(FP), DX
	MOVQ sum+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS count+40(FP), Y1
	VMOVUPS (R8), Y0
	VMOVUPS 32(R8), Y4
	TESTQ CX, CX
	JZ write

advance:
	ADVANCE
	DECQ CX
	JNZ advance

write:
	VMOVUPS Y0, (R8)
	VMOVUPS Y4, 32(R8)
	VDIVPS Y1, Y0, Y0
	VDIVPS Y1, Y4, Y4
	VMOVUPS Y0, (DI)
	VMOVUPS Y4, 32(DI)
	VZEROUPPER
	RET

// func columns256(out, in, gone, sums *float32, n int, count, inverse float32)
TEXT ·columns256(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ in+8(FP), SI
	MOVQ gone+16(FP), DX
	MOVQ sums+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS count+40(FP), Y1
	VBROADCASTSS inverse+44(FP), Y2
	XORQ AX, AX
	CMPL inverse+44(FP), $0
	JEQ divide

multiply:
	VMOVUPS (R8)(AX*4), Y0
	VADDPS (SI)(AX*4), Y0, Y0
	VSUBPS (DX)(AX*4), Y0, Y0
	VMOVUPS Y0, (R8)(AX*4)
	VMULPS Y2, Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT multiply
	VZEROUPPER
	RET

divide:
	VMOVUPS (R8)(AX*4), Y0
	VADDPS (SI)(AX*4), Y0, Y0
	VSUBPS (DX)(AX*4), Y0, Y0
	VMOVUPS Y0, (R8)(AX*4)
	VDIVPS Y1, Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT divide
	VZEROUPPER
	RET

// func dot256(out, factors, rows *float32, stride int)
TEXT ·dot256(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DI
	MOVQ factors+8(FP), SI
	MOVQ rows+16(FP), DX
	MOVQ stride+24(FP), R8
	MOVQ $64, CX
	VXORPS Y0, Y0, Y0
	VXORPS Y4, Y4, Y4

product:
	VBROADCASTSS (SI), Y1
	VMULPS (DX), Y1, Y2
	VMULPS 32(DX), Y1, Y3
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y4, Y4
	ADDQ $4, SI
	ADDQ R8, DX
	DECQ CX
	JNZ product
	VMOVUPS Y0, (DI)
	VMOVUPS Y4, 32(DI)
	VZEROUPPER
	RET

DATA white256<>+0(SB)/2, $255
GLOBL white256<>(SB), RODATA|NOPTR, $2

// Eight whole numbers of two bytes, times the factor, are added to what is there.
#define FLUSH(x, y, at) \
	VPMOVZXWD x, y \
	VCVTDQ2PS y, y \
	VMULPS Y13, y, y \
	VADDPS at(DI), y, y \
	VMOVUPS y, at(DI)

// func tent256(out *float32, pix *uint8, stride int, weights *uint16, rows, n int, black, stretch uint16, factor float32)
TEXT ·tent256(SB), NOSPLIT, $0-56
	MOVQ out+0(FP), DI
	MOVQ pix+8(FP), SI
	MOVQ stride+16(FP), R9
	MOVQ weights+24(FP), R8
	MOVQ rows+32(FP), DX
	MOVQ n+40(FP), CX
	VPBROADCASTW black+48(FP), Y10
	VPBROADCASTW stretch+50(FP), Y11
	VPBROADCASTW white256<>+0(SB), Y12
	VBROADCASTSS factor+52(FP), Y13

block:
	MOVQ SI, R10
	MOVQ R8, R11
	MOVQ DX, R12
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1

row:
	VPBROADCASTW (R11), Y6
	VPMOVZXBW (R10), Y2
	VPMOVZXBW 16(R10), Y3
	VPSUBUSW Y10, Y2, Y2
	VPSUBUSW Y10, Y3, Y3
	VPMULHUW Y11, Y2, Y4
	VPMULHUW Y11, Y3, Y5
	VPADDW Y4, Y2, Y2
	VPADDW Y5, Y3, Y3
	VPMINUW Y12, Y2, Y2
	VPMINUW Y12, Y3, Y3
	VPMULLW Y6, Y2, Y2
	VPMULLW Y6, Y3, Y3
	VPADDW Y2, Y0, Y0
	VPADDW Y3, Y1, Y1
	ADDQ R9, R10
	ADDQ $2, R11
	DECQ R12
	JNZ row
	VEXTRACTI128 $1, Y0, X3
	VEXTRACTI128 $1, Y1, X5
	FLUSH(X0, Y2, 0)
	FLUSH(X3, Y3, 32)
	FLUSH(X1, Y4, 64)
	FLUSH(X5, Y5, 96)
	ADDQ $32, SI
	ADDQ $128, DI
	SUBQ $32, CX
	JG block
	VZEROUPPER
	RET
