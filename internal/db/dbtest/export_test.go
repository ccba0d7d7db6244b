// SPDX-License-Identifier: EUPL-1.2

package dbtest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const child = "IOLAUS_DBTEST_CHILD"

// TestMain lets the test program be the process that starts a server and is killed.
func TestMain(m *testing.M) {
	if os.Getenv(child) == "" {
		os.Exit(m.Run())
	}
	c, err := started()
	if err != nil {
		panic(err)
	}
	fmt.Println("server in", c.dir)
	select {}
}

// KilledServer starts a test process that starts a server, kills it, and gives the server's folder.
func KilledServer(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(os.Args[0]) // this very program
	cmd.Env = append(os.Environ(), child+"=yes")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(strings.TrimPrefix(line, "server in"))
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the server has no folder: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return dir
}
