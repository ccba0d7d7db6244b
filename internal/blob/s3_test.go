// SPDX-License-Identifier: EUPL-1.2

package blob_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"iolaus/internal/blob"
	"iolaus/internal/blob/blobtest"
	"iolaus/internal/iru"
)

// A gateway is a real S3 server over a folder.
type gateway struct {
	t    *testing.T
	root string // buckets are folders in it
	port string
	cmd  *exec.Cmd
}

const (
	accessKey = "unit-a"
	secretKey = "not-a-secret-of-anybody"
)

// startGateway starts the server with the bucket "evidence".
func startGateway(t *testing.T, options ...string) *gateway {
	t.Helper()
	g := &gateway{t: t, root: t.TempDir()}
	if err := os.MkdirAll(filepath.Join(g.root, "buckets", "evidence"), 0o700); err != nil {
		t.Fatal(err)
	}
	g.start(options...)
	return g
}

func (g *gateway) start(options ...string) {
	g.t.Helper()
	program, err := filepath.Abs("../../bin/versitygw")
	if err != nil {
		g.t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		g.t.Fatalf("%v; make system builds it", err)
	}
	for range 5 { // somebody else may take the port first
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			g.t.Fatal(err)
		}
		g.port = l.Addr().String()
		l.Close()
		var said bytes.Buffer
		args := append([]string{"--quiet", "--port", g.port, "--access", accessKey, "--secret", secretKey, "--iam-dir", g.folder("people")}, options...)
		args = append(args, "posix", "--sidecar", g.folder("meta"))
		if len(options) == 0 {
			args = append(args, "--versioning-dir", g.folder("versions"))
		}
		g.cmd = exec.Command(program, append(args, g.folder("buckets"))...)
		g.cmd.Stdout, g.cmd.Stderr = &said, &said
		if err := g.cmd.Start(); err != nil {
			g.t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- g.cmd.Wait() }()
		g.t.Cleanup(func() { g.kill() })
		for {
			if c, err := net.Dial("tcp", g.port); err == nil {
				c.Close()
				return
			}
			select {
			case err := <-ended:
				g.t.Logf("the server ended: %v, %s", err, said.String())
			case <-time.After(20 * time.Millisecond):
				continue
			}
			break
		}
	}
	g.t.Fatal("the server does not start")
}

func (g *gateway) folder(name string) string {
	p := filepath.Join(g.root, name)
	if err := os.MkdirAll(p, 0o700); err != nil {
		g.t.Fatal(err)
	}
	return p
}

func (g *gateway) kill() { _ = g.cmd.Process.Kill() } // it may have ended

// versioned has the bucket keep every version.
func (g *gateway) versioned() {
	g.t.Helper()
	c, err := minio.New(g.port, &minio.Options{Creds: credentials.NewStaticV4(accessKey, secretKey, ""), Region: "us-east-1"})
	if err == nil {
		err = c.EnableVersioning(g.t.Context(), "evidence")
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *gateway) config() blob.S3Config {
	g.t.Helper()
	c, err := blob.ParseS3("s3://evidence/" + strings.ReplaceAll(g.t.Name(), "#", "-") + "?endpoint=http://" + g.port)
	if err != nil {
		g.t.Fatal(err)
	}
	c.Access, c.Secret = accessKey, secretKey
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
	g := startGateway(t)
	n := 0
	blobtest.Run(t, func(t *testing.T) blob.Store {
		c := g.config()
		n++
		c.Prefix = fmt.Sprint("unit a/", n)
		return openS3(t, c)
	})
	if err := openS3(t, g.config()).Try(t.Context()); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(g.root, "buckets", "evidence", "*", "trial", "*")); len(left) != 0 {
		t.Error("left of the trial:", left)
	}
}

// Ranges of a large object, sealed and plain, are those of what was put.
func TestS3Ranges(t *testing.T) {
	s := openS3(t, startGateway(t).config())
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
	g := startGateway(t)
	s := openS3(t, g.config())
	d, _, err := s.Put(t.Context(), strings.NewReader("the 8:15 to Ghent"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(g.root, "buckets", "evidence", t.Name(), "sha256", d[:2], d[2:4], d)
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
	g := startGateway(t)
	s := openS3(t, g.config())
	g.versioned()
	d, _, err := s.Put(t.Context(), strings.NewReader("platform 4"))
	if err = errors.Join(err, s.Remove(t.Context(), d)); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(g.root, func(p string, e os.DirEntry, err error) error {
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
	g := startGateway(t)
	ok := g.config()
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
	g := startGateway(t)
	d, _, err := openS3(t, g.config()).Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	g.kill()
	g.start("--readonly")
	s := openS3(t, g.config())
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
	g := startGateway(t)
	s := openS3(t, g.config())
	big := departures(64 << 20)
	sum := blobtest.Digest(big)
	if err := g.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
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
	g.kill()
	if err := <-put; !errors.Is(err, iru.Unavailable) {
		t.Error("put:", err)
	}
	g.start()
	s = openS3(t, g.config())
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
	g.kill()
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
