// SPDX-License-Identifier: EUPL-1.2

#include "textflag.h"

// PREFETCHW, which the assembler has no name for, is in every processor for 64 bits, or does nothing there.

// func claimLines(to *uint64, at *uint32, count int)
TEXT ·claimLines(SB), NOSPLIT, $0-24
	MOVQ to+0(FP), DI
	MOVQ at+8(FP), SI
	MOVQ count+16(FP), CX
next:
	MOVL 0(SI), AX
	MOVL 4(SI), BX
	MOVL 8(SI), DX
	MOVL 12(SI), R8
	LEAQ (DI)(AX*8), AX
	LEAQ (DI)(BX*8), BX
	LEAQ (DI)(DX*8), DX
	LEAQ (DI)(R8*8), R8
	BYTE $0x0f; BYTE $0x0d; BYTE $0x08             // PREFETCHW (AX)
	BYTE $0x0f; BYTE $0x0d; BYTE $0x0b             // PREFETCHW (BX)
	BYTE $0x0f; BYTE $0x0d; BYTE $0x0a             // PREFETCHW (DX)
	BYTE $0x41; BYTE $0x0f; BYTE $0x0d; BYTE $0x08 // PREFETCHW (R8)
	ADDQ $16, SI
	SUBQ $4, CX
	JG   next
	RET
