// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"fmt"
	"strings"
	"time"
)

// Method says how an exhibit was made, for the statement of method of its bundle.
type Method struct {
	Parts []Tool   // what the programme is made of and uses: browser, language, operating system
	Steps []string // what it did, a sentence each; the general ones are there already
}

const methodBytes = 1 << 20

// methodSteps are true of every exhibit of this programme.
var methodSteps = []string{
	"What went over the wire was recorded as it was sent and received, with the time, the address that answered, the protocol and the cipher, " +
		"in archive/ (WARC/1.1, ISO 28500:2017).",
	"A redirect was followed and recorded like any other exchange. Nothing was added to what a server sent; what was cut short says so.",
	"The manifest (exhibit/manifest.json) names each file of the capture with its SHA-256, and says when, from where and with which programme it was made, " +
		"and what was found. A page that could not be reached, asked for a login or showed a challenge is labelled so and does not count as the content.",
	"The digest of the manifest went into the first entry of the chain of custody (custody/custody.jsonl), each later handling into a further entry " +
		"that names the one before by its SHA-256.",
	"Each entry is an event of an append-only log, a Merkle tree (RFC 6962) whose head the unit signs. proof/ shows for each entry that the log has it.",
	"A time-stamp authority (RFC 3161) confirmed heads of the log, where proof/ holds time stamps: what the log had by then existed then. Where the certificate of an authority has expired since, a later time stamp that covers the receipt of an earlier one carries it on.",
	"The original was not changed after it was sealed. What is here is a copy; the digests show that it is the same.",
}

// text is method.txt.
func (m Method) text(x Manifest, entries []Entry, maker Tool) ([]byte, error) {
	var b strings.Builder
	say := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-22s %s\n", name, value)
		}
	}
	fmt.Fprintf(&b, "STATEMENT OF METHOD\n\n")
	say("Exhibit", entries[0].Exhibit)
	say("Address", x.Address)
	say("Address reached", x.Final)
	say("Captured", x.CapturedAt.UTC().Format(time.RFC3339Nano))
	say("From", x.Vantage.Name)
	say("Address of the sender", x.Vantage.Address)
	say("Resolver", x.Vantage.Resolver)
	say("Found", x.Outcome)
	say("Captured with", x.Tool.Name+" "+x.Tool.Version)
	say("Pictures with", x.Browser)
	say("Bundle made with", maker.Name+" "+maker.Version)
	for _, p := range m.Parts {
		if err := line("part", p.Name+p.Version, 1024, true); err != nil {
			return nil, fmt.Errorf("write method: %w", err)
		}
		say("With", p.Name+" "+p.Version)
	}
	fmt.Fprintf(&b, "\nWHAT WAS DONE\n\n")
	for i, s := range append(append([]string(nil), methodSteps...), m.Steps...) {
		if err := line("step", s, 4096, true); err != nil {
			return nil, fmt.Errorf("write method: %w", err)
		}
		fmt.Fprintf(&b, "%d. %s\n", i+1, s)
	}
	if len(x.Warnings) > 0 {
		fmt.Fprintf(&b, "\nWHAT A COURT SHOULD KNOW OF THIS CAPTURE\n\n")
		for _, w := range x.Warnings {
			fmt.Fprintf(&b, "- %s\n", w)
		}
	}
	fmt.Fprintf(&b, "\nHANDLED BY\n\n")
	for _, e := range entries {
		fmt.Fprintf(&b, "%d. %s, %s: %s (%s; %s)\n", e.N, e.At.Format("2006-01-02 15:04:05 -07:00"), e.Who, e.What, e.Where, e.Authority)
	}
	b.WriteString("\nHOW TO CHECK\n\n" +
		"This bundle is a ZIP file. \"iolaus verify BUNDLE --key log.pub\" checks all of it without a network; log.pub is the public key of the unit's log,\n" +
		"which you get from the unit on another way than this bundle. The same can be done by hand with unzip, sha256sum, jq, openssl and a reader of\n" +
		"WARC files; the documents of the programme (docs/format/bundle.md, docs/processes/custody.md) say how.\n" +
		"Any program that reads WACZ 1.1.1, such as ReplayWeb.page, shows the recorded pages.\n")
	if b.Len() > methodBytes {
		return nil, fmt.Errorf("write method: %w: %d bytes, at most %d", ErrInvalid, b.Len(), methodBytes)
	}
	return []byte(b.String()), nil
}
