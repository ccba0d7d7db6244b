// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/ledger"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

// vectors are known answers for another implementer. All bytes are hexadecimal.
type vectors struct {
	Secret       string // 32 bytes, of the sender
	IdentityLine string
	SignSeed     string // what is derived from the secret
	SealScalar   string
	TLSSeed      string
	WitnessSeed  string
	Card         string
	ID           string
	Fingerprint  string
	ServerName   string

	Recipient     string // secret of the recipient
	RecipientCard string
	RecipientID   string
	Succession    string // card of the recipient's keys, which follow those of the sender

	Message struct {
		Epoch, Seq      uint64
		AtMicroseconds  int64
		Kind, Handling  string
		Operation, Body string
		Signed          string // what is sealed
		Sealed          string // one of many
		Digest          string
		BatchSHA256     string // of a batch of this one message
	}
	Hits struct { // the recipient answers the sender
		Seed     string // HKDF
		Info     string
		Set      uint64
		Key      string
		Items    []string
		Tags     []string
		Part     string // a set of these tags and no others
		Purpose  string
		Blinds   []string
		Question string
		Answer   string // one of many
	}
	Cosignature struct {
		Key        string // of the recipient
		Checkpoint string
		Seconds    int64
		Line       string
	}
}

func hx(b []byte) string { return hex.EncodeToString(b) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// calculate fills in everything but what is drawn by chance, which comes from had.
func calculate(t *testing.T, had vectors) (v vectors) {
	t.Helper()
	a, ac := trams(t)
	b, bc := harbour(t)
	v.Secret, v.IdentityLine = hx(a.secret[:]), a.Text()
	v.SignSeed, v.SealScalar = hx(must(a.derive("sign"))), hx(must(a.derive("seal")))
	v.TLSSeed, v.WitnessSeed = hx(must(a.derive("tls"))), hx(must(a.derive("witness")))
	id := ac.ID()
	v.Card, v.ID, v.Fingerprint, v.ServerName = ac.Text(), hx(id[:]), ac.Fingerprint(), serverName(ac.TLS)
	rid := bc.ID()
	v.Recipient, v.RecipientCard, v.RecipientID = hx(b.secret[:]), bc.Text(), hx(rid[:])
	v.Succession = must(b.Succeed(a, "Tram unit", "SE", "https://tram.unit.test:8444")).Text()

	m := message(1, [32]byte{}, `{"tasks":[]}`)
	m.From, m.To = a.ID(), b.ID()
	x := &v.Message
	x.Epoch, x.Seq, x.AtMicroseconds, x.Kind, x.Handling, x.Operation, x.Body = m.Epoch, m.Seq, m.At.UnixMicro(), m.Kind, m.Handling, m.Operation, string(m.Body)
	x.Signed, x.Sealed = hx(signed(a, m, nil)), had.Message.Sealed
	if *update {
		x.Sealed = hx(must(Seal(a, bc, m)))
	}
	sealed := unhex(t, x.Sealed)
	d := Digest(sealed)
	batch, _ := EncodeBatch([][]byte{sealed})
	batchSum := sha256.Sum256(batch)
	x.Digest, x.BatchSHA256 = hx(d[:]), hx(batchSum[:])
	got, err := Open(b, ac, sealed)
	if err != nil || hx(got.Signed()) != x.Signed {
		t.Errorf("the sealed message opens as %x, %v", got.Signed(), err)
	}

	h := &v.Hits
	h.Set, h.Purpose = 7, "case 12 of 2026"
	o := must(b.Oracle(a.ID(), h.Set))
	h.Seed, h.Key = hx(must(b.derive(seedLabel))), hx(o.key)
	h.Info = hx(append(append([]byte(oracleInfo), id[:]...), 0, 0, 0, 0, 0, 0, 0, 7))
	items := [][]byte{Item("address", "https://tram.test/"), Item("address", "https://fog.test/")}
	set := Set{Number: h.Set, At: m.At, Key: o.key}
	q := Question{Set: h.Set, Purpose: h.Purpose, Items: items}
	for i, item := range items {
		h.Items = append(h.Items, string(item))
		tag := must(o.Tag(item))
		h.Tags = append(h.Tags, hx(tag[:]))
		set.Tags = append(set.Tags, tag)
		blind := append([]byte{byte(i + 1)}, make([]byte, 31)...)
		h.Blinds = append(h.Blinds, hx(blind))
		q.Blinds = append(q.Blinds, blind)
	}
	set.sort()
	h.Part, h.Question, h.Answer = hx(must(set.Parts())[0]), hx(must(q.Body())), had.Hits.Answer
	if *update {
		h.Answer = hx(must(o.Evaluate(must(q.Body()))))
	}
	if hits, err := set.Hits(q, unhex(t, h.Answer)); err != nil || !reflect.DeepEqual(hits, []bool{true, true}) {
		t.Errorf("the answer gives %v, %v", hits, err)
	}

	skey, vkey, err := ledger.NewKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), "tram.unit.test/ledger")
	if err != nil {
		t.Fatal(err)
	}
	log, checks := noteKeys(t, skey, vkey)
	c := ledger.Checkpoint{Origin: "tram.unit.test/ledger", Size: 1, Root: tlog.RecordHash([]byte("fog")), At: m.At}
	checkpoint := must(ledger.Sign(c, log))
	w := must(b.Witness())
	_, line, err := w.Cosign(ledger.Submission{Checkpoint: checkpoint}, ledger.Checkpoint{}, checks, c.Origin, m.At)
	if err != nil {
		t.Fatal(err)
	}
	v.Cosignature.Key, v.Cosignature.Checkpoint, v.Cosignature.Seconds, v.Cosignature.Line = w.Key(), string(checkpoint), m.At.Unix(), string(line)
	if both, err := ledger.AddCosignature(checkpoint, line, must(bc.Cosigner())); err != nil || !bytes.HasSuffix(both, line) {
		t.Errorf("the card does not check its own cosignature: %v", err)
	}
	return v
}

const vectorFile = "testdata/vectors.json"

func TestKnownAnswers(t *testing.T) {
	var had vectors
	raw, err := os.ReadFile(vectorFile)
	if err == nil {
		err = json.Unmarshal(raw, &had)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	v := calculate(t, had)
	if *update {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "\t")
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !reflect.DeepEqual(v, had) {
		t.Errorf("calculated\n%+v\nand known\n%+v", v, had)
	}
}

// The document gives the same answers, whatever its line breaks.
func TestDocumentHasTheKnownAnswers(t *testing.T) {
	var v vectors
	raw, err := os.ReadFile(vectorFile)
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/format/peer.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := squeeze(string(text))
	for _, want := range append([]string{v.Secret, v.IdentityLine, v.SignSeed, v.SealScalar, v.TLSSeed, v.WitnessSeed, v.Card, v.ID, v.Fingerprint, v.ServerName, v.Recipient, v.RecipientCard, v.RecipientID, v.Message.Signed, v.Hits.Seed, v.Hits.Info, v.Hits.Key,
		v.Hits.Part, v.Hits.Question, v.Hits.Answer, v.Cosignature.Key, v.Cosignature.Checkpoint, v.Cosignature.Line}, v.Hits.Tags...) {
		if want == "" || !strings.Contains(plain, squeeze(want)) {
			t.Errorf("the document does not have %q", want)
		}
	}
	for _, f := range Faults {
		if !strings.Contains(string(text), "`"+string(f)+"`") {
			t.Errorf("the document does not name the fault %s", string(f))
		}
	}
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
