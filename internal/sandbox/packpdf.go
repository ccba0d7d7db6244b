// SPDX-License-Identifier: EUPL-1.2

package sandbox

import "iolaus/internal/recognise"

func packPDF(d *recognise.PDF) []byte {
	var o parcel
	o.text(d.Text)
	o.texts(d.Active)
	o.flag(d.Sealed)
	o.flag(d.Cut)
	o.number(uint64(d.Pages))
	o.number(uint64(len(d.Fields)))
	for _, k := range d.Fields {
		o.each([]string{k.Name, k.Value})
	}
	return o
}

func unpackPDF(b []byte) (*recognise.PDF, error) {
	u := unpacker{rest: b}
	d := &recognise.PDF{Text: u.text(recognise.MaxPDFText), Active: u.texts(100, 100), Sealed: u.flag(), Cut: u.flag(), Pages: int(u.number(1 << 20))}
	for range u.number(recognise.MaxPDFFields) {
		if u.wrong {
			break
		}
		d.Fields = append(d.Fields, recognise.Key{Name: u.text(recognise.MaxPDFText), Value: u.text(recognise.MaxPDFText)})
	}
	if u.end() != nil || !d.Check() {
		return nil, errNonsense
	}
	return d, nil
}
