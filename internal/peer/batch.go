// SPDX-License-Identifier: EUPL-1.2

package peer

import "encoding/binary"

// Limits of one request.
const (
	MaxBatch     = 1000    // messages
	MaxBatchSize = 8 << 20 // bytes
)

const batchHead = "iolaus/peer/batch/v1\n"

// EncodeBatch writes as many of the sealed messages as one request may carry, at least one, and says how many.
func EncodeBatch(sealed [][]byte) (body []byte, n int) {
	size := len(batchHead) + 4
	for n < len(sealed) && n < MaxBatch && (n == 0 || size+4+len(sealed[n]) <= MaxBatchSize) {
		size += 4 + len(sealed[n])
		n++
	}
	body = binary.BigEndian.AppendUint32(append(make([]byte, 0, size), batchHead...), uint32(n))
	for _, s := range sealed[:n] {
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(s))), s...)
	}
	return body, n
}

// DecodeBatch reads what EncodeBatch writes. The messages share the memory of body. Its faults: Malformed, Truncated, TooLarge.
func DecodeBatch(body []byte) ([][]byte, error) {
	const verb = "read batch"
	if len(body) > MaxBatchSize {
		return nil, wrong(verb, TooLarge, "%d bytes; at most %d", len(body), MaxBatchSize)
	}
	r := reader{rest: body}
	if string(r.take(len(batchHead))) != batchHead {
		return nil, wrong(verb, Malformed, "it does not begin as one")
	}
	n := r.u32()
	if n > MaxBatch {
		return nil, wrong(verb, TooLarge, "%d messages; at most %d", n, MaxBatch)
	}
	var sealed [][]byte
	for range n {
		s := r.take(int(r.u32()))
		if r.short {
			return nil, wrong(verb, Truncated, "%d of %d messages are whole", len(sealed), n)
		}
		if len(s) > MaxSealed {
			return nil, wrong(verb, TooLarge, "a message of %d bytes; at most %d", len(s), MaxSealed)
		}
		sealed = append(sealed, s)
	}
	switch {
	case r.short:
		return nil, wrong(verb, Truncated, "its length is missing")
	case n == 0:
		return nil, wrong(verb, Malformed, "it is empty")
	case len(r.rest) > 0:
		return nil, wrong(verb, Malformed, "%d bytes stand after its end", len(r.rest))
	}
	return sealed, nil
}
