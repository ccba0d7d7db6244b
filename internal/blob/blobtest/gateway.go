// SPDX-License-Identifier: EUPL-1.2

package blobtest

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A Gateway is a real S3 server over a folder, with the bucket "evidence".
type Gateway struct {
	T       testing.TB
	Root    string // buckets are folders of its folder "buckets"
	Address string // host and port
	Command *exec.Cmd
}

// The keys that it takes.
const (
	AccessKey = "unit-a"
	SecretKey = "not-a-secret-of-anybody"
)

// StartGateway starts versitygw, which make system builds, and ends it with the test.
func StartGateway(t testing.TB, options ...string) *Gateway {
	t.Helper()
	g := &Gateway{T: t, Root: t.TempDir()}
	if err := os.MkdirAll(filepath.Join(g.Root, "buckets", "evidence"), 0o700); err != nil {
		t.Fatal(err)
	}
	g.Start(options...)
	return g
}

// program is bin/versitygw of the module that the test runs in.
func (g *Gateway) program() string {
	g.T.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		g.T.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "bin", "versitygw")
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		if _, err := os.Stat(p); err != nil {
			g.T.Fatalf("%v; make system builds it", err)
		}
		return p
	}
	g.T.Fatal("not within a module")
	return ""
}

// Start starts it, or starts it again, at another address.
func (g *Gateway) Start(options ...string) {
	g.T.Helper()
	program := g.program()
	for range 5 { // somebody else may take the port first
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			g.T.Fatal(err)
		}
		g.Address = l.Addr().String()
		l.Close()
		var said bytes.Buffer
		args := append([]string{"--quiet", "--port", g.Address, "--access", AccessKey, "--secret", SecretKey, "--iam-dir", g.folder("people")}, options...)
		args = append(args, "posix", "--sidecar", g.folder("meta"))
		if len(options) == 0 {
			args = append(args, "--versioning-dir", g.folder("versions"))
		}
		g.Command = exec.Command(program, append(args, g.folder("buckets"))...)
		g.Command.Stdout, g.Command.Stderr = &said, &said
		if err := g.Command.Start(); err != nil {
			g.T.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- g.Command.Wait() }()
		g.T.Cleanup(func() { g.Kill() })
		for {
			if c, err := net.Dial("tcp", g.Address); err == nil {
				c.Close()
				return
			}
			select {
			case err := <-ended:
				g.T.Logf("the server ended: %v, %s", err, said.String())
			case <-time.After(20 * time.Millisecond):
				continue
			}
			break
		}
	}
	g.T.Fatal("the server does not start")
}

func (g *Gateway) folder(name string) string {
	p := filepath.Join(g.Root, name)
	if err := os.MkdirAll(p, 0o700); err != nil {
		g.T.Fatal(err)
	}
	return p
}

// Kill ends it at once.
func (g *Gateway) Kill() { _ = g.Command.Process.Kill() } // it may have ended
