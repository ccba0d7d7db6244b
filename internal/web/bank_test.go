// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// upload sends a form with one file: pairs of name and value beside it.
func (c *client) upload(path, name, body string, pairs ...string) *answer {
	c.h.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		must(c.h.t, m.WriteField(pairs[i], pairs[i+1]))
	}
	w, err := m.CreateFormFile("file", name)
	must(c.h.t, err)
	_, err = w.Write([]byte(body))
	must(c.h.t, err)
	must(c.h.t, m.Close())
	return c.send("POST", path, &b, "Content-Type", m.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

func (h *house) knownNow(k int64) (out iru.Known) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) (err error) {
		out, err = t.Known(ctx, iru.Program(), k)
		return err
	})
	return out
}

func (h *house) bankNow(name string) (b iru.Bank) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) (err error) {
		b, err = t.BankByName(ctx, h.people["ada"].Unit, name)
		return err
	})
	return b
}

var codes = []string{"tlp", "GREEN", "pap", "GREEN", "h", "H0"}

// TestBankIsOpenedAndKept: a bank is opened, told about, muted and unmuted by those who curate banks, each time with a reason.
func TestBankIsOpenedAndKept(t *testing.T) {
	h := newHouse(t)
	ada := h.as("ada")
	h.as("sig").get("/banks").is(http.StatusOK).has(".note", "your roles do not allow it").hasNo("a[href='/banks/new']")
	h.as("sig").get("/banks/new").is(http.StatusForbidden)
	h.as("sig").post("/banks/new", append(codes, "name", "x", "source", "partner")...).is(http.StatusForbidden)
	ada.get("/known").leads("/banks")
	ada.post("/banks/new", append(codes, "name", "", "source", "partner")...).is(http.StatusUnprocessableEntity).has("#errors", "needs a name")
	ada.post("/banks/new", append(codes, "name", "Unit C", "source", "partner", "what", "maps")...).leads("/banks")
	ada.post("/banks/new", append(codes, "name", "Unit C", "source", "partner")...).is(http.StatusConflict).has("#errors", "already")
	b := h.bankNow("Unit C")
	base := "/banks/" + id(b.ID)
	ada.get("/banks").has("#banks a", "Unit C").has("#banks .hc", "TLP:GREEN").has("#banks", "never").has("a[href='/banks/new']", "Open a bank")
	ada.get(base).is(http.StatusOK).has("#facts", "maps").hasNo("a[href$='/step/classify'], a[href$='/step/export'], a[href$='/step/unmute']")
	h.as("bo").get(base).is(http.StatusNotFound)

	ada.get(base+"/step/mute").has("#step", "shown to nobody")
	ada.post(base+"/step/mute", "why", " ").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	ada.post(base+"/step/mute", "why", "too many logos").leads(base)
	ada.post(base+"/step/mute", "why", "again").is(http.StatusConflict)
	if !h.bankNow("Unit C").Muted {
		t.Error("it is not muted")
	}
	ada.get(base).has("h1 + .st", "muted").has("#history", "too many logos").has("main", "Nothing in this bank is suggested")
	ada.post(base+"/step/unmute", "why", "the logos are gone").leads(base)
	if h.bankNow("Unit C").Muted {
		t.Error("it is still muted")
	}

	ada.get(base + "/step/classify").is(http.StatusForbidden)
	lena := h.as("lena")
	lena.post(base+"/step/classify", "tlp", "RED", "pap", "RED", "h", "H3", "why", "by letter").is(http.StatusUnprocessableEntity).has("#errors", "condition")
	lena.post(base+"/step/classify", "tlp", "RED", "pap", "RED", "h", "H3", "note", "for analysis only", "why", "by letter of Unit C").leads(base)
	if b := h.bankNow("Unit C"); b.Handling.TLP != "RED" {
		t.Errorf("codes %v", b.Handling)
	}
	ada.get(base).has("#history", "by letter of Unit C").has("#facts", "for analysis only")
	ada.post(base+"/step/describe", "source", "feed", "what", "maps of the north", "feed", "", "why", "they said so").leads(base)
	ada.get(base).has("#facts", "maps of the north").has("#facts", "a feed's")
	h.as("ada").get("/banks/99").is(http.StatusNotFound)
	ada.get(base + "/step/nothing").is(http.StatusNotFound)
}

