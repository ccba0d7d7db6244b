// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// received makes the act of an office one that its addressee has and did not answer.
func (o *office) received() {
	o.t.Helper()
	must(o.t, o.Desk.DB.Tx(o.t.Context(), func(x *db.Tx) error {
		n, err := x.Notice(o.t.Context(), iru.Program(), o.notice.ID)
		if err != nil {
			return err
		}
		old := n.State
		n.State = iru.NoticeReceived
		return x.UpdateNotice(o.t.Context(), n, old)
	}))
}

func (o *office) feedback() iru.Annex {
	at := time.Now().UTC().Truncate(time.Second)
	return iru.Annex{Schema: iru.AnnexSchema, Number: iru.AnnexFeedback, Reference: "RO-1", Addressee: "Birchrack", Measure: iru.MeasureRemoved, MeasureAt: at, Name: "Birchrack", Person: "R. Halloran"}
}

// writes takes in a reply with files, as it comes in; it is whole and from the confirmed contact unless it is bent.
func (o *office) writes(text string, files []deliver.Attachment, bend func(*deliver.Reply)) {
	o.t.Helper()
	m := deliver.Message{Key: fmt.Sprint(time.Now().UnixNano()), Reference: "RO-1", From: "abuse@birchrack.test", To: "x@unit-a.test", Date: time.Now(), Subject: "Re: [RO-1]", Text: text, Attachments: files}
	l, err := deliver.Render(m)
	must(o.t, err)
	r, err := deliver.ParseReply(l.Bytes, deliver.ReplyAddress(o.Post.Secret, int64(o.notice.ID), o.Post.Domain), time.Now())
	must(o.t, err)
	r.Notice, r.Authentic, r.Whole = int64(o.notice.ID), deliver.ByDKIM, true
	if bend != nil {
		bend(&r)
	}
	must(o.t, o.Accept(o.t.Context(), r))
}

func pdf(catalog string, text string) []byte {
	var page strings.Builder
	y := 800
	for l := range strings.Lines(text) {
		fmt.Fprintf(&page, "BT /F1 8 Tf 40 %d Td (%s) Tj ET\n", y, strings.NewReplacer("(", `\(`, ")", `\)`).Replace(strings.TrimRight(l, "\n")))
		y -= 14
	}
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj\n<</Type /Catalog /Pages 2 0 R %s>>\nendobj\n2 0 obj\n<</Type /Pages /Kids [3 0 R]>>\nendobj\n3 0 obj\n<</Type /Page /Contents 4 0 R>>\nendobj\n4 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n",
		catalog, page.Len(), page.String())
}

