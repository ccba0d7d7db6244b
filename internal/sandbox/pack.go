// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"encoding/binary"
	"net/url"
	"slices"

	"iolaus/internal/recognise"
)

// packPage packs a page. What no answer has room for is cut off, which the page then says.
func packPage(p *recognise.Page) []byte {
	room := maxAnswer/2 - len(p.Text)
	fits := func(l []string) []string {
		for n, s := range l {
			if room -= len(s) + 4; room < 0 {
				p.Truncated = true
				return l[:n]
			}
		}
		return l
	}
	p.Feeds, p.Images, p.Media, p.Scripts = fits(p.Feeds), fits(p.Images), fits(p.Media), fits(p.Scripts)
	room += maxAnswer / 4
	for n, l := range p.Links {
		if room -= len(l.URL) + len(l.Rel) + len(l.Text) + 12; room < 0 {
			p.Links, p.Truncated = p.Links[:n], true
			break
		}
	}
	var o parcel
	for _, s := range []string{p.Title, p.Lang, p.Dir, p.Charset, p.Text, p.Canonical, p.Refresh, p.Icon, p.Generator} {
		o.text(s)
	}
	for _, l := range [][]string{p.Images, p.Media, p.Scripts, p.Feeds, p.Analytics, p.Contacts} {
		o.texts(l)
	}
	o.number(uint64(len(p.Links)))
	for _, l := range p.Links {
		o.each([]string{l.URL, l.Rel, l.Text})
	}
	o.flag(p.Password)
	o.flag(p.Truncated)
	paths := make([]byte, 0, 8*len(p.Structure))
	for _, h := range p.Structure {
		paths = binary.BigEndian.AppendUint64(paths, h)
	}
	o.raw(paths)
	return o
}

func unpackPage(b []byte) (*recognise.Page, error) {
	u := unpacker{rest: b}
	p := new(recognise.Page)
	for _, s := range []*string{&p.Title, &p.Lang, &p.Dir, &p.Charset, &p.Text, &p.Canonical, &p.Refresh, &p.Icon, &p.Generator} {
		*s = u.text(recognise.MaxPageText)
	}
	for _, l := range []*[]string{&p.Images, &p.Media, &p.Scripts, &p.Feeds, &p.Analytics, &p.Contacts} {
		*l = u.texts(recognise.MaxPageList, recognise.MaxPageWord)
	}
	for range u.number(recognise.MaxPageList) {
		if u.wrong {
			break
		}
		p.Links = append(p.Links, recognise.Link{URL: u.text(recognise.MaxPageWord), Rel: u.text(recognise.MaxPageWord), Text: u.text(recognise.MaxPageWord)})
	}
	p.Password, p.Truncated = u.flag(), u.flag()
	paths := u.raw(8 * recognise.MaxPaths)
	if err := u.end(); err != nil || len(paths)%8 != 0 {
		return nil, errNonsense
	}
	for h := range slices.Chunk(paths, 8) {
		p.Structure = append(p.Structure, binary.BigEndian.Uint64(h))
	}
	if p.Check() != nil {
		return nil, errNonsense
	}
	return p, nil
}

func packPlain(p *recognise.Plain) []byte {
	var o parcel
	o.each([]string{p.Text, p.Dir, p.ID})
	o.flag(p.Feed)
	o.texts(p.Links)
	o.number(uint64(len(p.Keys)))
	for _, k := range p.Keys {
		o.each([]string{k.Name, k.Value})
	}
	return o
}

func unpackPlain(b []byte) (*recognise.Plain, error) {
	u := unpacker{rest: b}
	p := &recognise.Plain{Text: u.text(recognise.MaxPlain), Dir: u.text(3), ID: u.text(recognise.MaxPlain), Feed: u.flag(),
		Links: u.texts(recognise.MaxPlain, recognise.MaxPlain)}
	for range u.number(recognise.MaxPlain) {
		if u.wrong {
			break
		}
		p.Keys = append(p.Keys, recognise.Key{Name: u.text(recognise.MaxPlain), Value: u.text(recognise.MaxPlain)})
	}
	if u.end() != nil || !p.Check() {
		return nil, errNonsense
	}
	return p, nil
}

// packReferences packs addresses. One that does not survive being written is none.
func packReferences(l []recognise.Reference) []byte {
	var each parcel
	n := uint64(0)
	for _, r := range l {
		text := r.URL.String()
		if _, ok := reference(text); !ok {
			continue
		}
		n++
		each.raw([]byte(text)) // a query may be any bytes
		each.flag(r.Part)
	}
	var o parcel
	o.number(n)
	return append(o, each...)
}

func unpackReferences(b []byte) (l []recognise.Reference, err error) {
	u := unpacker{rest: b}
	n := u.number(recognise.MaxReferences)
	for range n {
		address, part := string(u.raw(recognise.MaxReference)), u.flag()
		at, ok := reference(address)
		if u.wrong || !ok {
			return nil, errNonsense
		}
		l = append(l, recognise.Reference{URL: at, Part: part})
	}
	return l, u.end()
}

// reference reads an address that recognise.References may have given.
func reference(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	ok := err == nil && len(s) <= recognise.MaxReference && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Fragment == "" && u.String() == s
	return u, ok
}

// A Picture is what is known of one: its size in pixels, its hash and how much of a picture that hash rests on, its format's name.
type Picture struct {
	Width, Height int
	PDQ           recognise.PDQ
	Quality       int // 0 to 100
	Format        string
}

func packPicture(p Picture) []byte {
	var o parcel
	o.number(uint64(p.Width))
	o.number(uint64(p.Height))
	for _, w := range p.PDQ {
		o.number(w)
	}
	o.number(uint64(p.Quality))
	o.text(p.Format)
	return o
}

func unpackPicture(b []byte, pixels int64) (p Picture, err error) {
	u := unpacker{rest: b}
	p.Width, p.Height = int(u.number(uint64(pixels))), int(u.number(uint64(pixels)))
	for i := range p.PDQ {
		p.PDQ[i] = u.number(1<<64 - 1)
	}
	p.Quality, p.Format = int(u.number(100)), u.text(8)
	if u.end() != nil || p.Width < 1 || p.Height < 1 || int64(p.Width) > pixels/int64(p.Height) ||
		!slices.Contains([]string{"png", "jpeg", "gif", "webp"}, p.Format) {
		return Picture{}, errNonsense
	}
	return p, nil
}
