// SPDX-License-Identifier: EUPL-1.2

package blob_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"iolaus/internal/blob"
	"iolaus/internal/blob/blobtest"
	"iolaus/internal/iru"
)

// versioned has the bucket keep every version.
func versioned(g *blobtest.Gateway) {
	g.T.Helper()
	c, err := minio.New(g.Address, &minio.Options{Creds: credentials.NewStaticV4(blobtest.AccessKey, blobtest.SecretKey, ""), Region: "us-east-1"})
	if err == nil {
		err = c.EnableVersioning(g.T.Context(), "evidence")
	}
	if err != nil {
		g.T.Fatal(err)
	}
}

func bucket(g *blobtest.Gateway) blob.S3Config {
	g.T.Helper()
	c, err := blob.ParseS3("s3://evidence/" + strings.ReplaceAll(g.T.Name(), "#", "-") + "?endpoint=http://" + g.Address)
	if err != nil {
		g.T.Fatal(err)
	}
	c.Access, c.Secret = blobtest.AccessKey, blobtest.SecretKey
	return c
}

func openS3(t *testing.T, c blob.S3Config) *blob.S3 {
	t.Helper()
	s, err := blob.OpenS3(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestS3(t *testing.T) {
	g := blobtest.StartGateway(t)
	n := 0
	blobtest.Run(t, func(t *testing.T) blob.Store {
		c := bucket(g)
		n++
		c.Prefix = fmt.Sprint("unit a/", n)
		return openS3(t, c)
	})
	if err := openS3(t, bucket(g)).Try(t.Context()); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(g.Root, "buckets", "evidence", "*", "trial", "*")); len(left) != 0 {
		t.Error("left of the trial:", left)
	}
}

// Ranges of a large object, sealed and plain, are those of what was put.
func TestS3Ranges(t *testing.T) {
	s := openS3(t, bucket(blobtest.StartGateway(t)))
	want := make([]byte, 9<<20+3)
	for i := range want {
		want[i] = byte(i * i >> 9)
	}
	v := blob.NewVault(s, identity(t))
	x, f := sealedOne(t, v, want)
	y, g := sealedOne(t, blob.NewVault(s).Clear(), want)
	for _, of := range []struct {
		x iru.Exhibit
		f iru.File
	}{{x, f}, {y, g}} {
		if err := v.Verify(t.Context(), of.x, of.f); err != nil {
			t.Error(err)
		}
		r, err := v.File(t.Context(), of.x, of.f)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []struct{ from, n int }{{0, 10}, {len(want) - 7, 7}, {5 << 20, 200_000}, {1 << 20, 5 << 20}, {3, 1}} {
			got := make([]byte, at.n)
			if n, err := r.ReadAt(got, int64(at.from)); n != at.n || err != nil && err != io.EOF || !bytes.Equal(got, want[at.from:at.from+at.n]) {
				t.Errorf("%d bytes at %d: %d, %v", at.n, at.from, n, err)
			}
		}
		if n, err := r.ReadAt(make([]byte, 9), int64(len(want)-3)); n != 3 || err != io.EOF {
			t.Errorf("past the end: %d, %v", n, err)
		}
		r.Close()
	}
}

func TestS3Damage(t *testing.T) {
	g := blobtest.StartGateway(t)
	s := openS3(t, bucket(g))
	d, _, err := s.Put(t.Context(), strings.NewReader("the 8:15 to Ghent"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(g.Root, "buckets", "evidence", t.Name(), "sha256", d[:2], d[2:4], d)
	if err := os.WriteFile(name, []byte("the 8:16 to Ghent"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), d); !errors.Is(err, iru.Conflict) {
		t.Error("verify:", err)
	}
	// The second put is refused by the server (412), which shows that it was not written over, and looks at what is there.
	if _, _, err := s.Put(t.Context(), strings.NewReader("the 8:15 to Ghent")); !errors.Is(err, iru.Conflict) {
		t.Error("put onto damaged bytes:", err)
	}
	if b, _ := os.ReadFile(name); string(b) != "the 8:16 to Ghent" {
		t.Error("a second put wrote over the first:", string(b))
	}
}

// What is removed from a bucket with versions is gone in every version.
func TestS3RemovesVersions(t *testing.T) {
	g := blobtest.StartGateway(t)
	s := openS3(t, bucket(g))
	versioned(g)
	d, _, err := s.Put(t.Context(), strings.NewReader("platform 4"))
	if err = errors.Join(err, s.Remove(t.Context(), d)); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(g.Root, func(p string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(p)
		if bytes.Contains(b, []byte("platform 4")) {
			t.Error("still there:", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestS3Refusals(t *testing.T) {
	g := blobtest.StartGateway(t)
	ok := bucket(g)
	d, _, err := openS3(t, ok).Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*blob.S3Config)
		kind   error
		says   string
	}{
		"wrong secret": {func(c *blob.S3Config) { c.Secret = "guessed-secret" }, iru.Forbidden, "credentials"},
		"wrong access": {func(c *blob.S3Config) { c.Access = "nobody" }, iru.Forbidden, "credentials"},
		"no bucket":    {func(c *blob.S3Config) { c.Bucket = "elsewhere" }, iru.Unavailable, "there is no bucket elsewhere"},
		"no server":    {func(c *blob.S3Config) { c.Endpoint = "http://127.0.0.1:1" }, iru.Unavailable, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := ok
			c.change(&c2)
			s := openS3(t, c2)
			_, _, put := s.Put(t.Context(), strings.NewReader("refused"))
			_, open := s.Open(t.Context(), d)
			for what, err := range map[string]error{"put": put, "open": open, "verify": s.Verify(t.Context(), d), "remove": s.Remove(t.Context(), d), "try": s.Try(t.Context())} {
				if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), c2.Secret) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	if err := openS3(t, ok).Verify(t.Context(), d); err != nil {
		t.Error(err)
	}
}

// A bucket that may only be read is told as such, and is read.
func TestS3ReadOnly(t *testing.T) {
	g := blobtest.StartGateway(t)
	d, _, err := openS3(t, bucket(g)).Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	g.Kill()
	g.Start("--readonly")
	s := openS3(t, bucket(g))
	if err := s.Verify(t.Context(), d); err != nil {
		t.Error(err)
	}
	_, _, put := s.Put(t.Context(), strings.NewReader("refused"))
	for what, err := range map[string]error{"put": put, "try": s.Try(t.Context()), "remove": s.Remove(t.Context(), d)} {
		if !errors.Is(err, iru.Forbidden) || !strings.Contains(err.Error(), "the bucket evidence refuses it") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Verify(t.Context(), d); err != nil {
		t.Error(err)
	}
}

// A server that dies while it takes an object in acknowledges nothing, and half an object is none.
func TestS3ServerDies(t *testing.T) {
	g := blobtest.StartGateway(t)
	s := openS3(t, bucket(g))
	big := departures(64 << 20)
	sum := blobtest.Digest(big)
	if err := g.Command.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	put := make(chan error, 1)
	read := make(chan bool)
	go func() {
		_, _, err := s.Put(t.Context(), io.MultiReader(bytes.NewReader(big), tell{read}))
		put <- err
	}()
	<-read // all is spooled, and goes to a server that takes only what fits into the kernel
	time.Sleep(200 * time.Millisecond)
	g.Kill()
	if err := <-put; !errors.Is(err, iru.Unavailable) {
		t.Error("put:", err)
	}
	g.Start()
	s = openS3(t, bucket(g))
	if _, err := s.Stat(t.Context(), sum); !errors.Is(err, iru.NotFound) {
		t.Error("half an object:", err)
	}
	if d, n, err := s.Put(t.Context(), bytes.NewReader(big)); d != sum || n != int64(len(big)) || err != nil {
		t.Error("put again:", d, n, err)
	}
	r, err := s.Open(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	g.Kill()
	if _, err := io.ReadAll(r); !errors.Is(err, iru.Unavailable) {
		t.Error("read from a dead server:", err)
	}
}

type tell struct{ read chan bool }

func (t tell) Read([]byte) (int, error) { close(t.read); return 0, io.EOF }

// What a server may answer besides: each has its kind and says what to do.
func TestS3Answers(t *testing.T) {
	for code, c := range map[string]struct {
		status int
		kind   error
		says   string
	}{
		"SlowDown":             {503, iru.Unavailable, "fails: 503"},
		"InternalError":        {500, iru.Unavailable, "fails: 500"},
		"XMinioStorageFull":    {507, iru.Unavailable, "is full"},
		"QuotaExceeded":        {403, iru.Forbidden, "QuotaExceeded"},
		"RequestTimeTooSkewed": {403, iru.Forbidden, "clock"},
		"BadDigest":            {400, iru.Unavailable, "damaged on the way"},
		"MethodNotAllowed":     {405, iru.Internal, "405 MethodNotAllowed"},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(c.status)
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
		}))
		s := openS3(t, blob.S3Config{Endpoint: srv.URL, Region: "eu-1", Bucket: "evidence", Access: "a", Secret: "s"})
		if _, _, err := s.Put(t.Context(), strings.NewReader("x")); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", code, err)
		}
		srv.Close()
	}
}

// A server that takes the same bytes in from another one says that the name is taken before it shows them: then they are sent again.
func TestS3TakenButNotThere(t *testing.T) {
	for name, c := range map[string]struct {
		refusals int
		kind     error
	}{"for a moment": {2, nil}, "always": {1000, iru.NotFound}} {
		g := blobtest.StartGateway(t)
		to, err := url.Parse(bucket(g).Endpoint)
		if err != nil {
			t.Fatal(err)
		}
		front := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // it is signed
		}}
		var puts atomic.Int32
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && int(puts.Add(1)) <= c.refusals {
				io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(http.StatusPreconditionFailed)
				io.WriteString(w, "<Error><Code>PreconditionFailed</Code><Message>taken</Message></Error>")
				return
			}
			front.ServeHTTP(w, r)
		}))
		defer srv.Close()
		conf := bucket(g)
		conf.Endpoint = srv.URL
		s := openS3(t, conf)
		if _, _, err := s.Put(t.Context(), strings.NewReader("the 8:15 to Ghent")); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v after %d", name, err, puts.Load())
		}
	}
}

