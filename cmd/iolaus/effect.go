// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"iolaus/internal/effect"
	"iolaus/internal/iru"
)

type effectCmd struct {
	In        string `help:"File of comma-separated values: counts by date, or observations of addresses; - is standard input. docs/format/effect.md." required:"" placeholder:"FILE"`
	Day       string `help:"The day of the disruption: the first point after it." placeholder:"DATE"`
	Before    int    `help:"Points before the day that are looked at; 0: all." placeholder:"N"`
	After     int    `help:"Points from the day on that are looked at; 0: all." placeholder:"N"`
	Count     string `help:"Column of the counts; the second if it is not given." placeholder:"COLUMN"`
	Of        string `help:"Column of what the counts are out of." placeholder:"COLUMN"`
	Compare   string `help:"Column of the same counted where nothing was done." placeholder:"COLUMN"`
	CompareOf string `help:"Column of what the comparison is out of." placeholder:"COLUMN"`
	Family    string `help:"How counts scatter." enum:"negative-binomial,poisson,quasi-poisson" default:"negative-binomial"`
	LevelOnly bool   `help:"The level may change, not the trend."`
	Week      bool   `help:"Each day of the week has a level of its own."`
	Period    int    `help:"Points of a season, as 12 months of a year." placeholder:"N"`
	Pairs     int    `help:"Sines and cosines of the season." default:"2"`
	Window    string `help:"A sealed window: it says what is looked at, and may not be gone against." type:"path" placeholder:"FILE"`
	JSON      bool   `help:"As one JSON object." name:"json"`
}

// mostLooked is how much of a file is looked at to tell what it is.
const mostLooked = 4096

// Run says what a disruption did: whether a count changed, or how available addresses were.
func (k *effectCmd) Run(_ context.Context, e env) error {
	in := e.stdin
	if k.In != "-" {
		f, err := os.Open(k.In)
		if err != nil {
			return iru.Refuse(iru.NotFound, err.Error(), "name a file that can be read")
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	buffered := bufio.NewReaderSize(in, mostLooked)
	head, _ := buffered.Peek(mostLooked) // an error comes again when it is read
	heads := false
	for line := range strings.Lines(string(head)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			heads = effect.IsHeads(line)
			break
		}
	}
	if heads {
		return k.heads(buffered, e)
	}
	return k.series(buffered, e)
}

func (k *effectCmd) refuse(err error) error {
	return iru.Refuse(iru.Invalid, k.In+": "+err.Error(), "docs/format/effect.md says how such a file looks")
}

func (k *effectCmd) day(sealed effect.Sealed) (time.Time, error) {
	if k.Day == "" {
		k.Day = sealed.Day
	}
	for _, layout := range []string{time.DateOnly, "2006-01"} {
		if t, err := time.Parse(layout, k.Day); err == nil {
			return t, nil
		}
	}
	return time.Time{}, iru.Refuse(iru.Invalid, fmt.Sprintf("%.40q is no day", k.Day), "write it as --day 2026-04-25")
}

func (k *effectCmd) series(r io.Reader, e env) error {
	w, sealed, err := k.window()
	if err != nil {
		return err
	}
	day, err := k.day(sealed)
	if err != nil {
		return err
	}
	s, err := effect.ReadSeries(r, effect.Columns{Count: k.Count, Offset: k.Of, Compare: k.Compare, CompareOffset: k.CompareOf})
	if err != nil {
		return k.refuse(err)
	}
	c, err := s.Measure(day, w)
	if err != nil {
		return k.refuse(err)
	}
	f := effectFileOf(s, c, sealed)
	if k.JSON {
		return json.NewEncoder(e.stdout).Encode(f)
	}
	f.print(e.stdout)
	return nil
}

// window is what is looked at: by the flags, or by a sealed window, which no flag may go against.
func (k *effectCmd) window() (effect.Window, effect.Sealed, error) {
	w := effect.Window{Before: k.Before, After: k.After, Model: effect.Model{Slope: !k.LevelOnly, Period: k.Period, Week: k.Week}}
	w.Family = map[string]effect.Family{"negative-binomial": effect.NegativeBinomial, "poisson": effect.Poisson, "quasi-poisson": effect.QuasiPoisson}[k.Family]
	if k.Period != 0 {
		w.Pairs = k.Pairs
	}
	if k.Window == "" {
		return w, effect.Sealed{}, nil
	}
	f, err := os.Open(k.Window)
	if err != nil {
		return w, effect.Sealed{}, iru.Refuse(iru.NotFound, err.Error(), "name a file that can be read")
	}
	defer func() { _ = f.Close() }()
	s, err := effect.ReadSealed(f)
	if err != nil {
		return w, s, iru.Refuse(iru.Invalid, k.Window+": "+err.Error(), "docs/format/effect.md says how a sealed window looks")
	}
	loose := effect.Window{Model: effect.Model{Family: effect.NegativeBinomial, Slope: true}}
	switch {
	case w != loose:
		return w, s, iru.Refuse(iru.Invalid, "the window is sealed, and other flags say otherwise", "leave --before, --after, --family, --level-only, --week and --period out")
	case k.Day != "" && s.Day != "" && k.Day != s.Day:
		return w, s, iru.Refuse(iru.Invalid, "the window is sealed for "+s.Day+", not for "+k.Day, "leave --day out")
	case (s.Compare != "") != (k.Compare != ""):
		return w, s, iru.Refuse(iru.Invalid, fmt.Sprintf("the window is sealed with the comparison %q", s.Compare), "name its column with --compare, or leave --compare out where it has none")
	}
	return s.Window, s, nil
}
