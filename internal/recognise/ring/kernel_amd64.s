// SPDX-License-Identifier: EUPL-1.2

#include "textflag.h"

// How many bits a nibble has, twice.
DATA nibbles<>+0(SB)/8, $0x0302020102010100
DATA nibbles<>+8(SB)/8, $0x0403030203020201
DATA nibbles<>+16(SB)/8, $0x0302020102010100
DATA nibbles<>+24(SB)/8, $0x0403030203020201
GLOBL nibbles<>(SB), RODATA|NOPTR, $32

DATA eight<>+0(SB)/8, $0x0000000100000000
DATA eight<>+8(SB)/8, $0x0000000300000002
DATA eight<>+16(SB)/8, $0x0000000500000004
DATA eight<>+24(SB)/8, $0x0000000700000006
GLOBL eight<>(SB), RODATA|NOPTR, $32

// func fetchSpans(near *byte, spans *span, count int)
TEXT ·fetchSpans(SB), NOSPLIT, $0-24
	MOVQ near+0(FP), SI
	MOVQ spans+8(FP), BX
	MOVQ count+16(FP), DX
next:
	MOVL 0(BX), AX
	MOVL 4(BX), CX
	LEAQ (SI)(AX*2), AX
	LEAQ (SI)(CX*2), CX
line:
	PREFETCHT0 (AX)
	ADDQ $64, AX
	CMPQ AX, CX
	JB   line
	ADDQ $8, BX
	DECQ DX
	JNZ  next
	RET

// func filter512(near *byte, spans *span, count int, q, most uint64, out *uint32) int
TEXT ·filter512(SB), NOSPLIT, $0-56
	MOVQ near+0(FP), SI
	MOVQ spans+8(FP), BX
	MOVQ count+16(FP), R8
	MOVQ q+24(FP), AX
	VPBROADCASTW AX, Z0
	MOVQ most+32(FP), AX
	VPBROADCASTW AX, Z1
	MOVQ out+40(FP), DI
	MOVQ DI, R9
	MOVL $-1, R10
next:
	MOVL 0(BX), CX
	MOVL 4(BX), DX
	ADDQ $8, BX
	SUBL CX, DX            // entries left
	JLE  done
	CMPL DX, $32
	JLT  rest
full:
	VPXORD    (SI)(CX*2), Z0, Z2
	VPOPCNTW  Z2, Z2
	VPCMPUW   $2, Z1, Z2, K1
	KMOVD     K1, AX
	TESTL     AX, AX
	JNZ       emitFull
after:
	ADDL $32, CX
	SUBL $32, DX
	CMPL DX, $32
	JGE  full
	TESTL DX, DX
	JZ   done
rest:
	BZHIL DX, R10, AX
	KMOVD AX, K2
	VMOVDQU16.Z (SI)(CX*2), K2, Z2
	VPXORD    Z2, Z0, Z2
	VPOPCNTW  Z2, Z2
	VPCMPUW   $2, Z1, Z2, K2, K1
	KMOVD     K1, AX
	TESTL     AX, AX
	JZ        done
emitRest:
	TZCNTL AX, R11
	ADDL   CX, R11
	MOVL   R11, (DI)
	ADDQ   $4, DI
	BLSRL  AX, AX
	JNZ    emitRest
done:
	DECQ R8
	JNZ  next
	SUBQ R9, DI
	SHRQ $2, DI
	MOVQ DI, ret+48(FP)
	VZEROUPPER
	RET
emitFull:
	TZCNTL AX, R11
	ADDL   CX, R11
	MOVL   R11, (DI)
	ADDQ   $4, DI
	BLSRL  AX, AX
	JNZ    emitFull
	JMP    after

// func cross512(near *byte, n int, qs *uint16, count int, most uint64, out *uint64) int
TEXT ·cross512(SB), NOSPLIT, $0-56
	MOVQ near+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ qs+16(FP), BX
	MOVQ count+24(FP), R8
	MOVQ most+32(FP), AX
	VPBROADCASTW AX, Z1
	MOVQ out+40(FP), DI
	MOVQ DI, R9
	MOVL $-1, R10
	XORQ R12, R12          // first entry of the tile
	CMPQ DX, $128
	JLT  tiles
four:
	VMOVDQU16 (SI), Z10
	VMOVDQU16 64(SI), Z11
	VMOVDQU16 128(SI), Z12
	VMOVDQU16 192(SI), Z13
	XORQ CX, CX
fourQuery:
	VPBROADCASTW (BX)(CX*2), Z0
	VPXORD   Z10, Z0, Z2
	VPXORD   Z11, Z0, Z3
	VPXORD   Z12, Z0, Z4
	VPXORD   Z13, Z0, Z5
	VPOPCNTW Z2, Z2
	VPOPCNTW Z3, Z3
	VPOPCNTW Z4, Z4
	VPOPCNTW Z5, Z5
	VPMINUW  Z2, Z3, Z6
	VPMINUW  Z4, Z5, Z7
	VPMINUW  Z6, Z7, Z6
	VPCMPUW  $2, Z1, Z6, K1
	KORTESTD K1, K1
	JNZ      fourHit
