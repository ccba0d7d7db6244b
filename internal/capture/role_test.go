// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"iolaus/internal/fetch"
	"iolaus/internal/sandbox"
)

// TestMain lets the test binary be the other process of a test, and a cell.
func TestMain(m *testing.M) {
	sandbox.Main()
	if role := os.Getenv("CAPTURE_TEST_ROLE"); role != "" {
		play(role)
		return
	}
	goleak.VerifyTestMain(m)
}

func play(role string) {
	switch role {
	case "add":
		addRole()
	case "broken disk":
		brokenDiskRole()
	case "small disk":
		smallDiskRole()
	default:
		benchRole(role)
	}
}

// crawlRole is crawlHere where nothing may fail.
func crawlRole(o CrawlOptions) {
	if err := crawlHere(o); err != nil {
		panic(err)
	}
}

// crawlHere crawls the site at CAPTURE_TEST_PORT into its folder, or goes on with it.
func crawlHere(o CrawlOptions) error {
	port, err := strconv.ParseUint(os.Getenv("CAPTURE_TEST_PORT"), 10, 16)
	if err != nil {
		return err
	}
	tape, err := OpenTape(".", testInfo, testID, time.Now())
	if err != nil {
		return err
	}
	f, err := OpenFrontier(tape, Bounds{Depth: 1000})
	if err == nil {
		err = f.Seed("http://127.0.0.1/")
	}
	if err == nil {
		_, err = Crawl(context.Background(), siteClient(uint16(port), nil, fetch.Limits{}), f, tape, o)
	}
	return errors.Join(err, tape.Close())
}

// role is this binary in another part, at work in a folder.
func role(t testing.TB, name, dir string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := filepath.Abs(os.Args[0])
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Dir = dir
	c.Env = append(append(os.Environ(), "CAPTURE_TEST_ROLE="+name), env...)
	return c
}
