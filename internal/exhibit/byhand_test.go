// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var shBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// byHand runs the commands of docs/processes/custody.md, as they stand there, on a bundle.
func byHand(t *testing.T, bundle []byte, key string, roots []byte, tools string, more ...string) (string, error) {
	t.Helper()
	doc, err := os.ReadFile("../../docs/processes/custody.md")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, m := range shBlock.FindAllSubmatch(doc, -1) {
		script.Write(m[1])
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"b.wacz": bundle, "log.pub": []byte(key + "\n"), "roots.pem": roots} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("sh", "-c", script.String())
	c.Dir = dir
	c.Env = append(append(os.Environ(), more...), "BUNDLE="+filepath.Join(dir, "b.wacz"), "KEY="+filepath.Join(dir, "log.pub"), "ROOTS="+filepath.Join(dir, "roots.pem"),
		"PATH="+tools+":"+os.Getenv("PATH"))
	out, err := c.CombinedOutput()
	return string(out), err
}

// Every step of the document works on a bundle with the tools that it names, and fails where something was changed.
func TestByHand(t *testing.T) {
	t.Parallel()
	tools := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", tools, "github.com/internetarchive/gowarc/cmd/warc").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, _ := once(t)
	c := courtOf(t, map[string][]byte{"capture.warc.gz": file.Bytes(), "screenshot.png": []byte("\x89PNG of a tram")}, 3)
	whole := c.pack(t)
	if out, err := byHand(t, whole, c.notary.key, c.notary.authority.roots, tools); err != nil || !strings.Contains(out, "time stamp 2 is valid") {
		t.Fatalf("%v: %s", err, out)
	}
	by, roots := clocks(t)
	old := renewed(t, true, stamping{by: by[0], at: day(1)}, stamping{by: by[1], at: day(350)}, stamping{by: by[2], at: day(1200)})
	out, err := byHand(t, old.pack(t), old.notary.key, roots, tools, fmt.Sprintf("AT=%d", day(1300).Unix()))
	if err != nil || !strings.Contains(out, "time stamp 1 has expired\ntime stamp 2 carries time stamp 1 on\ntime stamp 2 has expired\ntime stamp 3 is valid\n") {
		t.Errorf("renewed: %v: %s", err, out)
	}
	files := contents(t, whole)
	edit := func(name string, old, replacement string) []byte {
		changed := maps.Clone(files)
		changed[name] = bytes.Replace(files[name], []byte(old), []byte(replacement), 1)
		if bytes.Equal(changed[name], files[name]) {
			t.Fatal(name, "is not changed")
		}
		relist(t, changed)
		return repack(t, changed)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	forger := newNotary(t, 9)
	for name, bad := range map[string]struct {
		bundle []byte
		key    string
		roots  []byte
	}{
		"a flipped byte":    {flipped, c.notary.key, c.notary.authority.roots},
		"another key":       {whole, forger.key, c.notary.authority.roots},
		"another authority": {whole, c.notary.key, forger.authority.roots},
		"a list made anew":  {edit(methodPath, "STATEMENT", "TESTIMONY"), c.notary.key, c.notary.authority.roots},
	} {
		if out, err := byHand(t, bad.bundle, bad.key, bad.roots, tools); err == nil {
			t.Errorf("%s: whole: %s", name, out)
		}
	}
	// Whoever holds the key signs what he likes: each step below finds what it is for.
	signer := func(name string, change func(map[string][]byte)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forged(t, c, files, change, tools)
		})
	}
	replace := func(name, old, replacement string) func(map[string][]byte) {
		return func(files map[string][]byte) {
			before := files[name]
			if files[name] = bytes.Replace(before, []byte(old), []byte(replacement), 1); bytes.Equal(files[name], before) {
				t.Fatal(name, "is not changed")
			}
		}
	}
	signer("manifest", replace(manifestPath, `"outcome":"up"`, `"outcome":"gone"`))
	signer("a file of the capture", replace("exhibit/screenshot.png", "tram", "bus!"))
	signer("a record", func(files map[string][]byte) {
		files["archive/capture.warc.gz"] = bytes.Clone(files["archive/capture.warc.gz"])
		files["archive/capture.warc.gz"][600] ^= 1
	})
	signer("index", replace(indexPath, `"offset":`, `"offset":1`))
	signer("custody", replace(custodyPath, "officer 7", "officer 8"))
	signer("custody removed", func(files map[string][]byte) {
		lines := bytes.SplitAfter(files[custodyPath], []byte("\n"))
		files[custodyPath] = bytes.Join(append(lines[:1:1], lines[2:]...), nil)
	})
	signer("custody swapped", func(files map[string][]byte) {
		lines := bytes.SplitAfter(files[custodyPath], []byte("\n"))
		lines[1], lines[2] = lines[2], lines[1]
		files[custodyPath] = bytes.Join(lines, nil)
	})
	signer("salt", replace(custodyPath, `"salt":"7`, `"salt":"8`))
	signer("inclusion", func(files map[string][]byte) {
		lines := strings.Split(string(files[proofPath(2)]), "\n")
		lines[2], lines[3] = lines[3], lines[2]
		files[proofPath(2)] = []byte(strings.Join(lines, "\n"))
	})
	signer("checkpoint", replace(checkpointPath, "time 2026", "time 2025"))
	signer("time stamp", func(files map[string][]byte) {
		files[stampPath(1, "tsr")] = files[stampPath(2, "tsr")]
	})
	signer("consistency", func(files map[string][]byte) {
		lines := strings.Split(string(files[stampPath(1, "consistency")]), "\n")
		lines[0], lines[1] = lines[1], lines[0]
		files[stampPath(1, "consistency")] = []byte(strings.Join(lines, "\n"))
	})
	signer("receipt", replace(stampPath(1, "receipt"), `"salt":"7`, `"salt":"8`))
	signer("receipt of another token", func(files map[string][]byte) {
		other := receipt(t, c.bundle.Stamps[0].Receipt.Index, []byte("token"), noon)
		files[stampPath(1, "receipt")] = custodyText(t, []CustodyEvent{other})
	})
	signer("no receipt", func(files map[string][]byte) {
		files[stampPath(1, "receipt")], files[stampPath(1, "tlog-proof")] = custodyText(t, c.bundle.Custody[:1]), files[proofPath(1)]
	})
	signer("proof of a receipt", func(files map[string][]byte) { files[stampPath(1, "tlog-proof")] = files[proofPath(1)] })
	signer("CASE", replace(casePath, `"xsd:hexBinary","@value":"`, `"xsd:hexBinary","@value":"00`))
}

// forged is a bundle that was changed and signed again.
func forged(t *testing.T, c *court, files map[string][]byte, change func(map[string][]byte), tools string) {
	t.Helper()
	bundle := c.resign(t, files, change)
	if out, err := byHand(t, bundle, c.notary.key, c.notary.authority.roots, tools); err == nil {
		t.Errorf("whole: %s", out)
	}
	if verify(bundle, c.trust()).Err() == nil {
		t.Error("whole for the program")
	}
}

// resign changes the files of a bundle as whoever holds the log's key can.
func (c *court) resign(t testing.TB, files map[string][]byte, change func(map[string][]byte)) []byte {
	t.Helper()
	changed := maps.Clone(files)
	change(changed)
	relist(t, changed)
	signed, err := c.notary.sign(noteText(hexSum(changed[packagePath])))
	if err != nil {
		t.Fatal(err)
	}
	if changed[digestPath], err = canonical(packageDigest{packagePath, "sha256:" + hexSum(changed[packagePath]), string(signed)}, packageBytes); err != nil {
		t.Fatal(err)
	}
	return repack(t, changed)
}
