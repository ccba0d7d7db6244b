// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/ctonly"
	"github.com/transparency-dev/tessera/storage/posix"
)

// A staticLog is a second certificate-transparency log, with the same certificates, as files (static-ct-api): Tessera writes it to a folder
// of its own. It begins with the first who asks, so that a range in which nobody does pays nothing.
type staticLog struct {
	ct      *ctLog
	key     *ecdsa.PrivateKey
	stall   int // entries after which it stands still; 0: never
	fork    bool
	mu      sync.Mutex
	dir     string
	err     error
	add     func(context.Context, *ctonly.Entry) tessera.IndexFuture
	close   func(context.Context) error
	cancel  context.CancelFunc
	added   int // entries given to Tessera
	served  int // checkpoints, for a log that forks
	stopped bool
}

const (
	staticName     = "ct.exchange.test/static"
	staticInterval = 100 * time.Millisecond // between checkpoints: the least that Tessera takes
	mergeDelay     = 3 * time.Second        // longest wait for a certificate that is to be in the next checkpoint
)

// start opens the folder; with mu held.
func (l *staticLog) start() error {
	if l.dir != "" || l.err != nil || l.stopped {
		return l.err
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.err = func() error {
		dir, err := os.MkdirTemp("", "range-log-")
		if err != nil {
			return err
		}
		l.dir = dir
		driver, err := posix.New(ctx, posix.Config{Path: dir})
		if err != nil {
			return err
		}
		opt := tessera.NewAppendOptions().WithCTLayout().WithCheckpointSigner(ctSigner{l.key}).WithCheckpointInterval(staticInterval).
			WithBatching(1024, 10*time.Millisecond).WithPushback(1 << 20).WithGarbageCollectionInterval(0)
		a, shut, _, err := tessera.NewAppender(ctx, driver, opt)
		if err != nil {
			return err
		}
		l.add, l.close = tessera.NewCertificateTransparencyAppender(a), shut
		return nil
	}()
	return l.err
}

// catchUp gives Tessera what the other log has, and waits until it is in a checkpoint.
func (l *staticLog) catchUp(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.start(); err != nil {
		return err
	}
	if l.stopped {
		return fmt.Errorf("the range has ended")
	}
	l.ct.mu.Lock()
	entries := l.ct.chains[l.added:]
	l.ct.mu.Unlock()
	if l.stall > 0 {
		entries = entries[:max(min(len(entries), l.stall-l.added), 0)]
	}
	var last tessera.IndexFuture
	for _, e := range entries {
		prints := make([][32]byte, 0, 1)
		for _, c := range e.chain[1:] {
			prints = append(prints, sha256.Sum256(c))
		}
		last = l.add(ctx, &ctonly.Entry{Timestamp: e.stamp, Certificate: e.chain[0], FingerprintsChain: prints})
		l.added++
	}
	if last != nil {
		if _, err := last(); err != nil {
			return err
		}
	}
	for end := time.Now().Add(mergeDelay); l.size() < l.added && time.Now().Before(end); {
		if !sleep(ctx, ctx, 10*time.Millisecond) {
			return ctx.Err()
		}
	}
	return nil
}

// size is that of the checkpoint that stands.
func (l *staticLog) size() int {
	b, err := os.ReadFile(filepath.Join(l.dir, "checkpoint"))
	lines := strings.SplitN(string(b), "\n", 3)
	if err != nil || len(lines) < 3 {
		return -1
	}
	n, err := strconv.Atoi(lines[1])
	if err != nil {
		return -1
	}
	return n
}

// stop ends Tessera and removes the folder.
func (l *staticLog) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	if l.cancel != nil {
		l.cancel()
	}
	if l.dir != "" {
		os.RemoveAll(l.dir)
	}
}

var tilePath = regexp.MustCompile(`^tile/(data|[0-5])/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?$`)