// TestFileIsImported: wrong lines are named by number, and stop the import or are left out.
func TestFileIsImported(t *testing.T) {
	h := newHouse(t)
	ada := h.as("ada")
	ada.post("/banks/new", append(codes, "name", "Unit C", "source", "partner")...).leads("/banks")
	base := "/banks/" + id(h.bankNow("Unit C").ID)
	page := base + "/step/import"
	ada.get(page).is(http.StatusOK).has("#step", "changes nothing")
	if got := ada.get(page).attr("#step form", "enctype"); got != "multipart/form-data" {
		t.Errorf("the form is sent as %q", got)
	}
	file := "pdq " + strings.Repeat("0f", 32) + "\nsha256 " + strings.Repeat("ab", 32) + "\npdq zz\n\nmd5 12\n"
	ada.upload(page, "maps.txt", file, "on_error", "stop", "finding", "refer").is(http.StatusUnprocessableEntity).has("#errors", "2 of 4 rows are wrong, and nothing was imported").
		has("#wrong th", "3").has("#wrong th", "5").has("#wrong td", "64 hexadecimal")
	ada.get(base).has("#entries", "Nothing of this kind")
	ada.upload(page, "maps.txt", file, "on_error", "skip", "finding", "refer").is(http.StatusOK).has("[role=status]", "Rows read: 4. New: 2, extended: 0, there already: 0, withdrawn: 0, wrong: 2").has("#wrong th", "5").has("#entries td", "PDQ")
	ada.upload(page, "maps.txt", "pdq "+strings.Repeat("0f", 32)+"\n", "on_error", "stop").leads(base)
	ada.get(base).has("[role=status]", "Rows read: 1. New: 0, extended: 0, there already: 1").has("#facts", "maps.txt")
	ada.get("/banks").has("#banks", "SHA-256").hasNo("#banks .nothing")
	ada.get(base+"?medium=md5").has("#entries", "Nothing of this kind")
	ada.get(base+"?medium=pdq&state=active").has("#entries td", "PDQ")
	ada.get(base+"?state=quarantined").has("#entries", "Nothing of this kind")

	ada.upload(page, "handed.jsonl", `{"format":"iolaus-bank/1","bank":"b","source":"own","handling":{"tlp":"RED","pap":"RED","h":"H1"}}`+"\n"+`{"signals":[{"type":"md5","signal":"`+strings.Repeat("a", 32)+`"}]}`, "on_error", "stop").leads(base)
	ada.get(base).has("[role=status]", "came under TLP:RED PAP:RED H1; the codes of this bank hold: TLP:GREEN")
	ada.upload(page, "none.txt", "", "on_error", "stop").is(http.StatusUnprocessableEntity).has("#errors", "empty")
	ada.post(page, "on_error", "stop").is(http.StatusUnprocessableEntity).has("#errors", "no file")
	ada.upload(page, "broken.json", "{\"objects\": [", "format", "json", "on_error", "skip").is(http.StatusUnprocessableEntity).has("#errors", "cannot be read on")
	ada.upload(page, "large.txt", strings.Repeat("#", MaxImport+2*importMemory), "on_error", "stop").is(http.StatusUnprocessableEntity).has("#errors", "too large")
	h.as("sig").upload(page, "maps.txt", file, "on_error", "skip").is(http.StatusForbidden)
	h.as("bo").upload(page, "maps.txt", file, "on_error", "skip").is(http.StatusNotFound)
	(&client{h: h}).upload(page, "maps.txt", file).leads("/signin")
	if got := h.as("ada").send("POST", page, strings.NewReader(""), "Content-Type", "multipart/form-data; boundary=x", "Sec-Fetch-Site", "cross-site").status; got != http.StatusForbidden {
		t.Errorf("an upload from elsewhere: %d", got)
	}
}

// TestBankIsPaged: a bank is paged by number.
func TestBankIsPaged(t *testing.T) {
	h := newHouse(t)
	ada := h.as("ada")
	ada.post("/banks/new", append(codes, "name", "Unit C", "source", "partner")...).leads("/banks")
	base := "/banks/" + id(h.bankNow("Unit C").ID)
	var file strings.Builder
	for n := range perPage + 3 {
		fmt.Fprintf(&file, "sha256 %064x\n", n+1)
	}
	ada.upload(base+"/step/import", "many.txt", file.String(), "on_error", "stop").leads(base)
	first := ada.get(base)
	if n := len(first.find("#entries tbody tr")); n != perPage {
		t.Errorf("%d rows on the first page", n)
	}
	next := ada.get(first.attr("#entries a[rel=next]", "href"))
	if n := len(next.find("#entries tbody tr")); n != 3 {
		t.Errorf("%d rows on the second page", n)
	}
	next.has("#entries a[rel=prev]", "Previous").hasNo("#entries a[rel=next]")
}

// TestBankIsHandedOut: as far as its codes allow, on record, to whom and why.
func TestBankIsHandedOut(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	base := "/banks/" + id(s.known.Bank)
	page := base + "/step/export"
	h.as("ada").get(page).is(http.StatusForbidden)
	lena := h.as("lena")
	lena.get(page).is(http.StatusOK).has("#step", "refused, with the code")
	ask := []string{"purpose", "partner", "recipient", "Unit C", "format", "csv", "why", "they asked"}
	lena.post(page, ask...).is(http.StatusForbidden).has("#errors", "H2: it must not be shared")
	lena.post(page, "purpose", "analysis", "recipient", "Ben", "format", "csv", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	lena.post(page, "purpose", "analysis", "recipient", "", "why", "look").is(http.StatusUnprocessableEntity).has("#errors", "who receives it")
	lena.post(base+"/step/classify", append(codes, "why", "leave by letter")...).leads(base)
	a := lena.post(page, ask...).is(http.StatusOK)
	if !strings.Contains(a.body, "signal_type") || !strings.Contains(a.body, strings.Repeat("0f", 32)) || a.header.Get("Content-Disposition") != `attachment; filename="bank-`+id(s.known.Bank)+`.csv"` {
		t.Errorf("%v %.300s", a.header, a.body)
	}
	if a = lena.post(page, "purpose", "analysis", "recipient", "Ben", "format", "json", "why", "look").is(http.StatusOK); !strings.HasPrefix(a.body, `{"format":"iolaus-bank/1"`) {
		t.Errorf("%.300s", a.body)
	}
	lena.get(base).has("#history", "they asked")
	lena.post(base+"/step/classify", "tlp", "GREEN", "pap", "GREEN", "h", "H3", "note", "until June", "why", "their wish").leads(base)
	lena.get(page).has("#step", "until June").has("label", "The condition will be kept")
	lena.post(page, ask...).is(http.StatusForbidden).has("#errors", "a condition applies")
	lena.post(page, append(ask, "acknowledged", "1")...).is(http.StatusOK)
}
