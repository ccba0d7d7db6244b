// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// timing gives what a report says of time: the words, the warnings, the first fault.
func timing(rep Report) (said string, warnings []string, fault Fault) {
	for _, s := range rep.Steps {
		if s.Name == "time" {
			if len(s.Faults) > 0 {
				fault = s.Faults[0]
			}
			return s.Detail, s.Warnings, fault
		}
	}
	return "", nil, Fault{}
}

// clocks are authorities whose certificates expire one after the other: after a year, three, and six.
func clocks(t *testing.T) (all []authority, roots []byte) {
	t.Helper()
	for name, until := range map[string]int{"Station Clock": 365, "Harbour Clock": 1095, "Tower Clock": 2190} {
		all = append(all, authorityOf(t, name, day(-1), day(until)))
		roots = append(roots, all[len(all)-1].roots...)
	}
	slices.SortFunc(all, func(a, b authority) int { return a.leaf.NotAfter.Compare(b.leaf.NotAfter) })
	return all, roots
}

// day counts from when the tests began: a certificate must be valid while its key signs.
func day(n int) time.Time { return began.AddDate(0, 0, n) }

var began = time.Now().UTC().Truncate(time.Second)

// renewed is a bundle of the small court with such time stamps.
func renewed(t *testing.T, sealed bool, all ...stamping) *court {
	t.Helper()
	c := courtOf(t, map[string][]byte{"capture.warc.gz": smallWARC(t)}, 2)
	c.stamp(t, sealed, all...)
	return c
}

// Long after, a time stamp stands if another one has carried it on in time; whether or not, no byte has changed, and so nothing is wrong.
func TestRenewal(t *testing.T) {
	t.Parallel()
	by, roots := clocks(t)
	station, harbour, tower := by[0], by[1], by[2]
	first := stamping{by: station, at: day(1)}
	for name, x := range map[string]struct {
		stamps   []stamping
		sealed   bool
		at       time.Time
		standing int
		says     []string
		warns    []string
	}{
		"young":           {[]stamping{first}, false, day(200), 1, []string{"valid until " + day(365).Format(time.RFC3339)}, nil},
		"the last second": {[]stamping{first}, false, day(365), 1, []string{"valid until"}, nil},
		"carried on": {[]stamping{first, {by: harbour, at: day(350)}}, false, day(700), 2,
			[]string{"time stamp 1 covers custody entries up to 2: " + day(1).Format(time.RFC3339) + " by Station Clock, serial", "expired " + day(365).Format(time.RFC3339) + ", carried on by time stamp 2",
				"valid until " + day(1095).Format(time.RFC3339)}, nil},
		"in the last second": {[]stamping{first, {by: harbour, at: day(365)}}, false, day(700), 2, []string{"carried on by time stamp 2"}, nil},
		"a second late": {[]stamping{first, {by: harbour, at: day(365).Add(time.Second)}}, true, day(700), 1, nil,
			[]string{"time stamp 1 of Station Clock: expired " + day(365).Format(time.RFC3339) + ", and nothing that stands carries it on"}},
		"carried on twice": {[]stamping{first, {by: harbour, at: day(350)}, {by: tower, at: day(1000)}}, false, day(1500), 3,
			[]string{"carried on by time stamp 2", "carried on by time stamp 3"}, nil},
		"a broken chain": {[]stamping{first, {by: harbour, at: day(350)}, {by: tower, at: day(1100)}}, true, day(1500), 1, nil,
			[]string{"time stamp 1 of Station", "time stamp 2 of Harbour"}},
		"not carried on":    {[]stamping{first}, true, day(700), 0, nil, []string{"time stamp 1 of Station Clock: expired", "no time stamp stands"}},
		"without a receipt": {[]stamping{first}, false, day(700), 0, nil, []string{"its receipt is not in the bundle", "no time stamp stands"}},
		"both expired": {[]stamping{first, {by: harbour, at: day(350)}}, true, day(1500), 0, nil,
			[]string{"time stamp 1", "time stamp 2", "no time stamp stands"}},
		// The second authority saw the log before the receipt of the first one was in it.
		"over an older checkpoint": {[]stamping{first, {by: harbour, at: day(350), back: 1}}, true, day(700), 1, nil, []string{"nothing that stands carries it on"}},
		"of a time to come":        {[]stamping{first, {by: harbour, at: day(350)}}, true, day(340), 1, nil, []string{"time stamp 2 of Harbour Clock: of a time that is still to come"}},
	} {
		c := renewed(t, x.sealed, x.stamps...)
		rep := verify(c.pack(t), Trust{Key: c.notary.key, Stamp: authority{roots: roots}.judge, At: x.at})
		said, warnings, _ := timing(rep)
		if err := rep.Err(); err != nil || rep.Standing != x.standing || rep.Stamps != len(x.stamps) || len(warnings) != len(x.warns) {
			t.Errorf("%s: %v, %d stand: %s; %q", name, err, rep.Standing, said, warnings)
			continue
		}
		for _, want := range x.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %s; it does not say %q", name, said, want)
			}
		}
		for i, want := range x.warns {
			if !strings.Contains(warnings[i], want) {
				t.Errorf("%s: warns %q, not %q", name, warnings[i], want)
			}
		}
	}
}

// Two that cover each other's receipts cannot hold each other up.
func TestRenewalStandsOnSomething(t *testing.T) {
	t.Parallel()
	stamps := func() []stamp {
		s := []stamp{{n: 1, size: 9, receipt: 3}, {n: 2, size: 9, receipt: 4}}
		for i := range s {
			s[i].At, s[i].Until = day(1), day(2)
		}
		return s
	}
	all := stamps()
	if renew(all, day(3)); all[0].stands || all[1].stands {
		t.Errorf("%+v", all)
	}
	all = append(stamps(), stamp{n: 3, size: 5, receipt: -1})
	all[2].At, all[2].Until = day(2), day(9)
	if renew(all, day(3)); !all[0].stands || !all[1].stands || !all[2].stands {
		t.Errorf("%+v", all)
	}
	if renew(all, day(10)); all[0].stands || all[1].stands || all[2].stands {
		t.Errorf("%+v", all)
	}
}

