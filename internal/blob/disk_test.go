// SPDX-License-Identifier: EUPL-1.2

package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/blob"
	"iolaus/internal/blob/blobtest"
	"iolaus/internal/iru"
)

// TestMain lets the test binary be the other process of a test.
func TestMain(m *testing.M) {
	switch root := os.Getenv("BLOB_TEST_ROOT"); os.Getenv("BLOB_TEST_ROLE") {
	case "put for ever":
		putForEver(root)
	case "seal for ever":
		sealForEver(root)
	case "put on a small disk":
		putSmall(root)
	case "put on a broken disk":
		putBroken(root)
	default:
		os.Exit(m.Run())
	}
}

func open(t *testing.T, root string) *blob.Disk {
	t.Helper()
	d, err := blob.OpenDisk(root)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDisk(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, filepath.Join(t.TempDir(), "new", "store")) })
}

func TestLayout(t *testing.T) {
	root := t.TempDir()
	d, _, err := open(t, root).Put(t.Context(), strings.NewReader("snow"))
	if err != nil {
		t.Fatal(err)
	}
	i, err := os.Lstat(filepath.Join(root, "sha256", d[:2], d[2:4], d))
	if err != nil || i.Mode() != 0o400 {
		t.Fatal(i, err)
	}
	if left, _ := os.ReadDir(filepath.Join(root, "tmp")); len(left) != 0 {
		t.Fatal("left in tmp:", left)
	}
}

func TestDamage(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	d, _, err := s.Put(t.Context(), strings.NewReader("the 8:15 to Ghent"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "sha256", d[:2], d[2:4], d)
	if err := errors.Join(os.Chmod(name, 0o600), os.WriteFile(name, []byte("the 8:16 to Ghent"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), d); !errors.Is(err, iru.Conflict) {
		t.Error("verify:", err)
	}
	if _, _, err := s.Put(t.Context(), strings.NewReader("the 8:15 to Ghent")); !errors.Is(err, iru.Conflict) {
		t.Error("put onto damaged bytes:", err)
	}
}

// A put that is killed at any instant leaves no name that stands for other bytes, and what it left in tmp is swept.
func TestKill(t *testing.T) {
	root := t.TempDir()
	for i := range 12 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "BLOB_TEST_ROLE=put for ever", "BLOB_TEST_ROOT="+root)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := make(chan string, 1)
		go func() { b, _ := io.ReadAll(out); acknowledged <- string(b) }()
		time.Sleep(time.Duration(20+7*i) * time.Millisecond)
		c.Process.Kill()
		told := <-acknowledged
		c.Wait()
		d := open(t, root)
		lines := strings.Split(told, "\n")
		for _, line := range lines[:len(lines)-1] {
			if err := d.Verify(t.Context(), line); err != nil {
				t.Fatalf("acknowledged, then: %v", err)
			}
		}
	}
	if left, _ := os.ReadDir(filepath.Join(root, "tmp")); len(left) != 0 {
		t.Error("left in tmp:", left)
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(root, "sha256"), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != e.Name() {
			t.Errorf("%s holds other bytes", p)
		}
		files++
		return err
	})
	if err != nil || files == 0 {
		t.Fatal(files, "files,", err)
	}
}

func putForEver(root string) {
	d, err := blob.OpenDisk(root)
	if err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		text := bytes.Repeat([]byte(fmt.Sprintf("departure %d of %d\n", i, os.Getpid())), 20_000)
		digest, _, err := d.Put(context.Background(), bytes.NewReader(text))
		if err != nil {
			panic(err)
		}
		fmt.Println(digest)
	}
}

// A sweep takes what a dead put left and leaves a living one alone.
func TestSweep(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	if err := os.WriteFile(filepath.Join(root, "tmp", "put-DEAD"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	done := make(chan error, 1)
	go func() { _, _, err := s.Put(context.Background(), in); done <- err }()
	if _, err := out.Write([]byte("first half, ")); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Sweep(); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	out.Write([]byte("second half"))
	out.Close()
	if err := <-done; err != nil {
		t.Error("the living put:", err)
	}
}

// A full disk is told as such, loses nothing that was stored, and leaves nothing behind. A limit on the size of files, which
// the kernel enforces as it would a full disk, stands for it.
func TestFull(t *testing.T) {
	root := t.TempDir()
	kept, _, err := open(t, root).Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "BLOB_TEST_ROLE=put on a small disk", "BLOB_TEST_ROOT="+root)
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "unavailable: the disk is full") {
		t.Fatalf("%s%v", out, err)
	}
	if left, _ := os.ReadDir(filepath.Join(root, "tmp")); len(left) != 0 {
		t.Error("left in tmp:", left)
	}
	if err := open(t, root).Verify(t.Context(), kept); err != nil {
		t.Error(err)
	}
}

func putSmall(root string) {
	d, err := blob.OpenDisk(root)
	if err != nil {
		panic(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
		panic(err)
	}
	_, _, err = d.Put(context.Background(), bytes.NewReader(make([]byte, 1<<20)))
	if !errors.Is(err, iru.Unavailable) {
		panic(err)
	}
	if _, _, err := d.Put(context.Background(), strings.NewReader("small enough")); err != nil {
		panic(err)
	}
	fmt.Println(err)
}

// A folder that may not be written is told as such. Root may write anywhere, so the test becomes another user on its thread.
func TestNoRight(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	kept, _, err := s.Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		runtime.LockOSThread() // never unlocked: the thread ends with the test
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer syscall.Setfsuid(0)
	} else {
		tmp := filepath.Join(root, "tmp")
		if err := os.Chmod(tmp, 0o500); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(tmp, 0o700)
	}
	if _, _, err := s.Put(t.Context(), strings.NewReader("refused")); !errors.Is(err, iru.Forbidden) {
		t.Error("put:", err)
	}
	if os.Getuid() == 0 {
		if _, err := s.Open(t.Context(), kept); !errors.Is(err, iru.Forbidden) {
			t.Error("open:", err)
		}
		if _, err := blob.OpenDisk(root); !errors.Is(err, iru.Forbidden) {
			t.Error("open store:", err)
		}
	}
}

// sealForEver seals departures and tells of each, when it is stored, what opens it: the exhibit as JSON, a line each.
func sealForEver(root string) {
	d, err := blob.OpenDisk(root)
	if err != nil {
		panic(err)
	}
	ids, err := blob.ReadIdentities([]byte(os.Getenv("BLOB_TEST_IDENTITY")))
	if err != nil {
		panic(err)
	}
	v := blob.NewVault(d, ids...)
	for i := 0; ; i++ {
		wrapped, k, err := v.NewKey()
		if err != nil {
			panic(err)
		}
		text := bytes.Repeat([]byte(fmt.Sprintf("departure %d of %d\n", i, os.Getpid())), 20_000)
		sum, size, stored, err := v.Put(context.Background(), k, bytes.NewReader(text))
		if err != nil {
			panic(err)
		}
		line, err := json.Marshal(iru.Exhibit{Key: wrapped, Files: []iru.File{{Name: "text.txt", SHA256: sum, Size: size, Stored: stored}}})
		if err != nil {
			panic(err)
		}
		fmt.Println(string(line))
	}
}
