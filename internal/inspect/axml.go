// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Chunks of Android's binary XML (frameworks/base, ResourceTypes.h).
const (
	chunkXML     = 0x0003
	chunkStrings = 0x0001
	chunkMap     = 0x0180
	chunkStart   = 0x0102

	flagUTF8 = 1 << 8
	noIndex  = 0xffffffff
)

// Types of a value there, and resource identifiers of attribute names (android.R.attr): names may be stripped, these stay.
const (
	typeReference = 0x01
	typeString    = 0x03
	typeInt       = 0x10
	typeHex       = 0x11

	attrLabel       = 0x01010001
	attrName        = 0x01010003
	attrScheme      = 0x01010027
	attrHost        = 0x01010028
	attrMinSDK      = 0x0101020c
	attrVersionCode = 0x0101021b
	attrVersionName = 0x0101021c
	attrTargetSDK   = 0x01010270
	attrCodeMajor   = 0x01010576
)

type axml struct {
	pool  []byte // of strings: the chunk
	count int
	utf8  bool
	start int // of the texts in the chunk
	ids   []byte
}

// readManifest reads AndroidManifest.xml in its binary form.
func readManifest(b []byte) (APK, error) {
	var a APK
	var x axml
	if len(b) < 8 || binary.LittleEndian.Uint16(b) != chunkXML {
		return a, wrong("manifest", "it is no binary XML")
	}
	var permissions, hosts list
	elements := 0
	for rest := b[8:]; len(rest) >= 8; {
		kind, size := binary.LittleEndian.Uint16(rest), int(binary.LittleEndian.Uint32(rest[4:]))
		if size < 8 || size > len(rest) {
			break // what came before it is read
		}
		chunk := rest[:size]
		rest = rest[size:]
		switch kind {
		case chunkStrings:
			if x.pool == nil {
				x.strings(chunk)
			}
		case chunkMap:
			x.ids = chunk[8:]
		case chunkStart:
			if elements++; elements > 100_000 {
				return a, tooLarge("manifest", "more than 100,000 elements")
			}
			x.element(chunk, &a, &permissions, &hosts)
		}
	}
	if a.Package == "" {
		return a, wrong("manifest", "it names no package")
	}
	a.Permissions, a.Hosts = permissions.all, hosts.all
	return a, nil
}

func (x *axml) strings(c []byte) {
	if len(c) < 28 {
		return
	}
	n, at := int(binary.LittleEndian.Uint32(c[8:])), int(binary.LittleEndian.Uint32(c[20:]))
	if n < 0 || n > (len(c)-28)/4 || at < 28 || at > len(c) {
		return
	}
	x.pool, x.count, x.start, x.utf8 = c, n, at, binary.LittleEndian.Uint32(c[16:])&flagUTF8 != 0
}

// text is a string of the pool; "" where there is none.
func (x *axml) text(i uint32) string {
	if i == noIndex || int64(i) >= int64(x.count) {
		return ""
	}
	at := x.start + int(binary.LittleEndian.Uint32(x.pool[28+4*int(i):]))
	if at < x.start || at >= len(x.pool) {
		return ""
	}
	b := x.pool[at:]
	if x.utf8 {
		_, b = short8(b) // its length in UTF-16
		n, b := short8(b)
		if n > len(b) || n > 4*maxWord {
			return ""
		}
		return string(b[:n])
	}
	if len(b) < 2 {
		return ""
	}
	n := int(binary.LittleEndian.Uint16(b))
	b = b[2:]
	if n&0x8000 != 0 {
		if len(b) < 2 {
			return ""
		}
		n = n&0x7fff<<16 | int(binary.LittleEndian.Uint16(b))
		b = b[2:]
	}
	if n > len(b)/2 || n > 4*maxWord {
		return ""
	}
	u := make([]uint16, n)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// short8 is a length of one byte, or of two where the first has its highest bit.
func short8(b []byte) (int, []byte) {
	switch {
	case len(b) == 0:
		return 0, nil
	case b[0]&0x80 == 0:
		return int(b[0]), b[1:]
	case len(b) == 1:
		return 0, nil
	}
	return int(b[0]&0x7f)<<8 | int(b[1]), b[2:]
}

// An attribute's value: a text, or a number.
type value struct {
	text   string
	number uint64
}

func (x *axml) element(c []byte, a *APK, permissions, hosts *list) {
	if len(c) < 36 {
		return
	}
	name := x.text(binary.LittleEndian.Uint32(c[20:]))
	start, size, n := int(binary.LittleEndian.Uint16(c[24:])), int(binary.LittleEndian.Uint16(c[26:])), int(binary.LittleEndian.Uint16(c[28:]))
	if size < 20 || 16+start > len(c) {
		return
	}
	byID, byName := map[uint32]value{}, map[string]value{}
	for at := 16 + start; n > 0 && at+size <= len(c); at, n = at+size, n-1 {
		r := c[at : at+20]
		key := binary.LittleEndian.Uint32(r[4:])
		v := x.value(r)
		if int64(key) < int64(len(x.ids)/4) {
			byID[binary.LittleEndian.Uint32(x.ids[4*key:])] = v
		}
		byName[x.text(key)] = v
	}
	get := func(id uint32, name string) value {
		if v, ok := byID[id]; ok {
			return v
		}
		return byName[name]
	}
	switch name {
	case "manifest":
		if a.Package == "" {
			a.Package, a.Version = word(byName["package"].text), word(get(attrVersionName, "versionName").text)
			a.Code = get(attrCodeMajor, "versionCodeMajor").number<<32 | get(attrVersionCode, "versionCode").number&0xffffffff
		}
	case "uses-sdk":
		a.MinSDK, a.TargetSDK = get(attrMinSDK, "minSdkVersion").number, get(attrTargetSDK, "targetSdkVersion").number
	case "uses-permission", "uses-permission-sdk-23":
		permissions.add(get(attrName, "name").text)
	case "application":
		if a.Label == "" {
			a.Label = word(get(attrLabel, "label").text)
		}
	case "data":
		if s := get(attrScheme, "scheme").text; s == "" || s == "http" || s == "https" {
			hosts.add(get(attrHost, "host").text)
		}
	}
}

func (x *axml) value(r []byte) value {
	raw, kind, data := binary.LittleEndian.Uint32(r[8:]), r[15], binary.LittleEndian.Uint32(r[16:])
	switch kind {
	case typeString:
		return value{text: x.text(data)}
	case typeInt, typeHex:
		return value{text: fmt.Sprint(data), number: uint64(data)}
	case typeReference: // into resources.arsc: a number says nothing to a person
		return value{}
	}
	return value{text: x.text(raw)}
}
