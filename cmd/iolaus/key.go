// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type keyCmd struct {
	List   keyList   `cmd:"" help:"List the evidence keys, who else can read, and what each opens."`
	Rotate keyRotate `cmd:"" help:"Make a new evidence key and encrypt the key of every exhibit to it; killed, it goes on where it was."`
}

// A ring is what the commands about keys need: the store, and the identities in the file.
type ring struct {
	dir   string
	db    *db.DB
	desk  *desk.Desk
	ids   []*age.X25519Identity
	also  []*age.X25519Recipient
	batch int
}

func openRing(ctx context.Context, cfg config) (*ring, error) {
	r := &ring{dir: keyFolder(cfg.data), batch: 500}
	var err error
	if r.ids, err = readIdentities(r.dir); err != nil {
		return nil, err
	}
	if r.also, err = cfg.Evidence.recipients(); err != nil {
		return nil, err
	}
	if r.db, err = db.Open(ctx, cfg.db); err != nil {
		return nil, err
	}
	r.desk = &desk.Desk{DB: r.db, Now: time.Now}
	return r, nil
}

func (r *ring) present() string { return r.ids[0].Recipient().String() }

type keyList struct{}

// Run lists the keys; it prints public ones only.
func (*keyList) Run(ctx context.Context, c *cli, e env) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	r, err := openRing(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	opened, none, err := r.count(ctx)
	if err != nil {
		return err
	}
	for n, id := range r.ids {
		word := "present"
		if n > 0 {
			word = "older"
		}
		fmt.Fprintf(e.stdout, "%-8s %s  opens %d exhibits\n", word, id.Recipient(), opened[n])
	}
	for _, to := range r.also {
		fmt.Fprintf(e.stdout, "%-8s %s  a further recipient, of keys wrapped since it was configured\n", "also", to)
	}
	if len(none) > 0 {
		fmt.Fprintf(e.stdout, "%-8s %d exhibits, whose key nothing here opens: %s\n", "lost", len(none), numbers(none))
	}
	return nil
}

// count says how many exhibits' keys each identity is the first to open, and which ones none opens.
func (r *ring) count(ctx context.Context) (opened []int, none []iru.ExhibitID, err error) {
	opened = make([]int, len(r.ids))
	vaults := make([]*blob.Vault, len(r.ids))
	for n, id := range r.ids {
		vaults[n] = blob.NewVault(nil, id)
	}
	for after := iru.ExhibitID(0); ; {
		b, err := r.desk.Rewrap(ctx, after, r.batch, func(key string) (string, error) {
			for n, v := range vaults {
				if v.Current(key) {
					opened[n]++
					return key, nil
				}
			}
			return "", iru.Unavailable
		})
		if err != nil || b.Seen == 0 {
			return opened, none, err
		}
		none, after = append(none, b.Lost...), b.Last
	}
}

// numbers writes the first exhibits of a list.
func numbers(ids []iru.ExhibitID) string {
	const most = 20
	var s []string
	for _, id := range ids[:min(len(ids), most)] {
		s = append(s, fmt.Sprint(id))
	}
	if len(ids) > most {
		s = append(s, fmt.Sprintf("and %d more", len(ids)-most))
	}
	return strings.Join(s, ", ")
}

type keyRotate struct {
	Retire bool `help:"Remove the older keys when nothing needs them any more. No server and no worker may run."`
	Lost   bool `help:"Go on although the keys of some exhibits are lost; the log says so."`
}

// Run rotates.
func (k *keyRotate) Run(ctx context.Context, c *cli, e env) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	r, err := openRing(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	return r.rotate(ctx, *k, e.stdout)
}

// rotateLease is the role of the one that rotates.
const (
	rotateLease = "key rotation"
	rotateHold  = time.Minute
)

func (r *ring) rotate(ctx context.Context, k keyRotate, out io.Writer) (err error) {
	holder := fmt.Sprintf("%d/%d", os.Getpid(), time.Now().UnixNano())
	if held, err := r.db.Lease(ctx, rotateLease, holder, rotateHold); err != nil {
		return err
	} else if !held {
		return iru.Refuse(iru.Conflict, "another rotation is at work, or died less than a minute ago", "try again then")
	}
	defer func() {
		err = errors.Join(err, r.db.ReleaseLease(context.WithoutCancel(ctx), rotateLease, holder))
	}()
	if r.ids, err = readIdentities(r.dir); err != nil { // as they are now that nobody else changes them
		return err
	}
	last, err := r.desk.Rotation(ctx)
	if err != nil {
		return err
	}
	switch ours := last.Recipient == r.present(); {
	case ours && !last.Done:
		fmt.Fprintln(out, "Going on with the rotation to", r.present())
	case ours && k.Retire && len(r.ids) > 1: // what is rotated is to be retired
	case !ours && len(r.ids) > 1: // made and not recorded: killed between
		err = r.desk.Rotate(ctx, r.present())
	default:
		err = r.begin(ctx, out)
	}
	if err != nil {
		return err
	}
	if err := r.rewrap(ctx, k.Lost, holder, out); err != nil {
		return err
	}
	if k.Retire {
		return r.retire(ctx, out)
	}
	if len(r.ids) > 1 {
		fmt.Fprintf(out, "%d older keys stay in %s; remove them with iolaus key rotate --retire, when all machines have this file\n", len(r.ids)-1, identityFile(r.dir))
	}
	return nil
}

