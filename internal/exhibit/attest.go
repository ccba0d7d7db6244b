// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/ledger"
)

func (v *verification) checkCustody(s *Step) {
	raw, err := v.read(custodyPath)
	if err != nil {
		s.wrong(custodyPath, err)
		return
	}
	events, err := parseCustody(raw)
	if err != nil {
		s.fault(Fault{File: custodyPath, N: len(events) + 1, What: err.Error()})
	}
	v.events = events
	entries, err := CheckChain(events, hexSum(v.raw))
	var link *ChainError
	if errors.As(err, &link) {
		s.fault(Fault{custodyPath, link.N, link.Event, link.What + ": " + link.Why})
	} else if err != nil {
		s.wrong(custodyPath, err)
	}
	if len(s.Faults) > 0 {
		return
	}
	v.entries, v.report.Exhibit = entries, entries[0].Exhibit
	s.Detail = fmt.Sprintf("%d entries of exhibit %s, from %s to %s, each linked to the one before", len(entries), entries[0].Exhibit,
		entries[0].At.UTC().Format(timeLayout), entries[len(entries)-1].At.UTC().Format(timeLayout))
}

// checkLog finds the key that counts, and the checkpoint that everything is held against.
func (v *verification) checkLog(s *Step) {
	own, err := v.read(keyPath)
	if err != nil {
		s.wrong(keyPath, err)
	}
	v.key = v.trust.Key
	if v.key == "" {
		v.key, v.report.OwnKey = strings.TrimSuffix(string(own), "\n"), true
	}
	if string(own) != v.key+"\n" && err == nil {
		s.wrongf(keyPath, "it is not the key that is trusted: %.200q", strings.TrimSpace(string(own)))
	}
	if v.verifier, err = note.NewVerifier(v.key); err != nil {
		v.verifier = nil
		s.wrongf(keyPath, "it is no public key of a log: %v", err)
	} else {
		v.report.Log = v.verifier.Name()
	}
	if v.signed, err = v.read(checkpointPath); err != nil {
		s.wrong(checkpointPath, err)
		return
	}
	if v.verifier == nil {
		return
	}
	if v.newest, err = ledger.Open(v.signed, v.verifier, v.verifier.Name()); err != nil {
		s.wrong(checkpointPath, err)
		if v.newest, err = ledger.Peek(v.signed); err != nil {
			return
		}
	}
	s.Detail = fmt.Sprintf("checkpoint of %s over %d entries, signed with %s", v.newest.Origin, v.newest.Size, v.whose())
	if !v.newest.At.IsZero() {
		s.Detail += ", made " + v.newest.At.UTC().Format(timeLayout)
	}
}

func (v *verification) whose() string {
	if v.report.OwnKey {
		return "the key in the bundle"
	}
	return "the key that is trusted"
}

func (v *verification) checkInclusion(s *Step) {
	for i, c := range v.events {
		if file, err := v.included(proofPath(i+1), custodyPath, c); err != nil {
			s.fault(Fault{file, i + 1, c.Event, err.Error()})
		}
	}
	s.Detail = fmt.Sprintf("all %d custody entries are in the log", len(v.events))
}

// included checks the proof in a file that the log has an event, and names the file that is wrong: the proof, or the event's own.
func (v *verification) included(proof, file string, c CustodyEvent) (string, error) {
	text, err := v.read(proof)
	if err != nil {
		return proof, err
	}
	p, err := ledger.ParseProof(text)
	if err != nil {
		return proof, err
	}
	if p.Extra != nil || p.Index != c.Index || !bytes.Equal(p.Checkpoint, v.signed) {
		return proof, fmt.Errorf("it is the proof of entry %d, or against another checkpoint", p.Index)
	}
	if err := ledger.CheckInclusion(p.Path, v.newest, c.Index, c.Leaf()); err != nil {
		return file, fmt.Errorf("the log does not have it like this: %w", err)
	}
	return "", nil
}

func (v *verification) checkPackage(s *Step) {
	for _, e := range v.order {
		if sum, ok := v.sums[e.name]; ok && sum.crc != e.crc {
			s.wrongf(e.name, "it was changed: its CRC-32 is %08x, the ZIP says %08x", sum.crc, e.crc)
		}
	}
	raw, err := v.read(packagePath)
	if err != nil {
		s.wrong(packagePath, err)
		return
	}
	var d dataPackage
	if err := strict(raw, &d, packageBytes); err != nil {
		s.wrong(packagePath, err)
		return
	}
	v.compareResources(s, d.Resources)
	want := d
	want.Profile, want.WACZ, want.Iolaus.Version = "data-package", waczVersion, BundleVersion
	want.Resources = resources(v.sums)
	if v.readable {
		want.MainURL, want.MainDate, want.Iolaus.Manifest = v.manifest.mainPage(), v.manifest.CapturedAt, v.report.Manifest
	}
	if v.entries != nil {
		want.Iolaus.Exhibit = v.report.Exhibit
	}
	if v.verifier != nil {
		want.Iolaus.Log = v.report.Log
	}
	again, err := want.encode()
	if err != nil {
		s.wrong(packagePath, err)
	} else if !bytes.Equal(raw, again) && len(s.Faults) == 0 {
		s.wrongf(packagePath, "it is not what the other files say%s", near(raw, again))
	}
	s.Detail = fmt.Sprintf("%d files, each with its SHA-256", len(d.Resources))
}

// compareResources names the first files that the list and the bundle do not agree on.
func (v *verification) compareResources(s *Step, listed []resource) {
	at := map[string]resource{}
	for _, r := range listed {
		at[r.Path] = r
	}
	for _, r := range resources(v.sums) {
		got, ok := at[r.Path]
		switch {
		case !ok:
			s.wrongf(r.Path, "it was added: datapackage.json does not list it")
		case got.Hash != r.Hash || got.Bytes != r.Bytes:
			s.wrongf(r.Path, "it was changed: it is %s (%d bytes), datapackage.json says %s (%d bytes)", r.Hash, r.Bytes, got.Hash, got.Bytes)
		}
		delete(at, r.Path)
	}
	for _, r := range listed {
		if _, left := at[r.Path]; left {
			s.wrongf(r.Path, "it is missing; datapackage.json lists it")
		}
	}
}

func (v *verification) checkSignature(s *Step) {
	list, err := v.read(packagePath)
	if err != nil {
		s.wrong(packagePath, err)
		return
	}
	raw, err := v.read(digestPath)
	if err != nil {
		s.wrong(digestPath, err)
		return
	}
	var d packageDigest
	if err := strict(raw, &d, packageBytes); err != nil {
		s.wrong(digestPath, err)
		return
	}
	sum := hexSum(list)
	if again, err := canonical(packageDigest{packagePath, "sha256:" + sum, d.Note}, packageBytes); err != nil || !bytes.Equal(raw, again) {
		s.wrongf(digestPath, "it is not that of datapackage.json, whose SHA-256 is %s", sum)
	}
	name, err := openNote([]byte(d.Note), sum, v.key)
	if err != nil {
		s.wrong(digestPath, err)
	}
	s.Detail = fmt.Sprintf("the list of files is signed by %s with %s", name, v.whose())
}
