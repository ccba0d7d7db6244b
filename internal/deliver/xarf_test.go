// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

func abused() Infrastructure {
	return Infrastructure{Type: XARFCompromised, Source: "192.0.2.7", Port: 8443, At: time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC), Compromise: "webshell", Description: "a timetable was put there by somebody who is not its owner",
		Org: "Unit A", Contact: "Unit A <referrals@unit-a.test>", Evidence: []Attachment{{"log.txt", "text/plain", []byte("GET /night 200\n")}}}
}

// TestXARF: what is written holds against the schema, is the same for the same key, and every part that is missing or too much is found.
func TestXARF(t *testing.T) {
	a, err := XARF("act-1", "", abused())
	if err != nil {
		t.Fatal(err)
	}
	again, err := XARF("act-1", "", abused())
	if err != nil || !bytes.Equal(a.Data, again.Data) {
		t.Errorf("written again it differs: %v", err)
	}
	other, err := XARF("act-2", "", abused())
	if err != nil || bytes.Equal(a.Data, other.Data) {
		t.Errorf("another act is the same report: %v", err)
	}
	var whole map[string]any
	if err := json.Unmarshal(a.Data, &whole); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier", "category", "type", "compromise_type"} {
		part := map[string]any{}
		for k, v := range whole {
			if k != name {
				part[k] = v
			}
		}
		b, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckXARF(b); !errors.Is(err, iru.Invalid) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	for name, v := range map[string]any{"category": "content", "type": "phishing", "report_id": "7", "timestamp": "yesterday", "source_port": 0, "ground": "terrorism"} {
		part := map[string]any{}
		for k, x := range whole {
			part[k] = x
		}
		part[name] = v
		b, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckXARF(b); !errors.Is(err, iru.Invalid) {
			t.Errorf("%s=%v: %v", name, v, err)
		}
	}
}

// TestXARFRefusesContent: every instrument of this program is about content, and none becomes an XARF report.
func TestXARFRefusesContent(t *testing.T) {
	for _, i := range legal.Instruments() {
		var r *iru.Refusal
		if _, err := XARF("act-1", i, abused()); !errors.Is(err, iru.Forbidden) || !errors.As(err, &r) || r.Instead == "" {
			t.Errorf("%s: %v", i, err)
		}
	}
}

// TestXARFGoesAlong: a report goes with a mail of its own, never with an act about content.
func TestXARFGoesAlong(t *testing.T) {
	m, r := order(), abused()
	m.Abuse, m.Instrument, m.Attachments = &r, "", nil
	l, err := Render(m)
	if err != nil || !bytes.Contains(l.Bytes, []byte("xarf.json")) {
		t.Errorf("%v", err)
	}
	m.Instrument = string(legal.Referral)
	if _, err := Render(m); !errors.Is(err, iru.Forbidden) {
		t.Errorf("with a referral: %v", err)
	}
}
