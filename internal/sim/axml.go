// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
)

// Android's binary XML, as AndroidManifest.xml is packed (the structures of ResourceTypes.h in the platform's source): a pool of
// strings, the resource identifiers of the attributes' names, and the elements.

const (
	androidSpace = "http://schemas.android.com/apk/res/android"
	noString     = 0xffffffff
)

// androidNames are the attributes that the range writes, with their public resource identifiers, in the order of these.
var androidNames = []struct {
	name string
	id   uint32
}{{"label", 0x01010001}, {"name", 0x01010003}, {"exported", 0x01010010}, {"value", 0x01010024}, {"minSdkVersion", 0x0101020c},
	{"versionCode", 0x0101021b}, {"versionName", 0x0101021c}, {"targetSdkVersion", 0x01010270}}

// An element of a manifest. Attributes are of Android's name space, except for "package". A value is a string, an int or a bool.
type element struct {
	name     string
	attrs    map[string]any
	children []element
}

type axmlWriter struct {
	strings []string
	index   map[string]uint32
	body    []byte
	line    uint32
}

// axml packs a document.
func axml(root element) []byte {
	w := &axmlWriter{index: map[string]uint32{}}
	ids := []byte{}
	for _, a := range androidNames { // the names with identifiers come first in the pool
		w.text(a.name)
		ids = binary.LittleEndian.AppendUint32(ids, a.id)
	}
	prefix, space := w.text("android"), w.text(androidSpace)
	w.node(0x0100, prefix, space)
	w.element(root)
	w.node(0x0101, prefix, space)
	out := slices.Concat(w.pool(), chunk(0x0180, 8, ids), w.body)
	return chunk(0x0003, 8, out)
}

// chunk puts a header before what is in the chunk, whose first head-8 bytes belong to the header.
func chunk(kind, head uint16, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, head)
	b = binary.LittleEndian.AppendUint32(b, uint32(8+len(data)))
	return append(b, data...)
}

func (w *axmlWriter) text(s string) uint32 {
	n, ok := w.index[s]
	if !ok {
		n = uint32(len(w.strings))
		w.index[s] = n
		w.strings = append(w.strings, s)
	}
	return n
}

// pool is the string pool, in UTF-16.
func (w *axmlWriter) pool() []byte {
	var offsets, data []byte
	for _, s := range w.strings {
		offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(data)))
		units := utf16.Encode([]rune(s))
		data = binary.LittleEndian.AppendUint16(data, uint16(len(units)))
		for _, u := range units {
			data = binary.LittleEndian.AppendUint16(data, u)
		}
		data = append(data, 0, 0)
	}
	for len(data)%4 != 0 {
		data = append(data, 0)
	}
	var head []byte
	for _, v := range []uint32{uint32(len(w.strings)), 0, 0, uint32(28 + len(offsets)), 0} { // strings, styles, flags, start of strings, of styles
		head = binary.LittleEndian.AppendUint32(head, v)
	}
	return chunk(0x0001, 28, slices.Concat(head, offsets, data))
}

func (w *axmlWriter) node(kind uint16, values ...uint32) {
	w.line++
	b := binary.LittleEndian.AppendUint32(nil, w.line)
	b = binary.LittleEndian.AppendUint32(b, noString) // no comment
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	w.body = append(w.body, chunk(kind, 16, b)...)
}

func (w *axmlWriter) element(e element) {
	var names []string
	for _, a := range androidNames { // attributes are sorted by identifier; those without one come last
		if _, ok := e.attrs[a.name]; ok {
			names = append(names, a.name)
		}
	}
	if _, ok := e.attrs["package"]; ok {
		names = append(names, "package")
	}
	name := w.text(e.name)
	values := []uint32{noString, name, 20 | 20<<16, uint32(len(names)), 0} // where attributes begin and their size; no id, class or style
	for _, n := range names {
		space, raw, kind, data := w.text(androidSpace), uint32(noString), uint32(0x03), uint32(0)
		if n == "package" {
			space = noString
		}
		switch v := e.attrs[n].(type) {
		case string:
			raw = w.text(v)
			data = raw
		case int:
			kind, data = 0x10, uint32(v)
		case bool:
			if kind = 0x12; v {
				data = 0xffffffff
			}
		}
		values = append(values, space, w.text(n), raw, 8|kind<<24, data)
	}
	w.node(0x0102, values...)
	for _, c := range e.children {
		w.element(c)
	}
	w.node(0x0103, noString, name)
}
