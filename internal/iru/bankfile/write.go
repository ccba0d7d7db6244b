// SPDX-License-Identifier: EUPL-1.2

package bankfile

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"

	"iolaus/internal/iru"
)

// A Writer writes contents in one of the formats, all but the feed. Close flushes.
type Writer struct {
	format Format
	out    *bufio.Writer
	csv    *csv.Writer
	json   *json.Encoder
}

// NewWriter begins a file: a header in JSON, the names of the columns in CSV.
func NewWriter(w io.Writer, f Format, h Header) (*Writer, error) {
	x := &Writer{format: f, out: bufio.NewWriterSize(w, 1<<20)}
	switch f {
	case CSV:
		x.csv = csv.NewWriter(x.out)
		return x, x.csv.Write(columns)
	case JSON:
		x.json = json.NewEncoder(x.out)
		x.json.SetEscapeHTML(false)
		h.Format = Version
		return x, x.json.Encode(h)
	}
	return x, nil
}

// Write writes one content. What is not active is only in our own format, where its state is; a sketch of a text likewise, since nobody
// else reads one.
func (x *Writer) Write(k iru.Known) error {
	if x.format == JSON {
		c := content{ID: k.ID, Label: k.Label, Finding: k.Finding, Ref: k.Ref, Tags: k.Tags}
		if k.State != iru.KnownActive {
			c.State = k.State
		}
		for _, s := range k.Signals {
			c.Signals = append(c.Signals, print{s.Medium, s.Text()})
		}
		return x.json.Encode(c)
	}
	if k.State != iru.KnownActive {
		return nil
	}
	for _, s := range k.Signals {
		if s.Medium == iru.MediumText {
			continue
		}
		var err error
		if x.format == CSV {
			err = x.csv.Write(csvFields(k, s))
		} else {
			_, err = x.out.WriteString(s.Medium + " " + s.Text() + "\n")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func csvFields(k iru.Known, s iru.Signal) []string {
	f := []string{s.Medium, s.Text(), "", "", ""}
	var tags []string
	for _, t := range k.Tags {
		switch {
		case strings.HasPrefix(t, collabTag):
			f[2] = strings.TrimPrefix(t, collabTag)
		case strings.HasPrefix(t, categoryTag):
			f[3] = strings.TrimPrefix(t, categoryTag)
		default:
			tags = append(tags, strings.ReplaceAll(t, " ", "_"))
		}
	}
	if f[3] == "" && k.Finding == string(iru.FindNoAction) {
		f[3] = strings.ToUpper(innocuous)
	}
	f[4] = strings.Join(tags, " ")
	return f
}

// Close writes what is still held back.
func (x *Writer) Close() error {
	if x.csv != nil {
		x.csv.Flush()
		if err := x.csv.Error(); err != nil {
			return err
		}
	}
	return x.out.Flush()
}