// A server that does not know conditional writes is not trusted with evidence.
func TestS3WithoutConditions(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer srv.Close()
	s := openS3(t, blob.S3Config{Endpoint: srv.URL, Region: "eu-1", Bucket: "evidence", Access: "a", Secret: "s"})
	if err := s.Try(t.Context()); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "writes over") {
		t.Error(err)
	}
}

func TestParseS3(t *testing.T) {
	c, err := blob.ParseS3("s3://evidence/unit/a?endpoint=https://s3.unit-a.test&region=eu-1")
	if err != nil || c != (blob.S3Config{Endpoint: "https://s3.unit-a.test", Region: "eu-1", Bucket: "evidence", Prefix: "unit/a"}) {
		t.Errorf("%+v, %v", c, err)
	}
	for _, bad := range []string{"", "evidence", "s3://", "s3:///x?endpoint=https://h.test", "s3://evidence", "s3://evidence?endpoint=s3.unit-a.test", "s3://evidence?endpoint=http://s3.unit-a.test",
		"s3://evidence?endpoint=https://h.test&regoin=eu", "s3://key:secret@evidence?endpoint=https://h.test", "s3://evidence?endpoint=https://h.test/path", "s3://evidence?endpoint=%zz"} {
		if _, err := blob.ParseS3(bad); !errors.Is(err, iru.Invalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := blob.OpenS3(blob.S3Config{Endpoint: "https://h.test", Bucket: "evidence"}); !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), "credentials") {
		t.Error("without credentials:", err)
	}
}

func TestDiskTry(t *testing.T) {
	root := t.TempDir()
	if _, err := blob.LookAtDisk(root); !errors.Is(err, iru.NotFound) {
		t.Error("no store:", err)
	}
	open(t, root)
	d, err := blob.LookAtDisk(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Try(t.Context()); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Join(root, "tmp")); len(left) != 0 {
		t.Error("left:", left)
	}
	if err := os.RemoveAll(filepath.Join(root, "tmp")); err != nil {
		t.Fatal(err)
	}
	if err := d.Try(t.Context()); !errors.Is(err, iru.Unavailable) {
		t.Error("a store that cannot be written:", err)
	}
}