// Even whoever holds the log's key puts in no receipt but that of the token, as the log has it.
func TestReceiptsCount(t *testing.T) {
	t.Parallel()
	by, roots := clocks(t)
	c := renewed(t, true, stamping{by: by[0], at: day(1)}, stamping{by: by[1], at: day(350)})
	whole := contents(t, c.pack(t))
	trust := Trust{Key: c.notary.key, Stamp: authority{roots: roots}.judge, At: day(700)}
	one, two, proof := stampPath(1, "receipt"), stampPath(2, "receipt"), stampPath(1, "tlog-proof")
	swap := func(files map[string][]byte, a, b string) { files[a], files[b] = files[b], files[a] }
	for name, x := range map[string]struct {
		change func(map[string][]byte)
		step   string
		file   string
		what   string
	}{
		"receipts swapped": {func(f map[string][]byte) {
			swap(f, one, two)
			swap(f, proof, stampPath(2, "tlog-proof"))
		}, "time", one, "it is the receipt of the token"},
		"texts swapped":  {func(f map[string][]byte) { swap(f, one, two) }, "time", one, "it is the receipt of the token"},
		"proofs swapped": {func(f map[string][]byte) { swap(f, proof, stampPath(2, "tlog-proof")) }, "time", proof, "it is the proof of entry"},
		"no proof":       {func(f map[string][]byte) { delete(f, proof) }, "files", proof, "missing"},
		"no receipt":     {func(f map[string][]byte) { delete(f, one) }, "files", one, "missing"},
		"one too many":   {func(f map[string][]byte) { f[stampPath(3, "receipt")] = f[two] }, "files", stampPath(3, "receipt"), "added"},
		"two events":     {func(f map[string][]byte) { f[one] = append(slices.Clone(f[one]), f[two]...) }, "time", one, "a receipt is one"},
		"no event":       {func(f map[string][]byte) { f[one] = nil }, "time", one, "a receipt is one"},
		"another way":    {func(f map[string][]byte) { f[one] = append([]byte(" "), f[one]...) }, "time", one, "canonical"},
		"an earlier time": {func(f map[string][]byte) {
			f[one] = custodyText(t, []CustodyEvent{receipt(t, 8, c.bundle.Stamps[0].Token, day(0))})
		}, "time", proof, "entry"},
		"another salt":    {func(f map[string][]byte) { f[one] = bytes.Replace(f[one], []byte(`"salt":"7`), []byte(`"salt":"6`), 1) }, "time", one, "the log does not have it"},
		"a custody event": {func(f map[string][]byte) { f[one], f[proof] = custodyText(t, c.bundle.Custody[:1]), f[proofPath(1)] }, "time", one, "no receipt"},
		"a foreign payload": {func(f map[string][]byte) {
			f[one] = bytes.Replace(f[one], []byte(`receive\",\"\"`), []byte(`receipt\",\"\"`), 1)
		}, "time", one, "kind"},
	} {
		rep := verify(c.resign(t, whole, x.change), trust)
		i := slices.IndexFunc(rep.Steps, func(s Step) bool { return len(s.Faults) > 0 })
		if f, _ := rep.First(); i < 0 || rep.Steps[i].Name != x.step || f.File != x.file || !strings.Contains(f.What, x.what) {
			t.Errorf("%s: %v", name, rep.Err())
		}
	}
	// Who leaves it out altogether, proves less.
	rep := verify(c.resign(t, whole, func(f map[string][]byte) { delete(f, one); delete(f, proof) }), trust)
	if _, warnings, _ := timing(rep); rep.Err() != nil || rep.Standing != 1 || len(warnings) != 1 {
		t.Errorf("without a receipt: %v, %q", rep.Err(), warnings)
	}
	// Nothing of the kind is written.
	for name, change := range map[string]func(a, b *Stamped){
		"of another": func(a, b *Stamped) { a.Receipt, a.Proof, b.Receipt, b.Proof = b.Receipt, b.Proof, a.Receipt, a.Proof },
		"unproven":   func(a, b *Stamped) { a.Proof = b.Proof },
		"not in it":  func(a, _ *Stamped) { a.Receipt.Salt[0]++ },
		"no receipt": func(a, _ *Stamped) { a.Receipt, a.Proof = c.bundle.Custody[0], c.bundle.Proofs[0] },
	} {
		b := c.bundle
		b.Stamps = slices.Clone(b.Stamps)
		if change(&b.Stamps[0], &b.Stamps[1]); WriteBundle(io.Discard, b) == nil {
			t.Errorf("%s: written", name)
		}
	}
}

// An event of another kind is no receipt, whatever its facts say.
func TestReceives(t *testing.T) {
	t.Parallel()
	token := []byte("token")
	good := receipt(t, 3, token, noon)
	if err := receives(good, token); err != nil {
		t.Fatal(err)
	}
	other := good
	other.Kind, other.Payload = "stamp.refuse", bytes.Replace(good.Payload, []byte(`"receive"`), []byte(`"refuse"`), 1)
	if err := receives(other, token); err == nil || !strings.Contains(err.Error(), "no receipt") {
		t.Error(err)
	}
	other.Kind = good.Kind
	if err := receives(other, token); err == nil || !strings.Contains(err.Error(), "kind") {
		t.Error(err)
	}
}
