// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
)

// A history is the tree of a log for tests, which both interfaces show.
type history struct {
	t      testing.TB
	key    *ecdsa.PrivateKey
	leaves [][]byte // data as tiles hold them
	hashes []tlog.Hash
	at     time.Time
	only   bool // partial tiles are gone
}

func (h *history) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		if n >= int64(len(h.hashes)) {
			return nil, errors.New("beyond the tree")
		}
		out[i] = h.hashes[n]
	}
	return out, nil
}

func (h *history) add(names ...string) {
	h.t.Helper()
	pre := len(h.leaves)%2 == 1
	leaf, extra := entry(h.at, certificate(h.t, h.key, pre, names...), pre)
	data := bytes.Clone(leaf[2:])
	if pre {
		data = append(data, extra[:len(extra)-3]...)
	}
	data = append(data, 0, 32)
	data = append(data, make([]byte, 32)...)
	n := int64(len(h.leaves))
	hs, err := tlog.StoredHashes(n, leaf, h)
	if err != nil {
		h.t.Fatal(err)
	}
	h.leaves, h.hashes = append(h.leaves, data), append(h.hashes, hs...)
}

func (h *history) head(size int64) (tlog.Hash, []byte) {
	root, err := tlog.TreeHash(size, h)
	if err != nil {
		h.t.Error(err)
	}
	body := binary.BigEndian.AppendUint64([]byte{0, 1}, uint64(h.at.UnixMilli()))
	body = append(binary.BigEndian.AppendUint64(body, uint64(size)), root[:]...)
	d := sha256.Sum256(body)
	sig, err := h.key.Sign(nil, d[:], crypto.SHA256)
	if err != nil {
		h.t.Error(err)
	}
	return root, append([]byte{4, 3, byte(len(sig) >> 8), byte(len(sig))}, sig...)
}

func (h *history) spki() []byte {
	der, err := x509.MarshalPKIXPublicKey(&h.key.PublicKey)
	if err != nil {
		h.t.Error(err)
	}
	return der
}

func (h *history) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	size := int64(len(h.leaves))
	switch p := strings.TrimPrefix(r.URL.Path, "/"); {
	case p == "checkpoint":
		root, sig := h.head(size)
		id := sha256.Sum256(h.spki())
		sum := sha256.Sum256(append([]byte("log.test/a\n\x05"), id[:]...))
		raw := append(binary.BigEndian.AppendUint64(sum[:4:4], uint64(h.at.UnixMilli())), sig...)
		fmt.Fprintf(w, "log.test/a\n%d\n%s\n\n\u2014 witness.test AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\u2014 log.test/a %s\n", size, root, base64.StdEncoding.EncodeToString(raw))
	case p == "ct/v1/get-sth":
		root, sig := h.head(size)
		json.NewEncoder(w).Encode(map[string]any{"tree_size": size, "timestamp": h.at.UnixMilli(), "sha256_root_hash": root[:], "tree_head_signature": sig})
	case p == "ct/v1/get-sth-consistency":
		var was, is int64
		fmt.Sscan(r.FormValue("first"), &was)
		fmt.Sscan(r.FormValue("second"), &is)
		proof, err := tlog.ProveTree(is, was, h)
		if err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		out := [][]byte{}
		for _, x := range proof {
			out = append(out, x[:])
		}
		json.NewEncoder(w).Encode(map[string]any{"consistency": out})
	case strings.HasPrefix(p, "tile/"):
		t, err := tlog.ParseTilePath(strings.Replace(p, "tile/", "tile/8/", 1))
		if err != nil || h.only && t.W < 256 && (t.N+1)<<(8*(max(t.L, 0)+1)) <= size {
			http.NotFound(w, r)
			return
		}
		if t.L >= 0 {
			b, err := tlog.ReadTileData(t, h)
			if err != nil {
				http.NotFound(w, r)
				return
			}
			w.Write(b)
			return
		}
		if t.N*256+int64(t.W) > size {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		for _, l := range h.leaves[t.N*256 : t.N*256+int64(t.W)] {
			z.Write(l)
		}
	default:
		http.NotFound(w, r)
	}
}

func grown(t testing.TB, key *ecdsa.PrivateKey, salt string, n int) *history {
	h := &history{t: t, key: key, at: time.UnixMilli(1_755_555_555_123).UTC()}
	for i := range n {
		h.add(fmt.Sprintf("%s%d.test", salt, i))
	}
	return h
}