// begin makes a new identity. It is in the file, beside the others, before anything is encrypted to it.
func (r *ring) begin(ctx context.Context, out io.Writer) error {
	id, err := blob.NewIdentity()
	if err != nil {
		return err
	}
	r.ids = append([]*age.X25519Identity{id}, r.ids...)
	if err := writeIdentities(r.dir, r.ids); err != nil {
		return err
	}
	fmt.Fprintln(out, "New evidence key:", r.present())
	return r.desk.Rotate(ctx, r.present())
}

// rewrap goes through all exhibits, again and again until a pass changes nothing: a worker may still have recorded one for an older key.
func (r *ring) rewrap(ctx context.Context, lose bool, holder string, out io.Writer) error {
	keyed, _, err := r.keyed(ctx)
	if err != nil {
		return err
	}
	v := blob.NewVault(nil, r.ids...).Also(r.also...)
	wrap := func(key string) (string, error) {
		if v.Current(key) {
			return key, nil
		}
		return v.Rewrap(key)
	}
	total := 0
	for {
		changed, lost, err := r.pass(ctx, wrap, holder, keyed, out)
		if err != nil {
			return err
		}
		total += changed
		if changed > 0 {
			continue
		}
		if len(lost) > 0 {
			if err := r.lose(ctx, lost, lose); err != nil {
				return err
			}
		}
		fmt.Fprintf(out, "%d keys of exhibits were encrypted anew\n", total)
		if last, err := r.desk.Rotation(ctx); err != nil || last.Done && total == 0 {
			return err
		}
		return r.desk.Rewrapped(ctx, r.present(), keyed)
	}
}

func (r *ring) pass(ctx context.Context, wrap func(string) (string, error), holder string, keyed int, out io.Writer) (changed int, lost []iru.ExhibitID, err error) {
	seen := 0
	for after := iru.ExhibitID(0); ; {
		b, err := r.desk.Rewrap(ctx, after, r.batch, wrap)
		if err != nil || b.Seen == 0 {
			return changed, lost, err
		}
		after, seen, changed, lost = b.Last, seen+b.Seen, changed+b.Changed, append(lost, b.Lost...)
		if b.Changed > 0 {
			fmt.Fprintf(out, "%d of %d exhibits\n", seen, keyed)
		}
		if held, err := r.db.Lease(ctx, rotateLease, holder, rotateHold); err != nil {
			return changed, lost, err
		} else if !held {
			return changed, lost, iru.Refuse(iru.Conflict, "another rotation took over", "")
		}
	}
}

func (r *ring) keyed(ctx context.Context) (keyed, clear int, err error) {
	err = r.db.View(ctx, func(t *db.Tx) error {
		var err error
		keyed, clear, err = t.CountKeyed(ctx)
		return err
	})
	return keyed, clear, err
}

// lose stops for exhibits that cannot be opened, or records them as lost.
func (r *ring) lose(ctx context.Context, lost []iru.ExhibitID, anyway bool) error {
	if !anyway {
		return iru.Refuse(iru.Unavailable, fmt.Sprintf("the keys of %d exhibits are lost: none of the evidence keys opens them: %s", len(lost), numbers(lost)),
			"add the lines of an older "+identityFile(r.dir)+" from a backup to the file and run it again; --lost goes on without them")
	}
	known, err := r.desk.Lost(ctx)
	if last := slices.Max(lost); err != nil || last <= known {
		return err
	}
	return r.desk.Lose(ctx, len(lost), slices.Max(lost))
}

// retire removes the older identities. Whoever works now may have one of them in hand and record an exhibit for it.
func (r *ring) retire(ctx context.Context, out io.Writer) error {
	if len(r.ids) == 1 {
		return nil
	}
	var working []string
	err := r.db.View(ctx, func(t *db.Tx) error {
		var err error
		working, err = t.Holders(ctx, "worker ")
		return err
	})
	if err != nil {
		return err
	}
	if len(working) > 0 {
		return iru.Refuse(iru.Conflict, "workers run, which may record an exhibit for an older key: "+strings.Join(working, ", "), "stop them all, also on other machines, and run it again; one that was killed counts for 20 seconds")
	}
	opened, _, err := r.count(ctx)
	if err != nil {
		return err
	}
	for n, exhibits := range opened[1:] {
		if exhibits > 0 {
			return iru.Refuse(iru.Conflict, fmt.Sprintf("%d exhibits need the older key %s", exhibits, r.ids[n+1].Recipient()), "run the rotation again")
		}
	}
	var old []string
	for _, id := range r.ids[1:] {
		old = append(old, id.Recipient().String())
	}
	if err := r.desk.Retire(ctx, old); err != nil {
		return err
	}
	if err := writeIdentities(r.dir, r.ids[:1]); err != nil {
		return err
	}
	if err := r.db.Scrub(ctx); err != nil { // what the older keys open is still in the store's free space
		fmt.Fprintln(out, "The store could not be scrubbed just now; the next erasure does it:", err)
	}
	fmt.Fprintf(out, "%d older keys removed from %s; backups of the file still hold them\n", len(old), identityFile(r.dir))
	return nil
}
