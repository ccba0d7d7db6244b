// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/blob/blobtest"
	"iolaus/internal/iru"
)

// What the disk does not sync, of the WARC file or of the journal, is not acknowledged, then or by the next process; what was before stands.
func TestNothingAcknowledgedBeforeSync(t *testing.T) {
	for _, file := range []string{tapeFile, journalFile} {
		dir := filepath.Join(t.TempDir(), "capture")
		out, err := role(t, "broken disk", dir, "CAPTURE_TEST_BROKEN="+file).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "input/output error") {
			t.Fatalf("%s: %v: %s", file, err, out)
		}
		tape := openTape(t, dir)
		if !tape.Holds("http://rail.test/before") || tape.Holds("http://rail.test/after") || len(tape.Exchanges()) != 1 {
			t.Errorf("%s: %+v", file, tape.Exchanges())
		}
		if got := recorded(t, tape.Path()); got["http://rail.test/before"] != 1 || got["http://rail.test/after"] != 0 {
			t.Errorf("%s: %v", file, got)
		}
	}
}

func brokenDiskRole() {
	tape, err := OpenTape(".", testInfo, testID, time.Now())
	if err != nil {
		panic(err)
	}
	if err := tape.Add(testExchange("http://rail.test/before", 5000)); err != nil {
		panic(err)
	}
	fd := map[string]uintptr{tapeFile: tape.file.Fd(), journalFile: tape.log.file.Fd()}[os.Getenv("CAPTURE_TEST_BROKEN")]
	if err := blobtest.FailSync(fd, false); err != nil {
		panic(err)
	}
	for _, address := range []string{"http://rail.test/after", "http://rail.test/later"} { // nor anything behind it
		if err = tape.Add(testExchange(address, 5000)); !errors.Is(err, iru.Unavailable) {
			panic(fmt.Sprint("acknowledged: ", err))
		}
		fmt.Println(err)
	}
}
