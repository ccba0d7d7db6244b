// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"iolaus/internal/iru"
)

// World files are TOML (docs/format/world.md).

const maxWorldFile = 32 << 20 // bytes

// scenarios that are built in, by name.
func scenarios() map[string]func() (World, error) {
	return map[string]func() (World, error){"s1": s1, "s2": s2, "s3": s3, "s4": s4, "s5": s5, "s6": s6, "s7": s7, "bulk": bulk10k}
}

// Scenarios lists the names of the scenarios that are built in, in order.
func Scenarios() []string {
	var out []string
	for n := range scenarios() {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Scenario gives the world of a scenario. An unknown name is Invalid.
func Scenario(name string) (World, error) {
	f := scenarios()[name]
	if f == nil {
		return World{}, iru.Refuse(iru.Invalid, fmt.Sprintf("there is no scenario %q", name), fmt.Sprintf("choose one of %v", Scenarios()))
	}
	w, err := f()
	if err != nil {
		return w, fmt.Errorf("build scenario %s: %w: %w", name, err, iru.Internal)
	}
	return w, nil
}

// ReadWorld reads a world file strictly: a key that is not known, a value of another type, a reference that leads nowhere is Invalid, with
// the line or the name of what is wrong. What may be left out is filled in.
func ReadWorld(r io.Reader) (World, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxWorldFile+1))
	if err != nil {
		return World{}, fmt.Errorf("read world: %w: %w", err, iru.Unavailable)
	}
	if len(b) > maxWorldFile {
		return World{}, fmt.Errorf("read world: %w", iru.Refuse(iru.Invalid, "the file is larger than 32 MB", "let sites be made by [bulk]"))
	}
	var w World
	d := toml.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return World{}, fmt.Errorf("read world: %w", tell(err))
	}
	if w.Scenario == "" {
		w.Scenario = "world"
	}
	if err := w.complete(); err != nil {
		return World{}, fmt.Errorf("read world: %w", err)
	}
	return w, nil
}

// tell says where a file is wrong.
func tell(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		e := &strict.Errors[0]
		line, _ := e.Position()
		return iru.Refuse(iru.Invalid, fmt.Sprintf("line %d: there is no key %q", line, e.Key()[len(e.Key())-1]), "see docs/format/world.md")
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, column := bad.Position()
		return iru.Refuse(iru.Invalid, fmt.Sprintf("line %d, column %d: %v", line, column, bad), "see docs/format/world.md")
	}
	return iru.Refuse(iru.Invalid, err.Error(), "see docs/format/world.md")
}

// WriteWorld writes a world so that ReadWorld gives it back.
func WriteWorld(to io.Writer, w World) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# A world of the range, as docs/format/world.md explains. Everything in it is invented.\n\n")
	if err := toml.NewEncoder(&b).Encode(w); err != nil {
		return fmt.Errorf("write world: %w: %w", err, iru.Internal)
	}
	if _, err := to.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write world: %w: %w", err, iru.Unavailable)
	}
	return nil
}