// TestAnnexes: Annex II and III move the act in every form in which they come, and whatever is unclear goes to a person; all files are kept.
func TestAnnexes(t *testing.T) {
	js := func(a iru.Annex) []deliver.Attachment {
		b, err := json.Marshal(a)
		must(t, err)
		return []deliver.Attachment{{Name: "annex.json", Type: "application/json", Data: b}}
	}
	doc := func(b []byte) []deliver.Attachment {
		return []deliver.Attachment{{Name: "annex.pdf", Type: "application/pdf", Data: b}}
	}
	cannot := func(o *office, causes ...string) iru.Annex {
		a := o.feedback()
		a.Number, a.Measure, a.MeasureAt, a.Causes, a.Reasons = iru.AnnexImpossibility, "", time.Time{}, causes, "the hall is under water"
		return a
	}
	for name, k := range map[string]struct {
		text   string
		files  func(*office) []deliver.Attachment
		bend   func(*deliver.Reply)
		state  iru.NoticeState
		remark string
	}{
		"II as JSON":   {files: func(o *office) []deliver.Attachment { return js(o.feedback()) }, state: iru.NoticeClaimed},
		"II as a PDF":  {files: func(o *office) []deliver.Attachment { return doc(pdf("", o.feedback().Text())) }, state: iru.NoticeClaimed},
		"II as words":  {text: "text", state: iru.NoticeClaimed},
		"III as JSON":  {files: func(o *office) []deliver.Attachment { return js(cannot(o, iru.CauseImpossible)) }, state: iru.NoticeClarifying},
		"III, unclear": {files: func(o *office) []deliver.Attachment { return js(cannot(o, iru.CauseUnclear)) }, state: iru.NoticeClarifying},
		"III, both":    {files: func(o *office) []deliver.Attachment { return js(cannot(o, iru.CauseImpossible, iru.CauseUnclear)) }, state: iru.NoticeReceived, remark: "one pauses the clock"},
		"fields of a PDF form": {files: func(o *office) []deliver.Attachment {
			b := pdf("", "a form")
			for i, f := range [][2]string{{"annex", "II"}, {"reference", "RO-1"}, {"measure", "removed"}, {"measure_at", o.feedback().MeasureAt.Format(time.RFC3339)}} {
				b = fmt.Appendf(b, "%d 0 obj\n<</T (%s) /V (%s)>>\nendobj\n", 10+i, f[0], f[1])
			}
			return doc(b)
		}, state: iru.NoticeClaimed},
		"a PDF with scripts": {files: func(o *office) []deliver.Attachment {
			return doc(pdf("/OpenAction <</S /JavaScript /JS (app.beep\\(\\))>>", o.feedback().Text()))
		},
			state: iru.NoticeReceived, remark: "more than paper"},
		"another act's reference": {files: func(o *office) []deliver.Attachment {
			a := o.feedback()
			a.Reference = "RO-2"
			return js(a)
		}, state: iru.NoticeReceived, remark: "not this act"},
		"two that differ": {files: func(o *office) []deliver.Attachment {
			return append(js(o.feedback()), js(cannot(o, iru.CauseImpossible))...)
		}, state: iru.NoticeReceived, remark: "two annexes"},
		"a forged sender":                    {files: func(o *office) []deliver.Attachment { return js(o.feedback()) }, bend: func(r *deliver.Reply) { r.Authentic = "" }, state: iru.NoticeReceived, remark: "nothing proves its sender"},
		"another sender":                     {files: func(o *office) []deliver.Attachment { return js(o.feedback()) }, bend: func(r *deliver.Reply) { r.From = "x@halcyon-weather.test" }, state: iru.NoticeReceived, remark: "neither the confirmed contact"},
		"a signature that does not cover it": {files: func(o *office) []deliver.Attachment { return js(o.feedback()) }, bend: func(r *deliver.Reply) { r.Whole = false }, state: iru.NoticeReceived, remark: "does not cover"},
		"no time zone":                       {text: "zone", state: iru.NoticeReceived, remark: "cannot be taken at its word"},
		"an archive": {files: func(*office) []deliver.Attachment {
			return []deliver.Attachment{{Name: "bomb.zip", Type: "application/zip", Data: bytes.Repeat([]byte("PK\x03\x04"), 100)}}
		}, state: iru.NoticeReceived},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
			o.received()
			text := "Please find our form enclosed."
			switch k.text {
			case "text":
				text = o.feedback().Text()
			case "zone":
				text = strings.Replace(o.feedback().Text(), "Z\n", "\n", 1)
			}
			var files []deliver.Attachment
			if k.files != nil {
				files = k.files(o)
			}
			o.writes(text, files, k.bend)
			n, _ := o.now()
			ls := o.letters()
			i := slices.IndexFunc(ls, func(l iru.Letter) bool { return l.Inbound && l.MessageID != "q" })
			if i < 0 {
				t.Fatal("the letter was dropped")
			}
			l := ls[i]
			if n.State != k.state || !strings.Contains(l.Remark, k.remark) || l.Guess != (k.state == iru.NoticeReceived) || len(l.Files) != len(files) {
				t.Errorf("%s, %s, guess %t, %q, %d files", n.State, l.Kind, l.Guess, l.Remark, len(l.Files))
			}
			for j, f := range l.Files {
				if b := stored(t, o.Crew, f.SHA256); !bytes.Equal(b, files[j].Data) {
					t.Errorf("%s is not kept as it came", f.Name)
				}
			}
		})
	}
}

func stored(t *testing.T, c *Crew, digest string) []byte {
	t.Helper()
	r, err := c.Store.Open(t.Context(), digest)
	must(t, err)
	defer r.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	must(t, err)
	return b.Bytes()
}

