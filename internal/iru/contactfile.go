// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"iolaus/internal/legal"
)

// MaxContactFile bounds a file of contacts, in bytes; MaxContactRows its lines.
const (
	MaxContactFile = 8 << 20
	MaxContactRows = 20_000
)

// ContactColumns are the columns of a file of contacts (docs/processes/contacts.md). Only record must be there; status is written, and
// read by nobody: a person confirms, a file does not.
var ContactColumns = []string{"record", "provider", "layer", "kind", "name", "channel", "address", "languages", "site", "jurisdiction", "establishment", "representative",
	"serves_others", "seal", "seal_key", "defang", "country", "role", "phone", "page", "source", "note", "status"}

// A ContactRow is one line of such a file: a provider, a further contact of one, or an authority.
type ContactRow struct {
	Line      int
	Record    string // "provider", "contact" or "authority"
	Provider  Provider
	Contact   Contact // of the provider that Provider names by name and layer
	Authority Authority
	Status    ContactState // of what is written
}

// A ContactLine is a line that cannot be taken in: its number, what is wrong, and what to do.
type ContactLine struct {
	Line int    `json:"line"`
	What string `json:"what"`
	Do   string `json:"do,omitempty"`
}

func (l ContactLine) String() string {
	if l.Do == "" {
		return fmt.Sprintf("line %d: %s", l.Line, l.What)
	}
	return fmt.Sprintf("line %d: %s; %s", l.Line, l.What, l.Do)
}

// WrongLine makes a line of a refusal.
func WrongLine(line int, err error) ContactLine {
	var r *Refusal
	if errors.As(err, &r) {
		return ContactLine{line, r.Reason, r.Instead}
	}
	return ContactLine{line, err.Error(), ""}
}

// ReadContacts reads a file of contacts: CSV whose first line names its columns. What cannot be taken in comes back by line. The error
// is of kind Invalid when the file as a whole cannot be read.
func ReadContacts(in io.Reader) (rows []ContactRow, wrong []ContactLine, err error) {
	b, err := io.ReadAll(io.LimitReader(in, MaxContactFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read contacts: %w: %w", Unavailable, err)
	}
	if len(b) > MaxContactFile {
		return nil, nil, Refuse(Invalid, "the file is too large", "part it into files of 8 MB")
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, nil, Refuse(Invalid, "the file has no first line of column names", "begin with: "+strings.Join(ContactColumns, ","))
	}
	for n := range head {
		head[n] = strings.ToLower(strings.TrimSpace(head[n]))
		if !slices.Contains(ContactColumns, head[n]) {
			return nil, nil, Refuse(Invalid, fmt.Sprintf("column %d has the unknown name %q", n+1, clip(head[n], 40)), "the columns are: "+strings.Join(ContactColumns, ", "))
		}
		if slices.Contains(head[:n], head[n]) {
			return nil, nil, Refuse(Invalid, "the column "+head[n]+" stands twice", "keep one of them")
		}
	}
	if !slices.Contains(head, "record") {
		return nil, nil, Refuse(Invalid, "the column record is missing", "it says of each line: provider, contact or authority")
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			wrong = append(wrong, ContactLine{broken.StartLine, "the quotation marks do not fit: " + broken.Err.Error(), "double each quotation mark inside quoted text"})
			if errors.Is(broken.Err, csv.ErrQuote) && broken.StartLine != broken.Line {
				break // everything after it would be misread
			}
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read contacts: %w: %w", Invalid, err)
		}
		line, _ := r.FieldPos(0)
		if len(rows)+len(wrong) >= MaxContactRows {
			return nil, nil, Refuse(Invalid, "the file has too many lines", fmt.Sprintf("part it into files of %d lines", MaxContactRows))
		}
		if len(row) != len(head) {
			wrong = append(wrong, ContactLine{line, fmt.Sprintf("it has %d fields, the first line names %d", len(row), len(head)), "quote fields that contain a comma"})
			continue
		}
		x, err := contactRow(head, row)
		if err != nil {
			wrong = append(wrong, WrongLine(line, err))
			continue
		}
		x.Line = line
		rows = append(rows, x)
	}
	if len(rows)+len(wrong) == 0 {
		return nil, nil, Refuse(Invalid, "the file has no lines but the first", "write a provider, a contact or an authority on each")
	}
	return rows, wrong, nil
}