fourNext:
	INCQ CX
	CMPQ CX, R8
	JLT  fourQuery
	ADDQ $256, SI
	ADDQ $128, R12
	SUBQ $128, DX
	CMPQ DX, $128
	JGE  four
tiles:
	TESTQ DX, DX
	JLE  done
	MOVL R10, AX
	CMPQ DX, $32
	JGE  load
	BZHIL DX, R10, AX
load:
	KMOVD AX, K2
	VMOVDQU16.Z (SI), K2, Z10
	XORQ CX, CX
query:
	VPBROADCASTW (BX)(CX*2), Z0
	VPXORD   Z10, Z0, Z2
	VPOPCNTW Z2, Z2
	VPCMPUW  $2, Z1, Z2, K2, K1
	KMOVD    K1, AX
	TESTL    AX, AX
	JNZ      hit
queryNext:
	INCQ CX
	CMPQ CX, R8
	JLT  query
	ADDQ $64, SI
	ADDQ $32, R12
	SUBQ $32, DX
	JMP  tiles
hit:
	MOVQ CX, R13
	SHLQ $32, R13
	ORQ  R12, R13
emit:
	TZCNTL AX, R11
	ADDQ   R13, R11
	MOVQ   R11, (DI)
	ADDQ   $8, DI
	BLSRL  AX, AX
	JNZ    emit
	JMP    queryNext
fourHit:
	VPCMPUW $2, Z1, Z2, K1
	VPCMPUW $2, Z1, Z3, K2
	VPCMPUW $2, Z1, Z4, K3
	VPCMPUW $2, Z1, Z5, K4
	KUNPCKDQ K1, K2, K1
	KUNPCKDQ K3, K4, K3
	KMOVQ K1, AX
	KMOVQ K3, R14
	MOVQ CX, R13
	SHLQ $32, R13
	ORQ  R12, R13
	TESTQ AX, AX
	JZ    high
low:
	TZCNTQ AX, R11
	ADDQ   R13, R11
	MOVQ   R11, (DI)
	ADDQ   $8, DI
	BLSRQ  AX, AX
	JNZ    low
high:
	TESTQ R14, R14
	JZ    fourNext
highBit:
	TZCNTQ R14, R11
	LEAQ   64(R13)(R11*1), R11
	MOVQ   R11, (DI)
	ADDQ   $8, DI
	BLSRQ  R14, R14
	JNZ    highBit
	JMP    fourNext
done:
	SUBQ R9, DI
	SHRQ $3, DI
	MOVQ DI, ret+48(FP)
	VZEROUPPER
	RET

// func scan512(hashes *byte, n int, q *Hash, radius uint64, out *uint32) int
// Eight hashes a step: the counts of a 64-bit quarter of four pairs of hashes share one word of 64 bits, 16 bits each, and the
// quarters are added within a half of the register. Where one is within the radius, the eight distances and positions are brought into
// order and those of the others are pushed out, without a branch for each.
TEXT ·scan512(SB), NOSPLIT, $0-48
	MOVQ hashes+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ q+16(FP), AX
	VBROADCASTI64X4 (AX), Z0
	MOVQ radius+24(FP), AX
	VPBROADCASTW AX, Z1
	VPBROADCASTD AX, Y7
	VMOVDQU eight<>(SB), Y6
	MOVQ out+32(FP), DI
	MOVQ DI, R9
	XORQ CX, CX
step:
	VPXORQ   (SI), Z0, Z2
	VPXORQ   64(SI), Z0, Z3
	VPXORQ   128(SI), Z0, Z4
	VPXORQ   192(SI), Z0, Z5
	VPOPCNTQ Z2, Z2
	VPOPCNTQ Z3, Z3
	VPOPCNTQ Z4, Z4
	VPOPCNTQ Z5, Z5
	VPSLLQ   $16, Z3, Z3
	VPSLLQ   $32, Z4, Z4
	VPSLLQ   $48, Z5, Z5
	VPORQ    Z2, Z3, Z2
	VPORQ    Z4, Z5, Z4
	VPORQ    Z2, Z4, Z2
	VPERMQ   $0x4e, Z2, Z3
	VPADDW   Z2, Z3, Z2
	VPSHUFD  $0x4e, Z2, Z3
	VPADDW   Z2, Z3, Z2
	VPCMPUW  $2, Z1, Z2, K1
	KMOVD    K1, AX
	TESTL    $0x000f000f, AX
	JNZ      hit
next:
	ADDQ $256, SI
	ADDQ $8, CX
	CMPQ CX, DX
	JLT  step
	SUBQ R9, DI
	SHRQ $2, DI
	MOVQ DI, ret+40(FP)
	VZEROUPPER
	RET
