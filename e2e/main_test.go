// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// binary is the program under test.
var binary string

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "iolaus-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir) // it is a temporary folder
	binary = filepath.Join(dir, "iolaus")
	if err := flag.Set("test.parallel", "2"); err != nil { // tests wait more than they compute; -parallel overrides it
		return 1, err
	}
	flag.Parse()
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", binary)
	if *performance != "" { // without it everything that go test compiled is used again; what is measured is what is built
		build.Args = append(build.Args, "-trimpath")
	}
	build.Args = append(build.Args, "./cmd/iolaus")
	build.Dir = ".."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the program: %w\n%s", err, out)
	}
	code := m.Run()
	return code, writePerformance(*performance)
}

// sources reads the names, sizes and times of all sources of the binary: go test keeps the results of this package as long as what its
// tests read is the same. Only what is read while tests run counts.
var sources = sync.OnceValue(func() error {
	for _, dir := range []string{"../cmd", "../internal", "../go.mod"} {
		if err := filepath.WalkDir(dir, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			return err
		}
	}
	return nil
})