func contactRow(head, row []string) (ContactRow, error) {
	f := map[string]string{}
	for n, v := range row {
		f[head[n]] = strings.TrimSpace(inert(v))
	}
	flag := func(column string) (bool, error) {
		switch strings.ToLower(f[column]) {
		case "", "no", "false", "0":
			return false, nil
		case "yes", "true", "1":
			return true, nil
		}
		return false, Refuse(Invalid, column+" is "+clip(f[column], 20), "write yes or no")
	}
	languages := strings.Fields(f["languages"])
	x := ContactRow{Record: f["record"]}
	others, err := flag("serves_others")
	if err != nil {
		return x, err
	}
	defang, err := flag("defang")
	if err != nil {
		return x, err
	}
	layer := legal.Layer(f["layer"])
	switch x.Record {
	case "provider", "contact":
		if f["provider"] == "" || !layer.Valid() {
			return x, Refuse(Invalid, "the provider has no name, or its layer is not known", "the layers are: "+layerNames())
		}
		x.Provider = Provider{Name: f["provider"], Layer: layer}
	}
	switch x.Record {
	case "provider":
		x.Provider = Provider{Name: f["provider"], Layer: layer, Site: strings.ToLower(f["site"]), Jurisdiction: strings.ToUpper(f["jurisdiction"]), ServesOthers: others, Channel: f["channel"],
			Address: f["address"], Source: f["source"], Note: f["note"], Languages: languages, Establishment: strings.ToUpper(f["establishment"]),
			Representative: f["representative"], Seal: Seal(f["seal"]), SealKey: f["seal_key"], Defang: defang}
		return x, x.Provider.Check()
	case "contact":
		x.Contact = Contact{Kind: ContactKind(f["kind"]), Name: f["name"], Channel: f["channel"], Address: f["address"], Languages: languages, Seal: Seal(f["seal"]),
			SealKey: f["seal_key"], Source: f["source"], Note: f["note"]}
		return x, x.Contact.Check()
	case "authority":
		x.Authority = Authority{Name: f["name"], Country: strings.ToUpper(f["country"]), Role: AuthorityRole(f["role"]), Mail: f["address"], Phone: f["phone"], Page: f["page"],
			Languages: languages, Seal: Seal(f["seal"]), SealKey: f["seal_key"], Source: f["source"], Note: f["note"]}
		return x, x.Authority.Check()
	}
	return x, Refuse(Invalid, "it is no record: "+clip(x.Record, 20), "write provider, contact or authority in the column record")
}

func layerNames() string {
	var names []string
	for _, l := range legal.Layers() {
		names = append(names, string(l))
	}
	return strings.Join(names, ", ")
}

// Check refuses a provider that could not be used.
func (p Provider) Check() error {
	if strings.TrimSpace(p.Name) == "" || len(p.Name) > 200 || !p.Layer.Valid() {
		return Refuse(Invalid, "a provider needs a name and a layer", "the layers are: "+layerNames())
	}
	if err := CheckAddress(p.Channel, p.Address); err != nil {
		return err
	}
	return p.CheckFacts()
}

// CheckFacts refuses what cannot be said of a provider, its address aside.
func (p Provider) CheckFacts() error {
	if err := CheckLanguages(p.Languages); err != nil {
		return err
	}
	if err := CheckState(p.Establishment); err != nil {
		return err
	}
	if len(p.Representative) > 1000 {
		return Refuse(Invalid, "the representative is too long", "write name and address")
	}
	return CheckSeal(p.Seal, p.SealKey)
}

// guard begins a cell that a spreadsheet would take for a formula.
const guard = "'"

func calm(v string) string {
	if v != "" && strings.ContainsRune("=+-@\t\r'", rune(v[0])) {
		return guard + v
	}
	return v
}

// inert takes the guard off again.
func inert(v string) string {
	if rest, ok := strings.CutPrefix(v, guard); ok && rest != "" && strings.ContainsRune("=+-@\t\r'", rune(rest[0])) {
		return rest
	}
	return v
}

// WriteContacts writes a file that ReadContacts reads. Credentials of interfaces are never written.
func WriteContacts(w io.Writer, rows []ContactRow) error {
	c := csv.NewWriter(w)
	if err := c.Write(ContactColumns); err != nil {
		return err
	}
	yes := map[bool]string{true: "yes", false: "no"}
	for _, x := range rows {
		f := map[string]string{"record": x.Record, "provider": x.Provider.Name, "layer": string(x.Provider.Layer), "status": string(x.Status)}
		switch p, k, a := x.Provider, x.Contact, x.Authority; x.Record {
		case "provider":
			for name, v := range map[string]string{"channel": p.Channel, "address": p.Address, "languages": strings.Join(p.Languages, " "), "site": p.Site, "jurisdiction": p.Jurisdiction,
				"establishment": p.Establishment, "representative": p.Representative, "serves_others": yes[p.ServesOthers], "seal": string(p.Seal), "seal_key": p.SealKey,
				"defang": yes[p.Defang], "source": p.Source, "note": p.Note} {
				f[name] = v
			}
		case "contact":
			for name, v := range map[string]string{"kind": string(k.Kind), "name": k.Name, "channel": k.Channel, "address": k.Address, "languages": strings.Join(k.Languages, " "),
				"seal": string(k.Seal), "seal_key": k.SealKey, "source": k.Source, "note": k.Note} {
				f[name] = v
			}
		case "authority":
			for name, v := range map[string]string{"name": a.Name, "address": a.Mail, "languages": strings.Join(a.Languages, " "), "country": a.Country, "role": string(a.Role), "phone": a.Phone,
				"page": a.Page, "seal": string(a.Seal), "seal_key": a.SealKey, "source": a.Source, "note": a.Note} {
				f[name] = v
			}
		}
		row := make([]string, 0, len(ContactColumns))
		for _, name := range ContactColumns {
			row = append(row, calm(f[name]))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
