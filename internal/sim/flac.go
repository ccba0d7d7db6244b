// SPDX-License-Identifier: EUPL-1.2

package sim

import "encoding/binary"

// FLAC in fragmented MP4, as little of both as a player needs: verbatim frames (RFC 9639), one channel of 16 bits, in boxes of ISO/IEC
// 14496-12 and the mapping of FLAC into them (xiph.org, "Encapsulation of FLAC in ISO Base Media File Format").

const flacBlock = 4000 // samples of a frame: half a second

func box(kind string, parts ...[]byte) []byte {
	out := append(make([]byte, 4), kind...)
	for _, p := range parts {
		out = append(out, p...)
	}
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// words32 are numbers of four bytes.
func words32(ns ...uint32) []byte {
	var out []byte
	for _, n := range ns {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	return out
}

// matrix is the one that changes nothing.
func matrix() []byte { return words32(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30) }

// soundInit is the beginning of a file whose fragments hold FLAC of that rate.
func soundInit(rate uint32) []byte {
	info := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, flacBlock), flacBlock)
	info = append(info, 0, 0, 0, 0, 0, 0)                                         // sizes of frames: not said
	info = binary.BigEndian.AppendUint64(info, uint64(rate)<<44|0<<41|(16-1)<<36) // one channel, 16 bits, so many samples as come
	info = append(info, make([]byte, 16)...)                                      // no digest
	sample := box("fLaC", make([]byte, 6), []byte{0, 1}, make([]byte, 8), []byte{0, 1, 0, 16, 0, 0, 0, 0}, words32(rate<<16),
		box("dfLa", words32(0), []byte{0x80, 0, 0, byte(len(info))}, info))
	table := box("stbl", box("stsd", words32(0, 1), sample), box("stts", words32(0, 0)), box("stsc", words32(0, 0)), box("stsz", words32(0, 0, 0)), box("stco", words32(0, 0)))
	media := box("mdia", box("mdhd", words32(0, 0, 0, rate, 0, 0x55c40000)), box("hdlr", words32(0, 0), []byte("soun"), make([]byte, 13)),
		box("minf", box("smhd", words32(0, 0)), box("dinf", box("dref", words32(0, 1), box("url ", words32(1)))), table))
	track := box("trak", box("tkhd", words32(7, 0, 0, 1, 0, 0, 0, 0, 0, 0x01000000), matrix(), words32(0, 0)), media)
	return append(box("ftyp", []byte("iso6"), words32(1), []byte("iso6mp41")), box("moov",
		box("mvhd", words32(0, 0, 0, rate, 0, 1<<16, 0x01000000, 0, 0), matrix(), make([]byte, 24), words32(2)),
		track, box("mvex", box("trex", words32(0, 1, 1, flacBlock, 0, 0))))...)
}

// soundPiece is a fragment of samples, the nth of that length.
func soundPiece(samples []int16, n int64) []byte {
	var data []byte
	var sizes []uint32
	first := n * int64(len(samples)) / flacBlock
	for i := 0; i+flacBlock <= len(samples); i += flacBlock {
		f := flacFrame(samples[i:i+flacBlock], uint64(first)+uint64(i/flacBlock))
		sizes, data = append(sizes, uint32(len(f))), append(data, f...)
	}
	moof := func(offset uint32) []byte {
		return box("moof", box("mfhd", words32(0, uint32(n))), box("traf", box("tfhd", words32(0x020000, 1)),
			box("tfdt", words32(1<<24), binary.BigEndian.AppendUint64(nil, uint64(n*int64(len(samples))))),
			box("trun", words32(0x201, uint32(len(sizes)), offset), words32(sizes...))))
	}
	return append(moof(uint32(len(moof(0))+8)), box("mdat", data)...)
}

// flacFrame is one frame of a stream of equal ones, verbatim.
func flacFrame(samples []int16, number uint64) []byte {
	out := []byte{0xff, 0xf8, 7<<4 | 4, 0<<4 | 4<<1} // sync; block size follows, 8 kHz; one channel, 16 bits
	out = append(out, coded(number&(1<<31-1))...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(samples)-1))
	out = append(out, crc8(out), 1<<1) // verbatim
	for _, s := range samples {
		out = binary.BigEndian.AppendUint16(out, uint16(s))
	}
	return binary.BigEndian.AppendUint16(out, crc16(out))
}

// coded writes a number as UTF-8 would, up to 31 bits (RFC 9639, section 9.1.5).
func coded(n uint64) []byte {
	if n < 0x80 {
		return []byte{byte(n)}
	}
	more := 1
	for n>>(6*more) >= 1<<(6-more) {
		more++
	}
	out := []byte{byte(0xff<<(7-more)) | byte(n>>(6*more))}
	for i := more - 1; i >= 0; i-- {
		out = append(out, 0x80|byte(n>>(6*i))&0x3f)
	}
	return out
}

func crc8(b []byte) (c byte) {
	for _, v := range b {
		c ^= v
		for range 8 {
			c = c<<1 ^ 7*(c>>7)
		}
	}
	return c
}

func crc16(b []byte) (c uint16) {
	for _, v := range b {
		c ^= uint16(v) << 8
		for range 8 {
			c = c<<1 ^ 0x8005*(c>>15)
		}
	}
	return c
}
