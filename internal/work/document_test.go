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
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
