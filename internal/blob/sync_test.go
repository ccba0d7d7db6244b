// SPDX-License-Identifier: EUPL-1.2

package blob_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/blob"
	"iolaus/internal/blob/blobtest"
	"iolaus/internal/iru"
)

// Nothing is acknowledged that is not on the disk: where the disk fails to sync the bytes, they get no name; where it fails to sync the
// folder, the put fails.
func TestNothingAcknowledgedBeforeSync(t *testing.T) {
	for _, what := range []string{"bytes", "folders"} {
		root := t.TempDir()
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "BLOB_TEST_ROLE=put on a broken disk", "BLOB_TEST_ROOT="+root, "BLOB_TEST_BROKEN="+what)
		out, err := c.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "input/output error") {
			t.Fatalf("%s: %s%v", what, out, err)
		}
		names, err := filepath.Glob(filepath.Join(root, "sha256", "*", "*", "*"))
		if err != nil || what == "bytes" && len(names) != 1 {
			t.Errorf("%s: %q, %v", what, names, err)
		}
	}
}

func putBroken(root string) {
	d, err := blob.OpenDisk(root)
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	must(err)
	_, _, err = d.Put(context.Background(), strings.NewReader("the 7:10 is on the disk"))
	must(err)
	fd, err := blobtest.NextFile() // of the temporary file; folders are opened while it is open
	must(err)
	must(blobtest.FailSync(fd, os.Getenv("BLOB_TEST_BROKEN") == "folders"))
	_, _, err = d.Put(context.Background(), strings.NewReader("the 7:20 is not"))
	if !errors.Is(err, iru.Unavailable) {
		panic(fmt.Sprint("acknowledged: ", err))
	}
	fmt.Println(err)
}
