// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	integer "math/big"
	"slices"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/ledger"
)

// notary is a log with its key, and an authority that stamps its checkpoints.
type notary struct {
	signer    note.Signer
	key       string
	hashes    hashes
	last      ledger.Checkpoint
	signed    [][]byte // checkpoints
	authority authority
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(numbers []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, n := range numbers {
		out = append(out, h[n])
	}
	return out, nil
}

const logName = "iolaus.trams.test/ledger"

func newNotary(t testing.TB, seed byte) *notary {
	t.Helper()
	secret, public, err := ledger.NewKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)), logName)
	if err != nil {
		t.Fatal(err)
	}
	n := &notary{key: public, last: ledger.Checkpoint{Origin: logName}, authority: newAuthority(t)}
	if n.signer, err = note.NewSigner(secret); err != nil {
		t.Fatal(err)
	}
	return n
}

// extend puts the custody events at their places in the log, and others between them, up to size.
func (n *notary) extend(t testing.TB, events []CustodyEvent, size int64) {
	t.Helper()
	at := map[int64]CustodyEvent{}
	for _, c := range events {
		at[c.Index] = c
	}
	var leaves [][]byte
	for i := n.last.Size; i < size; i++ {
		leaf := ledger.Entry{Event: 1000 + i, At: noon, Kind: "tram.leave", Commitment: sha256.Sum256(fmt.Append(nil, i))}.Leaf()
		if c, ok := at[i]; ok {
			leaf = c.Leaf()
		}
		leaves = append(leaves, leaf)
	}
	more, next, err := ledger.Extend(n.last, leaves, noon.Add(time.Duration(size)*time.Minute), n.hashes)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := ledger.Sign(next, n.signer)
	if err != nil {
		t.Fatal(err)
	}
	n.hashes, n.last, n.signed = append(n.hashes, more...), next, append(n.signed, signed)
}

func (n *notary) proofs(t testing.TB, events []CustodyEvent) []ledger.Proof {
	t.Helper()
	var all []ledger.Proof
	for _, c := range events {
		p, err := ledger.Prove(n.signed[len(n.signed)-1], c.Index, n.hashes)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// prove puts the proofs to a time stamp.
func (n *notary) prove(t testing.TB, s Stamped) Stamped {
	t.Helper()
	older, err := ledger.Peek(s.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	if s.Path, err = ledger.ProveConsistency(older.Size, n.last.Size, n.hashes); err != nil {
		t.Fatal(err)
	}
	if s.Receipt.Event != 0 {
		s.Proof = n.proofs(t, []CustodyEvent{s.Receipt})[0]
	}
	return s
}

func (n *notary) sign(text string) ([]byte, error) {
	return note.Sign(&note.Note{Text: text}, n.signer)
}

// authority stamps times (RFC 3161).
type authority struct {
	key   *ecdsa.PrivateKey
	leaf  *x509.Certificate
	roots []byte // PEM
}

// newAuthority is one whose certificate is valid for a day.
func newAuthority(t testing.TB) authority {
	t.Helper()
	return authorityOf(t, "Station Clock", time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour))
}

func authorityOf(t testing.TB, name string, from, until time.Time) authority {
	t.Helper()
	make := func(serial int64, name string, until time.Time, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: integer.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: from,
			NotAfter: until, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature}
		if parent == nil {
			c.IsCA, c.KeyUsage, parent, by = true, x509.KeyUsageCertSign, c, key
		} else {
			// The one extended use, critical (RFC 3161, section 2.3).
			use, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
			if err != nil {
				t.Fatal(err)
			}
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: use}}
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), by)
		if err != nil {
			t.Fatal(err)
		}
		made, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return made, key
	}
	root, rootKey := make(1, "Root of the "+name, until.AddDate(10, 0, 0), nil, nil)
	leaf, key := make(2, name, until, root, rootKey)
	return authority{key, leaf, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})}
}

func (a authority) token(t testing.TB, data []byte, at time.Time) []byte {
	t.Helper()
	sum := sha256.Sum256(data)
	s := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: at.UTC().Truncate(time.Second), Policy: asn1.ObjectIdentifier{1, 2, 3},
		AddTSACertificate: true}
	response, err := s.CreateResponseWithOpts(a.leaf, a.key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	back, err := timestamp.ParseResponse(response)
	if err != nil {
		t.Fatal(err)
	}
	return back.RawToken
}

// judge is what the program wires to a bundle: the time stamp must be of this checkpoint, by an authority that is trusted.
func (a authority) judge(token, checkpoint []byte) (ledger.Stamp, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.roots)
	return ledger.ReadStamp(token, checkpoint, roots)
}