// TestStrays: mail that names no act waits for a person, once; one that answers our letter goes to that letter's act, and moves nothing.
func TestStrays(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	box := &letterbox{o.Crew, "box"}
	parse := func(head string) deliver.Reply {
		r, err := deliver.ParseReply([]byte("From: abuse@birchrack.test\r\n"+head+"\r\n\r\nWe have removed it.\r\n"), "", time.Now())
		must(t, err)
		return r
	}
	ctx := t.Context()
	for range 2 {
		must(t, box.Stray(ctx, parse("Message-ID: <s1@birchrack.test>"), "it names no reply address of ours"))
		must(t, box.Stray(ctx, parse("Message-ID: <s2@birchrack.test>\r\nIn-Reply-To: <key@unit-a.test>"), "it names no reply address of ours"))
	}
	var strays []iru.Stray
	must(t, o.Desk.DB.View(ctx, func(x *db.Tx) error {
		var err error
		strays, err = x.Strays(ctx, iru.Program(), "", 9)
		return err
	}))
	ls := o.letters()
	if len(strays) != 1 || len(ls) != 4 || !ls[3].Guess {
		t.Fatalf("%d strays, %d letters, %+v", len(strays), len(ls), ls[len(ls)-1])
	}
	ben := iru.Officer{ID: o.notice.Drafted, Unit: o.notice.Unit, State: iru.OfficerActive, Roles: []iru.Role{iru.Analyst, iru.Liaison}}.Scope()
	l, err := o.Desk.FileStray(ctx, ben, strays[0].ID, o.notice.ID)
	if err != nil || !l.Guess || l.Proof != strays[0].Proof {
		t.Errorf("%v, %+v", err, l)
	}
	if _, err := o.Desk.FileStray(ctx, ben, strays[0].ID, o.notice.ID); err == nil {
		t.Error("filed twice")
	}
	if m, err := box.Mark(ctx); err != nil || m != (deliver.Mark{}) {
		t.Errorf("%v, %v", m, err)
	}
	must(t, box.SetMark(ctx, deliver.Mark{UIDValidity: 4_000_000_000, UID: 7}))
	if m, err := box.Mark(ctx); err != nil || m != (deliver.Mark{UIDValidity: 4_000_000_000, UID: 7}) {
		t.Errorf("%v, %v", m, err)
	}
}

// TestMessage: the link is in every act and stored nowhere; defanged mail shows no address that opens, its documents do; a provider that is
// reached by its page gets the link alone.
func TestMessage(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	o.Post.Base = "https://iolaus.unit-a.test"
	digest, size, err := o.Store.Put(t.Context(), strings.NewReader("%PDF-1.7 https://halcyon-weather.test/"))
	must(t, err)
	d := desk.Dispatch{Notice: o.notice, Unit: iru.Unit{Name: "Unit A", Country: "XA", Mail: "unit@unit-a.test"}, Provider: iru.Provider{Name: "Birchrack", Channel: iru.ByMail, Address: "abuse@birchrack.test"},
		Letter: iru.Letter{Kind: "notice", MessageID: "key", At: time.Now(), Subject: "[RO-1] Removal order", Text: "Address: https://halcyon-weather.test/\nIt is on halcyon-weather.test.\n",
			Files: []iru.File{{Name: "order.pdf", SHA256: digest, Size: size}}}}
	link := "https://iolaus.unit-a.test/p/" + deliver.PortalToken(o.Post.Secret, int64(o.notice.ID))
	m, err := o.message(t.Context(), d)
	if err != nil || !strings.Contains(m.Text, link) || m.Portal != link || len(m.Attachments) != 1 || m.Attachments[0].Type != "application/pdf" || !strings.Contains(m.Text, "/verify") {
		t.Errorf("%v, %+v", err, m)
	}
	d.Provider.Defang = true
	m, err = o.message(t.Context(), d)
	if err != nil || strings.Contains(m.Text, "halcyon-weather.test") || strings.Contains(strings.Join(m.Targets, " "), "halcyon-weather.test") || !strings.Contains(m.Text, "hxxps://halcyon-weather[.]test/") ||
		!bytes.Contains(m.Attachments[0].Data, []byte("https://halcyon-weather.test/")) || !strings.Contains(m.Text, link) {
		t.Errorf("%v\n%s", err, m.Text)
	}
	d.Provider.Channel = iru.ByPortal
	m, err = o.message(t.Context(), d)
	if err != nil || strings.Contains(m.Text, "halcyon") || len(m.Attachments)+len(m.Targets) != 0 || !strings.Contains(m.Text, link) {
		t.Errorf("%v\n%s", err, m.Text)
	}
	d.Provider.Channel, d.Letter.Files[0].SHA256 = iru.ByMail, strings.Repeat("0", 64)
	if _, err := o.message(t.Context(), d); err == nil {
		t.Error("an act leaves without its document")
	}
	if _, err := o.Store.Open(context.Background(), digest); err != nil {
		t.Error(err)
	}
}