func TestLog(t *testing.T) {
	ctx := t.Context()
	key, _ := newKey(t)
	h := grown(t, key, "m", 300)
	url, client := serve(t, h)
	for _, form := range []string{"", "static:"} {
		h.leaves, h.hashes, h.only = h.leaves[:300], h.hashes[:tlog.StoredHashCount(300)], false
		l, err := ParseLog(form + url + "#" + base64.StdEncoding.EncodeToString(h.spki()))
		if err != nil {
			t.Fatal(err)
		}
		l.HTTP = client
		was, err := l.Head(ctx)
		if err != nil || was.Size != 300 || !was.At.Equal(h.at) || was.Raw == "" {
			t.Fatalf("%s%+v, %v", form, was, err)
		}
		if form == "static:" {
			var names []string
			for from := int64(254); ; {
				es, next, err := l.Entries(ctx, was, from)
				if err != nil {
					t.Fatal(err)
				}
				if next == from {
					break
				}
				for _, e := range es {
					if e.Err != nil || e.Index != from {
						t.Fatalf("%+v", e)
					}
					names, from = append(names, e.Certificate.Names...), from+1
				}
			}
			if len(names) != 46 || names[0] != "m254.test" || names[45] != "m299.test" {
				t.Errorf("%q", names)
			}
		}
		for range 250 {
			h.add("later.test")
		}
		is, err := l.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Follows(ctx, was, is); err != nil {
			t.Error(err)
		}
		h.only = form == "static:" // what was partial then is whole now
		if _, next, err := l.Entries(ctx, was, 290); form == "static:" && (err != nil || next != 300) {
			t.Error(next, err)
		}
		for _, c := range []struct {
			why     string
			was, is Head
		}{
			{"it shrank", is, was},
			{"it signed two trees of one size", Head{Size: is.Size, Root: was.Root, Raw: "x"}, is},
			{"it does not contain the one", Head{Size: 300, Root: is.Root, Raw: "x"}, is},
		} {
			h.only = false
			err := l.Follows(ctx, c.was, c.is)
			var f *Fork
			if !errors.As(err, &f) || !errors.Is(err, iru.Conflict) || f.Was != c.was {
				t.Errorf("%s%s: %v", form, c.why, err)
			}
		}
		if err := l.Follows(ctx, Head{}, was); err != nil {
			t.Error("the first head of all:", err)
		}
		other, _ := newKey(t)
		h.key = other
		if _, err := l.Head(ctx); !errors.Is(err, iru.Unavailable) {
			t.Errorf("%sa head of another key: %v", form, err)
		}
		h.key = key
	}
	// Tiles with another entry than the tree has.
	l := Log{HTTP: client, URL: url, Static: true}
	head, err := l.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	h.leaves[2] = grown(t, key, "forged", 3).leaves[2]
	var f *Fork
	if _, _, err := l.Entries(ctx, head, 0); !errors.As(err, &f) {
		t.Errorf("a forged entry: %v", err)
	}
	// A log that shows somebody else another history.
	fork := grown(t, key, "other", 600)
	url2, client2 := serve(t, fork)
	l2 := Log{HTTP: client2, URL: url2, Static: true}
	theirs, err := l2.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := l2.Follows(ctx, head, theirs); !errors.As(err, &f) {
		t.Errorf("a fork: %v", err)
	}
}

func TestParseLogRefuses(t *testing.T) {
	for _, s := range []string{"", "log.test", "ftp://log.test", "static:", "https://a:b@log.test/", "https://log.test/#x", "https://log.test/?q"} {
		if _, err := ParseLog(s); !errors.Is(err, iru.Invalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzCheckpoint(f *testing.F) {
	f.Add([]byte("log.test/a\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u2014 log.test/a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := ParseCheckpoint(b, Log{}); err == nil && (h.Size < 0 || h.Raw != string(b)) {
			t.Errorf("%+v", h)
		}
	})
}

func FuzzTileLeaf(f *testing.F) {
	key, _ := newKey(f)
	h := grown(f, key, "m", 2)
	f.Add(h.leaves[0])
	f.Add(append(bytes.Clone(h.leaves[1]), h.leaves[0]...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			_, _, rest, err := parseLeaf(b)
			if err != nil {
				return
			}
			if len(rest) >= len(b) {
				t.Fatal("nothing was read")
			}
			b = rest
		}
	})
}