hit:
	VEXTRACTI64X4 $1, Z2, Y3
	VPUNPCKLWD    X3, X2, X2
	VPMOVZXWD     X2, Y2
	VPCMPUD       $2, Y7, Y2, K2
	VPBROADCASTD  CX, Y4
	VPADDD        Y6, Y4, Y4
	VPSLLD        $16, Y2, Y2
	VPOR          Y2, Y4, Y4
	VPCOMPRESSD   Y4, K2, Y5
	KMOVW         K2, AX
	POPCNTL       AX, AX
	VMOVDQU       Y5, (DI)
	LEAQ          (DI)(AX*4), DI
	JMP           next

// The number of bits of each 16-bit lane of Y2, compared with Y1: AX has bits 0, 2, ... set for lanes of at most as many.
// Y8 has 0x0f in each byte, Y9 the nibbles' counts, Y7 1 in each byte.
#define COUNT256 \
	VPSRLW     $4, Y2, Y3      \
	VPAND      Y8, Y2, Y2      \
	VPAND      Y8, Y3, Y3      \
	VPSHUFB    Y2, Y9, Y2      \
	VPSHUFB    Y3, Y9, Y3      \
	VPADDB     Y2, Y3, Y2      \
	VPMADDUBSW Y7, Y2, Y2      \
	VPCMPGTW   Y1, Y2, Y2      \
	VPMOVMSKB  Y2, AX          \
	NOTL       AX              \
	ANDL       $0x55555555, AX

#define CONSTANTS256 \
	VPBROADCASTW X1, Y1             \
	MOVL         $0x0f0f0f0f, AX    \
	VMOVD        AX, X8             \
	VPBROADCASTD X8, Y8             \
	VMOVDQU      nibbles<>(SB), Y9  \
	MOVL         $0x01010101, AX    \
	VMOVD        AX, X7             \
	VPBROADCASTD X7, Y7

// func filter256(near *byte, spans *span, count int, q, most uint64, out *uint32) int
TEXT ·filter256(SB), NOSPLIT, $0-56
	MOVQ near+0(FP), SI
	MOVQ spans+8(FP), BX
	MOVQ count+16(FP), R8
	MOVQ q+24(FP), AX
	VMOVD AX, X0
	VPBROADCASTW X0, Y0
	MOVQ most+32(FP), AX
	VMOVD AX, X1
	CONSTANTS256
	MOVQ out+40(FP), DI
	MOVQ DI, R9
	MOVL $-1, R10
next:
	MOVL 0(BX), CX
	MOVL 4(BX), DX
	ADDQ $8, BX
	SUBL CX, DX
	JLE  done
tile:
	VPXOR (SI)(CX*2), Y0, Y2
	COUNT256
	CMPL DX, $16
	JGE  whole
	LEAL (DX)(DX*1), R12
	BZHIL R12, AX, AX
whole:
	TESTL AX, AX
	JNZ  emit
after:
	ADDL $16, CX
	SUBL $16, DX
	JG   tile
done:
	DECQ R8
	JNZ  next
	SUBQ R9, DI
	SHRQ $2, DI
	MOVQ DI, ret+48(FP)
	VZEROUPPER
	RET
emit:
	TZCNTL AX, R11
	SHRL   $1, R11
	ADDL   CX, R11
	MOVL   R11, (DI)
	ADDQ   $4, DI
	BLSRL  AX, AX
	JNZ    emit
	JMP    after

// func cross256(near *byte, n int, qs *uint16, count int, most uint64, out *uint64) int
TEXT ·cross256(SB), NOSPLIT, $0-56
	MOVQ near+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ qs+16(FP), BX
	MOVQ count+24(FP), R8
	MOVQ most+32(FP), AX
	VMOVD AX, X1
	CONSTANTS256
	MOVQ out+40(FP), DI
	MOVQ DI, R9
	MOVL $-1, R10
	XORQ R12, R12
tile:
	VMOVDQU (SI), Y10
	MOVL R10, R14
	CMPQ DX, $16
	JGE  whole
	LEAL (DX)(DX*1), R14
	BZHIL R14, R10, R14
whole:
	XORQ CX, CX
query:
	VPBROADCASTW (BX)(CX*2), Y0
	VPXOR Y10, Y0, Y2
	COUNT256
	ANDL  R14, AX
	JNZ   hit
next:
	INCQ CX
	CMPQ CX, R8
	JLT  query
	ADDQ $32, SI
	ADDQ $16, R12
	SUBQ $16, DX
	JG   tile
	SUBQ R9, DI
	SHRQ $3, DI
	MOVQ DI, ret+48(FP)
	VZEROUPPER
	RET
hit:
	MOVQ CX, R13
	SHLQ $32, R13
	ORQ  R12, R13
emit:
	TZCNTL AX, R11
	SHRL   $1, R11
	ADDQ   R13, R11
	MOVQ   R11, (DI)
	ADDQ   $8, DI
	BLSRL  AX, AX
	JNZ    emit
	JMP    next
