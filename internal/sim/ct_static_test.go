// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type tiledLog struct {
	Key           string
	MonitoringURL string `json:"monitoring_url"`
}

// A reader of tiles that knows the specification (c2sp.org/static-ct-api) and nothing of the log's own code.
func readStatic(t *testing.T, get func(string) string, l tiledLog) (size int64, root []byte, certs []*x509.Certificate) {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(l.Key)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	text, sigs, _ := strings.Cut(get(l.MonitoringURL+"checkpoint"), "\n\n")
	lines := strings.Split(text, "\n")
	if lines[0]+"/" != strings.TrimPrefix(l.MonitoringURL, "https://") {
		t.Errorf("origin %q", lines[0])
	}
	size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if root, err = base64.StdEncoding.DecodeString(lines[2]); err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(strings.Fields(sigs)[2])
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256(der)
	if h := sha256.Sum256(append([]byte(lines[0]+"\n\x05"), id[:]...)); string(h[:4]) != string(sig[:4]) {
		t.Error("the key's identifier is wrong")
	}
	head := append([]byte{0, 1}, sig[4:12]...)
	head = append(binary.BigEndian.AppendUint64(head, uint64(size)), root...)
	if d := sha256.Sum256(head); !ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), d[:], sig[16:]) {
		t.Error("the signature of the checkpoint is wrong")
	}
	var level [][]byte
	for n := int64(0); n*256 < size; n++ {
		path := fmt.Sprintf("tile/data/%03d", n)
		if rest := size - n*256; rest < 256 {
			path += fmt.Sprintf(".p/%d", rest)
		}
		b := []byte(get(l.MonitoringURL + path))
		for len(b) > 0 { // TimestampedEntry, then the fingerprints of the chain
			size := int(b[10])<<16 | int(b[11])<<8 | int(b[12])
			cert, err := x509.ParseCertificate(b[13 : 13+size])
			if err != nil {
				t.Fatal(err)
			}
			certs = append(certs, cert)
			ext := int(b[13+size])<<8 | int(b[14+size])
			h := sha256.Sum256(append([]byte{0, 0, 0}, b[:15+size+ext]...)) // leaf prefix, version, type of leaf
			level = append(level, h[:])
			prints := int(b[15+size+ext])<<8 | int(b[16+size+ext])
			print := b[17+size+ext : 17+size+ext+prints]
			issuer := get(l.MonitoringURL + "issuer/" + hex.EncodeToString(print[:32]))
			if ca, err := x509.ParseCertificate([]byte(issuer)); err != nil || cert.CheckSignatureFrom(ca) != nil {
				t.Fatalf("issuer: %v", err)
			}
			b = b[17+size+ext+prints:]
		}
	}
	if int64(len(level)) != size || string(merkle(level)) != string(root) {
		t.Errorf("%d entries in a tree of %d, or another root", len(level), size)
	}
	return size, root, certs
}

func TestStaticLog(t *testing.T) {
	r := start(t, Options{})
	c := client(t, r, "")
	fetch := func(u string) string {
		t.Helper()
		s, _, body := get(t, c, u)
		if s != 200 {
			t.Fatalf("%s: %d %s", u, s, body)
		}
		return body
	}
	var list struct {
		Operators []struct {
			Tiled []tiledLog `json:"tiled_logs"`
		}
	}
	if err := json.Unmarshal([]byte(fetch("https://ct.exchange.test/log_list.json")), &list); err != nil {
		t.Fatal(err)
	}
	l := list.Operators[0].Tiled[0]
	if l.MonitoringURL != r.StaticCTLog() {
		t.Errorf("%s", l.MonitoringURL)
	}
	size, _, certs := readStatic(t, fetch, l)
	names := func() (out []string) {
		for _, c := range certs {
			out = append(out, c.DNSNames...)
		}
		return out
	}
	if got := names(); !slices.Contains(got, "halcyon-weather.test") || slices.Contains(got, "unit.test") {
		t.Errorf("names: %v", got)
	}
	if _, err := r.Certificate("unit.test"); err != nil {
		t.Fatal(err)
	}
	after, _, certs2 := readStatic(t, fetch, l)
	if certs = certs2; after != size+1 || !slices.Contains(names(), "unit.test") {
		t.Errorf("size %d after %d and one more certificate", after, size)
	}
	for _, u := range []string{"tile/data/999", "tile/9/000", "../secret", "treeState", "issuer/00", ".state/treeState"} {
		if s := status(t, c, r.StaticCTLog()+u); s == 200 {
			t.Errorf("%s is served", u)
		}
	}
}

// A log that stalls shows no more than so many entries; one that forks shows two roots for one size.
func TestLogsThatStallOrFork(t *testing.T) {
	w, err := Scenario("s1")
	if err != nil {
		t.Fatal(err)
	}
	w.Quirks = []Quirk{{On: "ct", Is: "stall", N: 3}, {On: "static-ct", Is: "stall", N: 3}, {On: "ct", Is: "fork"}, {On: "static-ct", Is: "fork"}}
	r := start(t, Options{World: &w})
	c := client(t, r, "")
	heads := map[string]int{}
	for range 4 {
		var sth struct {
			Size int64  `json:"tree_size"`
			Root []byte `json:"sha256_root_hash"`
		}
		_, _, body := get(t, c, r.CTLog()+"ct/v1/get-sth")
		if err := json.Unmarshal([]byte(body), &sth); err != nil || sth.Size != 3 {
			t.Fatalf("%v %s", err, body)
		}
		heads[string(sth.Root)]++
		_, _, body = get(t, c, r.StaticCTLog()+"checkpoint")
		lines := strings.Split(body, "\n")
		if lines[1] != "3" {
			t.Fatalf("%s", body)
		}
		heads[lines[2]]++
	}
	if len(heads) != 4 {
		t.Errorf("%d heads of two logs that fork", len(heads))
	}
}
