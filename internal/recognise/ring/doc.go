// SPDX-License-Identifier: EUPL-1.2

// Package ring finds every stored 256-bit hash within a Hamming distance of a query, exactly: it misses none and adds none.
//
// A hash is 16 slots of 16 bits in a ring. Let d(j) be the number of differing bits in slot j and let the whole distance be at most
// r, so that d(0)+...+d(15) <= r. The cycle lemma (Dvoretzky and Motzkin, "A problem of arrangements", 1947; Raney 1960) says:
//
//	there is a slot i with  d(i)+d(i+1)+...+d(i+k-1) <= k*r/16  for every k from 1 to 16, indexes modulo 16.
//
// Proof. Put a(j) = 16*d(j)-r and S(k) = a(0)+...+a(k-1); then S(16) <= 0, and, going round, S(16+k) = S(16)+S(k) <= S(k). Let S(i)
// be the greatest of S(0)...S(15). Then S(i+k)-S(i) <= 0 for every k, which is the inequality. The left side is whole: round down.
//
// So for r = 31 some slot has d(i) <= 1, d(i)+d(i+1) <= 3 and d(i)+d(i+1)+d(i+2) <= 5. Each slot has a table of the stored hashes by
// their value there. A search reads, in each of the 16 tables, the bucket of its own value and of the 16 values one bit away (272
// probes). Beside each entry lies its value in the next slot, which must differ in at most 3 bits after an exact probe and in at most
// 2 after a flipped one; of random entries 1 in 478 does (C(16,0)+C(16,1)+C(16,2) = 137 of 65536). An entry's place is 32 bits wide:
// the bits that a position does not need hold a part of the slot after that, for the third inequality. What is left is compared in
// full, so a filter may only ever be too wide. Up to r = 47 the same holds with two flips; above, everything is compared.
//
// A hit is reported by the first slot that satisfies all three inequalities, hence once.
//
// A table has 2^b buckets, at most one for 30 hashes; when b < 16 the lowest bits of a slot do not choose the bucket, which makes the
// filter wider again, never narrower.
package ring
