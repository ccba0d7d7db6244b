// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/iru"
)

func certificate(t testing.TB, key *ecdsa.PrivateKey, poison bool, names ...string) []byte {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(0x1234), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Unix(1_750_000_000, 0), NotAfter: time.Unix(1_760_000_000, 0)}
	if poison { // RFC 6962, section 3.1
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 3}, Critical: true, Value: []byte{5, 0}}}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newKey(t testing.TB) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(spki)
	return key, hex.EncodeToString(sum[:])
}

func long(b []byte) []byte {
	return append([]byte{byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
}

// entry writes a leaf and its extra data by RFC 6962.
func entry(at time.Time, der []byte, pre bool) (leaf, extra []byte) {
	leaf = binary.BigEndian.AppendUint64([]byte{0, 0}, uint64(at.UnixMilli()))
	if pre {
		leaf = append(leaf, 0, 1)
		leaf = append(append(leaf, make([]byte, 32)...), long([]byte("tbs"))...)
		return append(leaf, 0, 0), append(long(der), 0, 0, 0)
	}
	leaf = append(append(leaf, 0, 0), long(der)...)
	return append(leaf, 0, 0), []byte{0, 0, 0}
}

func TestCT(t *testing.T) {
	key, spki := newKey(t)
	at := time.UnixMilli(1_755_555_555_123).UTC()
	type raw struct {
		Leaf  string `json:"leaf_input"`
		Extra string `json:"extra_data"`
	}
	var log []raw
	add := func(leaf, extra []byte) {
		log = append(log, raw{base64.StdEncoding.EncodeToString(leaf), base64.StdEncoding.EncodeToString(extra)})
	}
	add(entry(at, certificate(t, key, false, "Tram.test", "www.tram.test", "*.tram.test", "bad name"), false))
	add(entry(at, certificate(t, key, true, "radio.test"), true))
	add(entry(at, []byte("no certificate"), false))
	for i := range 5 {
		add(entry(at, certificate(t, key, false, fmt.Sprintf("m%d.test", i)), false))
	}
	log = append(log, raw{"%%%", ""})
	size := len(log)
	mux := http.NewServeMux()
	mux.HandleFunc("/2026/ct/v1/get-sth", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"tree_size":%d,"timestamp":%d,"sha256_root_hash":"","tree_head_signature":""}`, size, at.UnixMilli())
	})
	mux.HandleFunc("/2026/ct/v1/get-entries", func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.FormValue("start"))
		to, _ := strconv.Atoi(r.FormValue("end"))
		json.NewEncoder(w).Encode(map[string]any{"entries": log[from:min(to+1, from+3)]}) // logs may give fewer than asked for
	})
	mux.HandleFunc("/empty/ct/v1/get-sth", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"tree_size":9}`) })
	mux.HandleFunc("/empty/ct/v1/get-entries", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"entries":[]}`) })
	mux.HandleFunc("/odd/ct/v1/get-sth", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"timestamp":1}`) })
	url, h := serve(t, mux)
	c := CT{HTTP: h, Log: url + "/2026/", Batch: 4}
	head, err := c.Head(t.Context())
	if err != nil || head.Size != int64(size) || !head.At.Equal(at) {
		t.Fatal(head, err)
	}
	var all []Entry
	for next := int64(0); ; {
		got, to, err := c.Since(t.Context(), next)
		if err != nil {
			t.Fatal(err)
		}
		if to == next {
			break
		}
		all, next = append(all, got...), to
	}
	if len(all) != size {
		t.Fatal(len(all), "entries")
	}
	for i, e := range all {
		broken := i == 2 || i == size-1
		if e.Index != int64(i) || (e.Err != nil) != broken {
			t.Errorf("%d: %+v", i, e)
		}
		if broken {
			wants(t, e.Err, iru.Invalid)
		} else if e.Certificate.SPKI != spki || !e.At.Equal(at) || e.Certificate.Serial != "1234" {
			t.Errorf("%d: %+v", i, e)
		}
	}
	if d := cmp.Diff([]string{"tram.test", "www.tram.test", "*.tram.test"}, all[0].Certificate.Names); d != "" {
		t.Error(d)
	}
	if !all[1].Pre || !cmp.Equal(all[1].Certificate.Names, []string{"radio.test"}) {
		t.Errorf("%+v", all[1])
	}
	_, _, err = c.Since(t.Context(), int64(size)+1)
	wants(t, err, iru.Unavailable)
	_, _, err = c.Since(t.Context(), -1)
	wants(t, err, iru.Invalid)
	for _, log := range []string{"/empty", "/odd", "/none"} {
		_, next, err := CT{HTTP: h, Log: url + log}.Since(t.Context(), 3)
		wants(t, err, iru.Unavailable)
		if next != 3 {
			t.Error(log, next)
		}
	}
}

func FuzzEntry(f *testing.F) {
	key, _ := newKey(f)
	for _, pre := range []bool{false, true} {
		leaf, extra := entry(time.Unix(1_750_000_000, 0), certificate(f, key, pre, "tram.test"), pre)
		f.Add(leaf, extra)
	}
	f.Add([]byte{0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 255, 255, 255}, []byte{})
	f.Fuzz(func(t *testing.T, leaf, extra []byte) {
		e := ParseEntry(leaf, extra)
		if (e.Err == nil) != (e.Certificate.SPKI != "") || len(e.Certificate.Names) > mostNames {
			t.Fatalf("%+v", e)
		}
	})
}
