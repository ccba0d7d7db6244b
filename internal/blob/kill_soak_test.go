// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package blob_test

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"iolaus/internal/blob"
	"iolaus/internal/iru"
)

// TestSoakSealedKill kills a process that seals exhibits, two hundred times, at instants drawn by chance. Whatever it told of is there, is
// opened by its key and is what was sealed; whatever lies in the store is whole.
func TestSoakSealedKill(t *testing.T) {
	root, id := t.TempDir(), identity(t)
	v := blob.NewVault(open(t, root), id)
	told, cut := 0, 0
	var all []iru.Exhibit
	for range 200 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "BLOB_TEST_ROLE=seal for ever", "BLOB_TEST_ROOT="+root, "BLOB_TEST_IDENTITY="+id.String())
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		said := make(chan string, 1)
		go func() { b, _ := io.ReadAll(out); said <- string(b) }()
		time.Sleep(20*time.Millisecond + rand.N(180*time.Millisecond))
		c.Process.Kill()
		lines := strings.Split(<-said, "\n")
		c.Wait()
		if left, err := os.ReadDir(root + "/tmp"); err == nil && len(left) > 0 {
			cut++
		}
		open(t, root) // which sweeps
		for _, line := range lines[:len(lines)-1] {
			var x iru.Exhibit
			if err := json.Unmarshal([]byte(line), &x); err != nil {
				t.Fatal(err)
			}
			if err := v.Verify(t.Context(), x, x.Files[0]); err != nil {
				t.Fatalf("acknowledged, then: %v", err)
			}
			all = append(all, x)
			told++
		}
	}
	for _, x := range all { // later kills did not touch what was earlier
		if err := v.Verify(t.Context(), x, x.Files[0]); err != nil {
			t.Error(err)
		}
	}
	if told == 0 || cut == 0 {
		t.Fatalf("%d exhibits were acknowledged and %d puts cut: the test proves nothing", told, cut)
	}
	t.Logf("200 kills, %d of them within a put; %d exhibits acknowledged, none lost", cut, told)
}
