// SPDX-License-Identifier: EUPL-1.2

package mailtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Config says what the server is for. The zero value is a provider's mail server without a way out.
type Config struct {
	Domain string // mail to anybody there lands in the mailbox; empty means provider.test
	// Smarthost is host:port of the server for all other mail, such as our Inbox; empty means that other mail is refused.
	Smarthost string
}

// Server is a running mail system of one mailbox.
type Server struct {
	Domain string

	dir, smtp, imap string
	mu              sync.Mutex
	logs            bytes.Buffer // what both print; their logs proper are in dir
}

// User and Password open the mailbox over IMAP.
const (
	User     = "desk"
	Password = "weather"
)

// Addr is where it takes mail, host:port.
func (s *Server) Addr() string { return s.smtp }

// IMAP is where the mailbox is read, host:port.
func (s *Server) IMAP() string { return s.imap }

// Start installs the Debian packages if they are missing (as root), starts both programs and stops them at the end of the test.
func Start(t testing.TB, cfg Config) *Server {
	t.Helper()
	install(t)
	if cfg.Domain == "" {
		cfg.Domain = "provider.test"
	}
	// Not t.TempDir: its path holds the test's name, and exim's user must be able to enter every directory above.
	dir, err := os.MkdirTemp("/tmp", "mailtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{Domain: cfg.Domain, dir: dir, smtp: free(t), imap: free(t)}
	owner := owner(t)
	for _, d := range []string{"spool", "log", "mail", "run", "state"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
		if d != "run" && d != "state" {
			chown(t, filepath.Join(dir, d), owner)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "exim.conf"), s.exim(cfg, owner))
	write(t, filepath.Join(dir, "dovecot.conf"), s.dovecot(owner))

	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.Log())
		}
	})
	s.run(t, "exim4", "-C", filepath.Join(dir, "exim.conf"), "-bdf", "-q5s")
	s.run(t, "dovecot", "-F", "-c", filepath.Join(dir, "dovecot.conf"))
	s.ready(t, s.smtp, "220 ")
	s.ready(t, s.imap, "* OK")
	return s
}

// run starts a program in its own process group and ends the group with the test.
func (s *Server) run(t testing.TB, name string, args ...string) {
	t.Helper()
	path, err := find(name)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = s.dir, []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + s.dir, "LC_ALL=C"}
	cmd.Stdout, cmd.Stderr = logged{s}, logged{s}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	done := make(chan struct{})
	go func() { cmd.Wait(); close(done) }()
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(3 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-done
		}
	})
}

type logged struct{ s *Server }

func (l logged) Write(p []byte) (int, error) {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	return l.s.logs.Write(p)
}

// Log is what both programs wrote.
func (s *Server) Log() string {
	s.mu.Lock()
	out := s.logs.String()
	s.mu.Unlock()
	for _, name := range []string{"log/mainlog", "log/paniclog", "log/dovecot"} {
		if b, err := os.ReadFile(filepath.Join(s.dir, name)); err == nil {
			out += name + ":\n" + string(b)
		}
	}
	return out
}

func (s *Server) ready(t testing.TB, addr, greeting string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			continue
		}
		c.SetDeadline(time.Now().Add(5 * time.Second))
		b := make([]byte, 64)
		n, _ := c.Read(b)
		c.Close()
		if strings.HasPrefix(string(b[:n]), greeting) {
			return
		}
	}
	t.Fatalf("no mail program answers at %s; its log:\n%s", addr, s.Log())
}

// owner is the account under which mail is put down: never root, exim refuses that.
func owner(t testing.TB) *user.User {
	t.Helper()
	u, err := user.Lookup("Debian-exim")
	if err != nil {
		t.Fatalf("find the account for mail: %v", err)
	}
	return u
}

func chown(t testing.TB, path string, u *user.User) {
	t.Helper()
	var uid, gid int
	fmt.Sscan(u.Uid, &uid)
	fmt.Sscan(u.Gid, &gid)
	if err := os.Chown(path, uid, gid); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// free finds a loopback port that nobody uses now; the rare loser of the race shows in ready.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func find(name string) (string, error) {
	for _, dir := range []string{"/usr/sbin/", "/usr/bin/"} {
		if _, err := os.Stat(dir + name); err == nil {
			return dir + name, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: apt-get install -y --no-install-recommends exim4-daemon-light dovecot-imapd", name)
}

// install gets the packages; RUNLEVEL=1 keeps them from starting a service.
func install(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("Debian's exim4 takes another configuration than the machine's from root only: run this test as root")
	}
	_, exim := find("exim4")
	_, dovecot := find("dovecot")
	if exim == nil && dovecot == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	apt := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-q", "-o", "DPkg::Lock::Timeout=120"}, args...)...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
		return cmd.CombinedOutput()
	}
	args := []string{"install", "-y", "--no-install-recommends", "exim4-daemon-light", "dovecot-imapd"}
	out, err := apt(args...)
	if err != nil { // the list of packages may be old or absent
		apt("update")
		out, err = apt(args...)
	}
	if err != nil {
		t.Fatalf("install Debian's exim4-daemon-light and dovecot-imapd: %v\n%s", err, out)
	}
}
