// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"embed"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/go-text/typesetting/font"
)

//go:embed fonts/*.ttf
var fontFiles embed.FS

// The typefaces of a document, in the order in which one is looked for that has a character.
const (
	plain = iota
	bold
	arabic
	hebrew
	typefaces
)

// A typeface is a built-in TrueType font: what shapes text and what is embedded.
type typeface struct {
	name   string // PostScript name
	font   *font.Font
	tables map[string][]byte
	glyphs int
	widths []int // advance of each glyph in thousandths of its size; all built-in fonts have 1,000 units
}

// built reads the built-in fonts once: they are constants.
var built = sync.OnceValue(func() [typefaces]*typeface {
	list := [typefaces]*typeface{
		plain: {name: "NotoSans-Regular"}, bold: {name: "NotoSans-Bold"},
		arabic: {name: "NotoSansArabic-Regular"}, hebrew: {name: "NotoSansHebrew-Regular"},
	}
	for _, f := range list {
		if err := f.read(); err != nil {
			panic("form: fonts/" + f.name + ".ttf, which is built in, is damaged: " + err.Error())
		}
	}
	return list
})

func (f *typeface) read() error {
	data, err := fontFiles.ReadFile("fonts/" + f.name + ".ttf")
	if err != nil {
		return err
	}
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return err
	}
	f.font, f.tables = face.Font, map[string][]byte{}
	for n := range int(binary.BigEndian.Uint16(data[4:])) {
		e := data[12+16*n:]
		at, size := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		f.tables[string(e[:4])] = data[at : at+size]
	}
	if units := binary.BigEndian.Uint16(f.tables["head"][18:]); units != 1000 {
		return fmt.Errorf("it has %d units to the em and not 1000", units)
	}
	f.glyphs = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	long := int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	for g := range f.glyphs {
		f.widths = append(f.widths, int(binary.BigEndian.Uint16(f.tables["hmtx"][4*min(g, long-1):])))
	}
	return nil
}

// outline is the description of one glyph.
func (f *typeface) outline(g int) []byte {
	loca := f.tables["loca"]
	var at func(n int) int
	if binary.BigEndian.Uint16(f.tables["head"][50:]) == 0 {
		at = func(n int) int { return 2 * int(binary.BigEndian.Uint16(loca[2*n:])) }
	} else {
		at = func(n int) int { return int(binary.BigEndian.Uint32(loca[4*n:])) }
	}
	return f.tables["glyf"][at(g):at(g+1)]
}

// parts are the glyphs that a composite one is made of.
func parts(outline []byte) []int {
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return nil
	}
	const words, scale, more, xy, matrix = 1, 8, 32, 64, 128
	var list []int
	for rest := outline[10:]; len(rest) >= 4; {
		flags := binary.BigEndian.Uint16(rest)
		list = append(list, int(binary.BigEndian.Uint16(rest[2:])))
		skip := 6
		if flags&words != 0 {
			skip = 8
		}
		switch {
		case flags&scale != 0:
			skip += 2
		case flags&xy != 0:
			skip += 4
		case flags&matrix != 0:
			skip += 8
		}
		if flags&more == 0 || skip > len(rest) {
			break
		}
		rest = rest[skip:]
	}
	return list
}

// subset is a TrueType file with the used glyphs only, under their own numbers, and those that were added after them.
func (f *typeface) subset(used map[int]drawn) []byte {
	keep := map[int]drawn{0: {0, "", f.widths[0]}}
	var add func(id int, d drawn)
	add = func(id int, d drawn) {
		if _, there := keep[id]; there {
			return
		}
		keep[id] = d
		if d.of != blank {
			for _, p := range parts(f.outline(d.of)) {
				add(p, drawn{p, "", f.widths[p]})
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(used)) {
		add(id, used[id])
	}
	for id := range used { // a part of another one may be used by itself, too: then its width is what was drawn
		keep[id] = used[id]
	}
	last := slices.Max(slices.Collect(maps.Keys(keep)))
	var glyf, loca, hmtx []byte
	for g := range last + 1 {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		d, there := keep[g]
		bearing := uint16(0)
		if there && d.of != blank {
			o := f.outline(d.of)
			glyf = append(glyf, o...)
			glyf = append(glyf, make([]byte, -len(glyf)&3)...)
			if len(o) >= 4 {
				bearing = binary.BigEndian.Uint16(o[2:])
			}
		}
		hmtx = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(hmtx, uint16(d.width)), bearing)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head, hhea, maxp := bytes.Clone(f.tables["head"]), bytes.Clone(f.tables["hhea"]), bytes.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0)  // of the whole file; no reader of documents asks for it
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	binary.BigEndian.PutUint16(hhea[34:], uint16(last+1))
	binary.BigEndian.PutUint16(maxp[4:], uint16(last+1))
	return sfnt([]table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}})
}

type table struct {
	tag  string
	data []byte
}

// sfnt puts tables, in the order of their tags, into one file.
func sfnt(tables []table) []byte {
	power := 1
	shift := 0
	for power*2 <= len(tables) {
		power, shift = power*2, shift+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{len(tables), power * 16, shift, (len(tables) - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*len(tables)
	var body []byte
	for _, t := range tables {
		padded := append(bytes.Clone(t.data), make([]byte, -len(t.data)&3)...)
		sum := uint32(0)
		for n := 0; n < len(padded); n += 4 {
			sum += binary.BigEndian.Uint32(padded[n:])
		}
		out = append(out, t.tag...)
		for _, v := range []uint32{sum, uint32(at + len(body)), uint32(len(t.data))} {
			out = binary.BigEndian.AppendUint32(out, v)
		}
		body = append(body, padded...)
	}
	return append(out, body...)
}
