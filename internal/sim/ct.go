// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto/ecdsa"
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
	chains []ctChain
	hashes []tlog.Hash // stored hashes, by tlog's index
	byLeaf map[tlog.Hash]int64
	root   []byte
	stall  int // entries after which it stands still; 0: never
	fork   bool
	served int // tree heads, for a log that forks
	static *staticLog
}

type ctEntry struct {
	LeafInput []byte `json:"leaf_input"`
	ExtraData []byte `json:"extra_data"`
}

// A ctChain is what was entered, and when.
type ctChain struct {
	stamp uint64 // milliseconds since 1970
	chain [][]byte
}

const ctBatch = 256 // entries in one answer

func newCTLog(seed int64, now func() time.Time) *ctLog {
	l := &ctLog{key: seededKey(seed, "certificate log"), now: now, byLeaf: map[tlog.Hash]int64{}}
	l.static = &staticLog{ct: l, key: seededKey(seed, "static certificate log")}
	return l
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
	stamp := uint64(l.now().UnixMilli())
	leaf = binary.BigEndian.AppendUint64(leaf, stamp)
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
	l.chains = append(l.chains, ctChain{stamp, chain})
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
	m.HandleFunc("GET /log_list.json", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, l.list()) })
	m.Handle("GET /static/", l.static)
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

// shown is how much the log shows of itself; with mu held.
func (l *ctLog) shown() int64 {
	if n := int64(len(l.leaves)); l.stall == 0 || n < int64(l.stall) {
		return n
	}
	return int64(l.stall)
}

func (l *ctLog) sth(w http.ResponseWriter, _ *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	size, stamp := l.shown(), uint64(l.now().UnixMilli())
	root, err := tlog.TreeHash(size, l)
	if l.served++; err == nil && l.fork && l.served%2 == 0 {
		root = tlog.RecordHash(root[:]) // another tree of the same size
	}
	var signed []byte
	if err == nil {
		signed, err = signHead(l.key, stamp, uint64(size), root[:])
	}
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	writeJSON(w, 200, map[string]any{"tree_size": size, "timestamp": stamp, "sha256_root_hash": root[:], "tree_head_signature": signed})
}

// list describes both logs in the form of the log lists that browsers use (version 3).
func (l *ctLog) list() map[string]any {
	spki := extensionKey(l.key)
	return map[string]any{"version": "1.0", "log_list_timestamp": "2026-01-01T00:00:00Z", "operators": []any{map[string]any{"name": "Range exchange", "email": []string{"ct@exchange.test"},
		"logs": []any{map[string]any{"description": "The range's log", "log_id": sum(spki), "key": spki, "url": "https://ct.exchange.test/range/", "mmd": 60,
			"state": map[string]any{"usable": map[string]any{"timestamp": "2026-01-01T00:00:00Z"}}}},
		"tiled_logs": []any{l.static.description()}}}}
}

func (l *ctLog) entries(w http.ResponseWriter, r *http.Request) {
	start, err1 := strconv.ParseInt(r.FormValue("start"), 10, 64)
	end, err2 := strconv.ParseInt(r.FormValue("end"), 10, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err1 != nil || err2 != nil || start < 0 || end < start || start >= l.shown() {
		http.Error(w, "start and end must lie within the tree", 400)
		return
	}
	end = min(end, l.shown()-1, start+ctBatch-1)
	writeJSON(w, 200, map[string]any{"entries": l.leaves[start : end+1]})
}

func (l *ctLog) consistency(w http.ResponseWriter, r *http.Request) {
	first, err1 := strconv.ParseInt(r.FormValue("first"), 10, 64)
	second, err2 := strconv.ParseInt(r.FormValue("second"), 10, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err1 != nil || err2 != nil || first < 1 || second < first || second > l.shown() {
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
	if err1 != nil || err2 != nil || len(raw) != tlog.HashSize || size < 1 || size > l.shown() {
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
