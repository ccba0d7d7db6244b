// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// signing gives the office a key, and a letter of an act whose documents are still to be made.
func (o *office) signing(expired bool) desk.Dispatch {
	o.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(o.t, err)
	until := time.Now().Add(time.Hour)
	if expired {
		until = time.Now().Add(-time.Hour)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Unit A, seal"}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	must(o.t, err)
	leaf, err := x509.ParseCertificate(der)
	must(o.t, err)
	o.Signer = &form.Signer{Key: key, Chain: []*x509.Certificate{leaf}}
	o.Desk.Signature = o.Signer.Name()
	a, err := form.Example("removal_order")
	must(o.t, err)
	record, err := form.JSON(a)
	must(o.t, err)
	d := o.first()
	d.Notice.Facts, d.Notice.Approvals = string(record), []iru.Approval{{By: 1, At: time.Now().UTC()}}
	return d
}

// first is the letter of the act itself.
func (o *office) first() desk.Dispatch {
	o.t.Helper()
	n, _ := o.now()
	d := desk.Dispatch{Notice: n, Letter: o.letters()[0]}
	must(o.t, o.Desk.DB.View(o.t.Context(), func(t *db.Tx) error {
		var err error
		d.Provider, err = t.Provider(o.t.Context(), iru.Program(), n.Provider)
		return err
	}))
	return d
}

// A document is made once: whoever sends the letter again, after a kill or in another process, sends the same bytes.
func TestDocumentsAreMadeOnce(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	ctx, d := t.Context(), o.signing(false)
	again := d
	one, err := o.documents(ctx, &d)
	must(t, err)
	if len(one) != 2 || one[0].Type != "application/pdf" || one[1].Type != "application/json" || one[0].Name != "RO-2026-0001.pdf" {
		t.Fatalf("documents: %+v", one)
	}
	two, err := o.documents(ctx, &again) // it does not know of the first, as after a kill before its word came back
	must(t, err)
	for n := range one {
		if !bytes.Equal(one[n].Data, two[n].Data) {
			t.Errorf("%s is another one the second time", one[n].Name)
		}
	}
	stored := o.first()
	if three, err := o.documents(ctx, &stored); err != nil || !bytes.Equal(three[0].Data, one[0].Data) {
		t.Error("what was kept is another one", err)
	}
	name := filepath.Join(t.TempDir(), "act.pdf")
	must(t, os.WriteFile(name, one[0].Data, 0o600))
	said, _ := exec.Command("pdfsig", "-nocert", name).CombinedOutput()
	if !strings.Contains(string(said), "Signature is Valid.") || !strings.Contains(string(said), "ETSI.CAdES.detached") {
		t.Errorf("pdfsig: %s", said)
	}
	if err := blob.Check(stored.Letter.Files[0].SHA256); err != nil || o.Store.Verify(ctx, stored.Letter.Files[0].SHA256) != nil {
		t.Error("the digest is not that of the bytes", err)
	}
	if _, there, err := o.Desk.Issued(ctx, desk.Dispatch{Notice: d.Notice, Letter: o.answer}); err != nil || there {
		t.Error("an answer has documents", err)
	}
}

// With a key whose certificate expired nothing leaves unsigned: it waits, and says why. A record of an unknown template does not leave.
func TestDocumentsWait(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	d := o.signing(true)
	if _, err := o.documents(t.Context(), &d); !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "expired") {
		t.Errorf("expired: %v", err)
	}
	if o.first().Letter.Files != nil && len(o.first().Letter.Files) > 0 {
		t.Error("a document was kept")
	}
	d.Notice.Facts = strings.Replace(d.Notice.Facts, `"version": "1/2021-05-17"`, `"version": "7/2031-01-01"`, 1)
	if _, err := o.documents(t.Context(), &d); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "7/2031-01-01") {
		t.Errorf("unknown template: %v", err)
	}
}

// Whoever gets a copy gets the same bytes, whichever leaves first: the second contact in the act's thread, the home authority by a missive, sealed
// as it wants mail.
func TestCopiesCarryTheDocuments(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	ctx, d, box := t.Context(), o.signing(false), o.mail()
	var cp iru.Letter
	var m iru.Missive
	must(t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		if err := x.UpdateNotice(ctx, d.Notice, d.Notice.State); err != nil {
			return err
		}
		second := iru.Contact{Unit: d.Notice.Unit, Provider: d.Provider.ID, Kind: iru.ContactSecond, Channel: iru.ByMail, Address: "orders@birchrack.test", State: iru.ContactConfirmed}
		if err := x.AddContact(ctx, &second); err != nil {
			return err
		}
		cp = iru.Letter{Notice: d.Notice.ID, At: o.Desk.Now(), Kind: "copy", Channel: iru.ByMail, Subject: "Copy", Text: "A copy.", MessageID: "key-copy", Contact: second.ID}
		if _, err := x.AddLetter(ctx, &cp); err != nil {
			return err
		}
		m = iru.Missive{Unit: d.Notice.Unit, Kind: iru.OrderCopy, Ref: d.Notice.Ref, Notice: d.Notice.ID, Name: "Authority of XB", Address: "tco@authority-b.test", Subject: "Copy", Text: "A copy.",
			State: iru.MissiveQueued, Key: "missive-1", Created: o.Desk.Now()}
		return x.AddMissive(ctx, &m)
	}))
	w := &poster{Crew: o.Crew}
	must(t, w.Work(ctx, &river.Job[desk.Post]{JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 25}, Args: desk.Post{Letter: cp.ID}}))
	mail := &river.Job[desk.Mail]{JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 25}, Args: desk.Mail{Missive: m.ID}}
	must(t, (&mailer{Crew: o.Crew}).Work(ctx, mail))
	act := o.first()
	own, err := o.documents(ctx, &act)
	must(t, err)
	if len(box.kept) != 2 {
		t.Fatalf("%d letters left", len(box.kept))
	}
	for n, letter := range box.kept {
		for _, f := range own {
			if got := attached(t, letter, f.Name); !bytes.Equal(got, f.Data) {
				t.Errorf("letter %d carries %s of %d bytes, the act itself %d", n, f.Name, len(got), len(f.Data))
			}
		}
	}
	// An authority that wants its mail encrypted, and whose key is none, gets nothing in the clear.
	must(t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		if err := x.AddAuthority(ctx, &iru.Authority{Unit: m.Unit, Name: m.Name, Country: "XB", Role: iru.RoleScrutinise, Mail: m.Address, Seal: iru.SealOpenPGP, SealKey: "no key", State: iru.ContactConfirmed}); err != nil {
			return err
		}
		m.ID, m.Key = 0, "missive-2"
		return x.AddMissive(ctx, &m)
	}))
	mail.Args.Missive = m.ID
	must(t, (&mailer{Crew: o.Crew}).Work(ctx, mail))
	g, err := o.Desk.Mailing(ctx, m.ID)
	if err != nil || g.Missive.State != iru.MissiveFailed || len(box.kept) != 2 {
		t.Errorf("in the clear: %+v, %v, %d letters", g.Missive, err, len(box.kept))
	}
}

// attached is a file that a letter carries, nil where it carries none of that name.
func attached(t *testing.T, letter, name string) []byte {
	t.Helper()
	e, err := message.Read(strings.NewReader(letter))
	must(t, err)
	var found []byte
	must(t, e.Walk(func(_ []int, part *message.Entity, err error) error {
		if err != nil {
			return err
		}
		if _, p, err := part.Header.ContentDisposition(); err == nil && p["filename"] == name {
			found, err = io.ReadAll(part.Body)
			return err
		}
		return nil
	}))
	return found
}
