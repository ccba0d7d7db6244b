// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A ctLog is a certificate-transparency log (RFC 6962). Every certificate that the range's authority issues is entered at once:
// the maximum merge delay is zero.
type ctLog struct {
	key    *ecdsa.PrivateKey
	now    func() time.Time
	mu     sync.Mutex
	leaves []ctEntry
	hashes []tlog.Hash // stored hashes, by tlog's index
	byLeaf map[tlog.Hash]int64
	root   []byte
}

type ctEntry struct {
	LeafInput []byte `json:"leaf_input"`
	ExtraData []byte `json:"extra_data"`
}

const ctBatch = 256 // entries in one answer

func newCTLog(seed int64, now func() time.Time) *ctLog {
	return &ctLog{key: seededKey(seed, "certificate log"), now: now, byLeaf: map[tlog.Hash]int64{}}
}

func (l *ctLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = l.hashes[x]
	}
	return out, nil
}

// enter appends a chain, leaf first (RFC 6962, sections 3.1 and 3.4).
func (l *ctLog) enter(chain [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	leaf := []byte{0, 0} // version v1, timestamped_entry
	leaf = binary.BigEndian.AppendUint64(leaf, uint64(l.now().UnixMilli()))
	leaf = append(leaf, 0, 0) // x509_entry
	leaf = append(appendUint24(leaf, len(chain[0])), chain[0]...)
	leaf = append(leaf, 0, 0) // no extensions
	var rest []byte
	for _, c := range chain[1:] {
		rest = append(appendUint24(rest, len(c)), c...)
	}
	extra := append(appendUint24(nil, len(rest)), rest...)
	n := int64(len(l.leaves))
	h, err := tlog.StoredHashes(n, leaf, l) // RFC 6962's hash: SHA-256 of 0x00 and the leaf
	if err != nil {
		panic(err) // only when ReadHashes fails, and it cannot
	}
	l.hashes = append(l.hashes, h...)
	l.leaves = append(l.leaves, ctEntry{leaf, extra})
	l.byLeaf[tlog.RecordHash(leaf)] = n
	l.root = chain[len(chain)-1]
}

func appendUint24(b []byte, n int) []byte { return append(b, byte(n>>16), byte(n>>8), byte(n)) }

func (l *ctLog) handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /range/ct/v1/get-sth", l.sth)
	m.HandleFunc("GET /range/ct/v1/get-entries", l.entries)
	m.HandleFunc("GET /range/ct/v1/get-sth-consistency", l.consistency)
	m.HandleFunc("GET /range/ct/v1/get-proof-by-hash", l.proof)
	m.HandleFunc("GET /range/ct/v1/get-roots", func(w http.ResponseWriter, _ *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		writeJSON(w, 200, map[string]any{"certificates": [][]byte{l.root}})
	})
	m.HandleFunc("GET /range/public-key.der", func(w http.ResponseWriter, _ *http.Request) {
		der, err := x509.MarshalPKIXPublicKey(&l.key.PublicKey)
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(der)
	})
	return m
}

func (l *ctLog) sth(w http.ResponseWriter, _ *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	size, stamp := int64(len(l.leaves)), uint64(l.now().UnixMilli())
	root, err := tlog.TreeHash(size, l)
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	head := []byte{0, 1} // v1, tree_hash (RFC 6962, section 3.5)
	head = binary.BigEndian.AppendUint64(head, stamp)
	head = binary.BigEndian.AppendUint64(head, uint64(size))
	head = append(head, root[:]...)
	digest := sha256.Sum256(head)
	sig, err := l.key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	signed := append([]byte{4, 3, byte(len(sig) >> 8), byte(len(sig))}, sig...) // sha256, ecdsa (RFC 5246, section 4.7)
	writeJSON(w, 200, map[string]any{"tree_size": size, "timestamp": stamp, "sha256_root_hash": root[:], "tree_head_signature": signed})
}

func (l *ctLog) entries(w http.ResponseWriter, r *http.Request) {
	start, err1 := strconv.ParseInt(r.FormValue("start"), 10, 64)
	end, err2 := strconv.ParseInt(r.FormValue("end"), 10, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err1 != nil || err2 != nil || start < 0 || end < start || start >= int64(len(l.leaves)) {
		http.Error(w, "start and end must lie within the tree", 400)
		return
	}
	end = min(end, int64(len(l.leaves))-1, start+ctBatch-1)
	writeJSON(w, 200, map[string]any{"entries": l.leaves[start : end+1]})
}

func (l *ctLog) consistency(w http.ResponseWriter, r *http.Request) {
	first, err1 := strconv.ParseInt(r.FormValue("first"), 10, 64)
	second, err2 := strconv.ParseInt(r.FormValue("second"), 10, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err1 != nil || err2 != nil || first < 1 || second < first || second > int64(len(l.leaves)) {
		http.Error(w, "first and second must be sizes of the tree", 400)
		return
	}
	p, err := tlog.ProveTree(second, first, l)
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	writeJSON(w, 200, map[string]any{"consistency": byteSlices(p)})
}

func (l *ctLog) proof(w http.ResponseWriter, r *http.Request) {
	raw, err1 := base64.StdEncoding.DecodeString(r.FormValue("hash"))
	size, err2 := strconv.ParseInt(r.FormValue("tree_size"), 10, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err1 != nil || err2 != nil || len(raw) != tlog.HashSize || size < 1 || size > int64(len(l.leaves)) {
		http.Error(w, "hash and tree_size are needed", 400)
		return
	}
	n, ok := l.byLeaf[tlog.Hash(raw)]
	if !ok || n >= size {
		http.Error(w, "no such leaf", 404)
		return
	}
	p, err := tlog.ProveRecord(size, n, l)
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	writeJSON(w, 200, map[string]any{"leaf_index": n, "audit_path": byteSlices(p)})
}

func byteSlices(hashes []tlog.Hash) [][]byte {
	out := [][]byte{}
	for _, h := range hashes {
		out = append(out, h[:])
	}
	return out
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return // the client has gone
	}
}
