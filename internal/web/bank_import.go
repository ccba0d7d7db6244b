// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/web/ui"
)

// MaxImport is the largest file that a page takes into a bank, in bytes: 240,000 fingerprints, twenty seconds. The command line has no limit.
const MaxImport = 16_000_000

// importMemory is how much of an upload is kept in memory, in bytes; the rest lies in a temporary file until it is answered.
const importMemory = 1 << 20

// wrongNamed is how many wrong lines are named; the rest is counted.
const wrongNamed = 20

// A wrongLine is one that was not imported.
type wrongLine struct {
	Line int
	Why  string
}

// bankImport is the page before a file is imported, and the import.
func (v *visit) bankImport() error {
	ctx := v.ctx()
	p, b, err := v.bankStepPage("import")
	if err != nil {
		return err
	}
	var tooLarge *http.MaxBytesError
	if v.r.Method == http.MethodPost {
		errors.As(v.r.ParseMultipartForm(importMemory), &tooLarge) // any other fault is that of a form without its file
	}
	finding, onError := v.value("finding"), v.value("on_error")
	if finding != string(iru.FindNoAction) {
		finding = string(iru.FindRefer)
	}
	p.Upload = true
	p.Next = []string{ui.T(ctx, "What the bank has already is not added again: the same file twice changes nothing."), ui.T(ctx, "What its source took back is withdrawn, and can be restored."),
		ui.T(ctx, "Items are compared with what is new; a match is a suggestion, never a decision.")}
	p.Fields = []ui.Field{
		{Name: "file", Label: ui.T(ctx, "File"), Type: "file", Required: true, Hint: ui.T(ctx, "At most %s; “iolaus bank import” on the server takes larger ones, and feeds.", sizeWords(MaxImport))},
		{Name: "format", Label: ui.T(ctx, "Format"), Type: "select", Required: true, Value: v.value("format"), Options: []ui.Option{{Value: "", Text: ui.T(ctx, "as its beginning says")}, {Value: string(bankfile.Signals), Text: ui.T(ctx, "bare fingerprints")},
			{Value: string(bankfile.CSV), Text: ui.T(ctx, "table (CSV)")}, {Value: string(bankfile.Feed), Text: ui.T(ctx, "page of a feed (JSON)")}, {Value: string(bankfile.JSON), Text: ui.T(ctx, "lines of JSON, as handed out here")}}},
		{Name: "on_error", Label: ui.T(ctx, "With a wrong line"), Type: "select", Required: true, Value: onError, Options: []ui.Option{{Value: "stop", Text: ui.T(ctx, "stop, and import nothing")}, {Value: "skip", Text: ui.T(ctx, "leave it out")}}},
		{Name: "finding", Label: ui.T(ctx, "Judged then, where the file does not say"), Type: "select", Required: true, Value: finding, Options: findings(ctx)},
	}
	if v.r.Method != http.MethodPost {
		return v.show(p.View())
	}
	if tooLarge != nil {
		err = iru.Refuse(iru.Invalid, "the file is too large for a page", "import it on the server with “iolaus bank import”, or in parts")
	}
	var f checkedFile
	var told desk.ImportTold
	if err == nil {
		f, told, err = v.importFile(b, finding, onError == "skip")
	}
	if why, ok := complaint(err); ok {
		p.Problem, p.Beside = why, wrongLines(ctx, f.wrong, f.count)
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	done := ui.T(ctx, "Rows read: %s. New: %s, extended: %s, there already: %s, withdrawn: %s, wrong: %s.", strconv.Itoa(told.Rows), strconv.Itoa(told.Added), strconv.Itoa(told.Extended), strconv.Itoa(told.Present), strconv.Itoa(told.Withdrawn), strconv.Itoa(told.Wrong))
	if f.head.Format != "" && f.head.Handling != b.Handling {
		done += " " + ui.T(ctx, "The file came under %s; the codes of this bank hold: %s.", f.head.Handling.String(), b.Handling.String())
	}
	if len(f.wrong) > 0 {
		return v.showBank(BankPage{Imported: done, Wrong: wrongLines(ctx, f.wrong, f.count)}, nil)
	}
	v.say(done)
	return v.to("/banks/%d", b.ID)
}

// importFile reads the uploaded file twice: what is wrong with it is known before anything is imported.
func (v *visit) importFile(b iru.Bank, finding string, skip bool) (r checkedFile, told desk.ImportTold, err error) {
	f, head, err := v.r.FormFile("file")
	if err != nil {
		return r, told, iru.Refuse(iru.Invalid, "there is no file", "choose one")
	}
	defer f.Close()
	if r, err = checkFile(f, bankfile.Format(v.value("format"))); err != nil {
		if _, said := complaint(err); !said && errors.Is(err, iru.Invalid) {
			err = iru.Refuse(iru.Invalid, "the file cannot be read on: "+err.Error(), "choose its format, or correct it")
		}
		return r, told, err
	}
	if r.count > 0 && !skip {
		return r, told, iru.Refuse(iru.Invalid, fmt.Sprintf("%d of %d rows are wrong, and nothing was imported", r.count, r.rows), "correct them, or leave them out; choose the file again")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return r, told, fmt.Errorf("import %s: %w: %w", head.Filename, iru.Internal, err)
	}
	told, err = v.desk.Import(v.ctx(), v.scope, desk.Import{Bank: b.ID, From: plainFile(head.Filename), Format: r.format, Digest: r.digest, Finding: finding}, bankfile.Read(f, r.format))
	return r, told, err
}

// A checkedFile is what is known of a file that was read to its end.
type checkedFile struct {
	format bankfile.Format
	head   bankfile.Header // of our own format
	digest string
	rows   int
	count  int         // of wrong rows
	wrong  []wrongLine // the first of them
}

func checkFile(f multipart.File, format bankfile.Format) (r checkedFile, err error) {
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(f, sum), 64<<10)
	beginning, _ := in.Peek(4096) // a shorter file is whole in it
	if len(bytes.TrimSpace(beginning)) == 0 {
		return r, iru.Refuse(iru.Invalid, "the file is empty", "choose another")
	}
	if r.format = format; !slices.Contains(bankfile.Formats, format) {
		r.format = bankfile.Guess(beginning)
	}
	line, _, _ := bytes.Cut(beginning, []byte("\n"))
	r.head, _ = bankfile.ReadHeader(line)
	for row, err := range bankfile.Read(in, r.format) {
		if err != nil {
			return r, err
		}
		if row.Cursor != "" {
			continue
		}
		if r.rows++; row.Err == nil {
			continue
		}
		if r.count++; r.count <= wrongNamed {
			why, ok := complaint(row.Err)
			if !ok {
				why = row.Err.Error()
			}
			r.wrong = append(r.wrong, wrongLine{row.Line, why})
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return r, fmt.Errorf("read file: %w: %w", iru.Internal, err)
	}
	r.digest = hex.EncodeToString(sum.Sum(nil))
	return r, nil
}
