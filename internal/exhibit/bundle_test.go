// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"
)

func TestBundleIsWhole(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	data := c.pack(t)
	if again := c.pack(t); !bytes.Equal(data, again) {
		t.Error("the same bundle has other bytes")
	}
	rep := verify(data, c.trust())
	for _, s := range rep.Steps {
		t.Log(s.Name, s.Detail, s.Faults)
	}
	if err := rep.Err(); err != nil || rep.OwnKey || rep.Unjudged != 0 || rep.Standing != 2 || rep.Exhibit != "2026-0042/1" || rep.Log != logName {
		t.Fatalf("%v, %+v", err, rep)
	}
	own := verify(data, Trust{})
	if err := own.Err(); err != nil || !own.OwnKey || own.Unjudged != 2 {
		t.Errorf("%v, %+v", err, own)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil || f.Method != zip.Store {
			t.Error(f.Name, err)
		}
		t.Log(f.Name, len(b))
		if testing.Verbose() && f.Name != "archive/capture.warc.gz" {
			t.Logf("%s", b)
		}
	}
}