func (l *staticLog) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	path := strings.TrimPrefix(q.URL.Path, "/static/")
	if issuer, ok := strings.CutPrefix(path, "issuer/"); ok {
		l.issuer(w, issuer)
		return
	}
	if path == "log.v3.json" {
		writeJSON(w, 200, l.description())
		return
	}
	if path != "checkpoint" && !tilePath.MatchString(path) {
		plainNotFound(w)
		return
	}
	if path == "checkpoint" {
		if err := l.catchUp(q.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	l.mu.Lock()
	dir, err := l.dir, l.start()
	if path == "checkpoint" {
		l.served++
	}
	forked := l.fork && l.served%2 == 0
	l.mu.Unlock()
	b, readErr := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
	if err != nil || readErr != nil {
		plainNotFound(w)
		return
	}
	if path == "checkpoint" {
		if forked {
			b = l.other(b)
		}
		w.Header().Set("Cache-Control", "no-store")
		blob(w, "text/plain; charset=utf-8", b)
		return
	}
	blob(w, "application/octet-stream", b)
}

// other signs another tree of the same size.
func (l *staticLog) other(checkpoint []byte) []byte {
	text, _, ok := strings.Cut(string(checkpoint), "\n\n")
	lines := strings.Split(text, "\n")
	if !ok || len(lines) < 3 {
		return checkpoint
	}
	lines[2] = base64.StdEncoding.EncodeToString(sum([]byte(lines[2])))
	text = strings.Join(lines, "\n") + "\n"
	s := ctSigner{l.key}
	sig, err := s.Sign([]byte(text))
	if err != nil {
		return checkpoint
	}
	return []byte(text + "\n— " + s.Name() + " " + base64.StdEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, s.KeyHash()), sig...)) + "\n")
}

func (l *staticLog) issuer(w http.ResponseWriter, print string) {
	l.ct.mu.Lock()
	root := l.ct.root
	l.ct.mu.Unlock()
	if s := sha256.Sum256(root); hex.EncodeToString(s[:]) != print {
		plainNotFound(w)
		return
	}
	blob(w, "application/pkix-cert", root)
}

func (l *staticLog) description() object {
	spki := extensionKey(l.key)
	id := sha256.Sum256(spki)
	return object{"description": "The range's static log", "log_id": base64.StdEncoding.EncodeToString(id[:]), "key": base64.StdEncoding.EncodeToString(spki),
		"submission_url": "https://" + staticName + "/", "monitoring_url": "https://" + staticName + "/", "mmd": 60,
		"state": object{"usable": object{"timestamp": "2026-01-01T00:00:00Z"}}}
}

// A ctSigner signs checkpoints as tree heads of RFC 6962 (c2sp.org/static-ct-api).
type ctSigner struct{ key *ecdsa.PrivateKey }

// Name is the log's origin.
func (s ctSigner) Name() string { return staticName }

// KeyHash is the key's identifier in a signed note, for signatures of type 5.
func (s ctSigner) KeyHash() uint32 {
	id := sha256.Sum256(extensionKey(s.key))
	h := sha256.Sum256(append([]byte(staticName+"\n\x05"), id[:]...))
	return binary.BigEndian.Uint32(h[:])
}

// Sign gives the time and the signature over version, type, time, size and root.
func (s ctSigner) Sign(text []byte) ([]byte, error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) < 3 {
		return nil, fmt.Errorf("sign checkpoint: %q is none", text)
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	stamp := uint64(time.Now().UnixMilli())
	sig, err := signHead(s.key, stamp, size, root)
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint64(nil, stamp), sig...), nil
}

// signHead signs a tree head (RFC 6962, section 3.5), with the two bytes that name the algorithms before it.
func signHead(k *ecdsa.PrivateKey, stamp, size uint64, root []byte) ([]byte, error) {
	head := []byte{0, 1} // v1, tree_hash
	head = binary.BigEndian.AppendUint64(head, stamp)
	head = binary.BigEndian.AppendUint64(head, size)
	head = append(head, root...)
	digest := sha256.Sum256(head)
	sig, err := k.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign tree head: %w", err)
	}
	return append([]byte{4, 3, byte(len(sig) >> 8), byte(len(sig))}, sig...), nil // sha256, ecdsa (RFC 5246, section 4.7)
}
