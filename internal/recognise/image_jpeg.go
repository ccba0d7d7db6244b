// SPDX-License-Identifier: EUPL-1.2

package recognise

import "bytes"

// maxScans is how often a JPEG may go over its picture: progressive ones of usual encoders do it 10 times, while a few dozen bytes
// suffice for one more. The fuzzing limit of libjpeg-turbo is 500; a picture of 50 megapixels then takes half a minute.
const maxScans = 100

// scans counts the scans of a JPEG up to its end.
func scans(data []byte) (n int) {
	segments(data, func(marker byte, _ []byte) bool {
		if marker == 0xda {
			n++
		}
		return n <= maxScans
	})
	return n
}

// segments calls f with the segments of a JPEG (ITU-T T.81, annex B) until it returns false or the image ends. Compressed data is
// passed over.
func segments(data []byte, f func(marker byte, body []byte) bool) {
	for rest := data[min(2, len(data)):]; ; {
		at := bytes.IndexByte(rest, 0xff)
		if at < 0 || at+1 >= len(rest) {
			return
		}
		marker := rest[at+1]
		if marker == 0xff { // a filling byte
			rest = rest[at+1:]
			continue
		}
		rest = rest[at+2:]
		switch {
		case marker == 0xd9:
			return
		case marker <= 0x01, marker >= 0xd0 && marker <= 0xd8: // without a body
			continue
		}
		if len(rest) < 2 {
			return
		}
		n := int(rest[0])<<8 | int(rest[1])
		if n < 2 || n > len(rest) {
			return
		}
		if !f(marker, rest[2:n]) {
			return
		}
		rest = rest[n:]
	}
}