// receipt is what the store of events writes for a token that came.
func receipt(t testing.TB, index int64, token []byte, at time.Time) CustodyEvent {
	t.Helper()
	facts, err := json.Marshal(map[string]any{"authority": "north", "token": hexSum(token), "size": index})
	if err != nil {
		t.Fatal(err)
	}
	c := CustodyEvent{Index: index, Event: 500 + index, At: at.UTC().Truncate(time.Microsecond), Kind: receiptKind}
	if c.Payload, err = json.Marshal([]any{c.Event, c.At.UnixMicro(), 0, 0, "stamp", 1, "receive", "", "", "a token came", string(facts)}); err != nil {
		t.Fatal(err)
	}
	copy(c.Salt[:], fmt.Sprintf("salt of event %03d", c.Event))
	return c
}

// A stamping is a time stamp to be: by whom, when, over how many checkpoints before the newest one.
type stamping struct {
	by   authority
	at   time.Time
	back int
}

// stamp lets authorities confirm checkpoints, one after the other; between them the log goes on, with a receipt of each. That of the
// last one is only there if all are sealed.
func (c *court) stamp(t testing.TB, sealed bool, all ...stamping) {
	t.Helper()
	n, b := c.notary, &c.bundle
	b.Stamps = nil
	for i, x := range all {
		at := n.signed[len(n.signed)-1-x.back]
		s := Stamped{Token: x.by.token(t, at, x.at), Checkpoint: at}
		if sealed || i < len(all)-1 {
			s.Receipt = receipt(t, n.last.Size, s.Token, x.at)
			n.extend(t, append(slices.Clone(b.Custody), s.Receipt), n.last.Size+17)
		}
		b.Stamps = append(b.Stamps, s)
	}
	for i := range b.Stamps {
		b.Stamps[i] = n.prove(t, b.Stamps[i])
	}
	b.Checkpoint, b.Proofs = n.signed[len(n.signed)-1], n.proofs(t, b.Custody)
}

// court is a bundle with everything in it, and what it was made from.
type court struct {
	notary *notary
	bundle Bundle
	files  map[string][]byte
}

func newCourt(t testing.TB) *court {
	t.Helper()
	return courtOf(t, map[string][]byte{"capture.warc.gz": smallWARC(t), "screenshot.png": []byte("\x89PNG of a tram"), "dns.json": []byte(`{"A":["127.64.1.9"]}`)}, 3)
}

// smallCourt is for what is tried once for each byte.
func smallCourt(t testing.TB) *court {
	t.Helper()
	c := courtOf(t, map[string][]byte{"capture.warc.gz": smallWARC(t)}, 2)
	c.bundle.Stamps = c.bundle.Stamps[:1]
	return c
}

func smallWARC(t testing.TB) []byte {
	t.Helper()
	var warc bytes.Buffer
	w := NewWriter(&warc, info, numbers())
	if _, err := w.WriteInfo(noon); err != nil {
		t.Fatal(err)
	}
	page := "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 24\r\n\r\n<title>Trams</title>fog\n"
	if _, err := w.WriteExchange(exchange("/", page)); err != nil {
		t.Fatal(err)
	}
	return warc.Bytes()
}

var kinds = map[string]string{"capture.warc.gz": "warc", "screenshot.png": "screenshot", "dns.json": "dns"}

func courtOf(t testing.TB, files map[string][]byte, handlings int) *court {
	t.Helper()
	m := Manifest{Address: "https://trams.test/", CapturedAt: noon, Vantage: Vantage{"harbour", "127.64.0.2", "127.64.0.53"}, Tool: Tool{"Iolaus", "0.1.0"},
		Outcome: "up", Status: 200, DNS: json.RawMessage(`{"A":["127.64.1.9"]}`), Page: PageFacts{Title: "Trams"}, Warnings: []string{"the page changed while it was read"}}
	for name, data := range files {
		m.Files = append(m.Files, File{name, kinds[name], hexSum(data), int64(len(data))})
	}
	raw, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	c := &court{notary: newNotary(t, 7), files: files}
	events := chain(t, hexSum(raw), handlings)
	c.notary.extend(t, events, events[len(events)-1].Index+3)
	c.bundle = Bundle{
		Title: "Exhibit 2026-0042/1", Created: noon.Add(48 * time.Hour), Tool: Tool{"Iolaus", "0.1.0"}, Manifest: raw,
		Open:    func(f File) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files[f.Name])), nil },
		Custody: events, Key: c.notary.key,
		Method: Method{Parts: []Tool{{"Go", "1.26"}}, Steps: []string{"The page was scrolled to its end."}}, Sign: c.notary.sign,
	}
	by := c.notary.authority
	c.stamp(t, false, stamping{by, time.Now(), 0}, stamping{by, time.Now(), 0})
	return c
}

// pack writes the bundle.
func (c *court) pack(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteBundle(&b, c.bundle); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (c *court) trust() Trust {
	return Trust{Key: c.notary.key, Stamp: c.notary.authority.judge, At: time.Now()}
}

func verify(data []byte, trust Trust) Report {
	return Verify(bytes.NewReader(data), int64(len(data)), trust, Limits{})
}
