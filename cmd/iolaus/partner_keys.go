// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/peer"
	"iolaus/internal/work"
)

type partnerRotate struct {
	As  string `help:"Sign-in name of the officer in whose name it is done." required:"" placeholder:"LOGIN"`
	Why string `help:"Why; it is put on record." required:"" placeholder:"TEXT"`
}

// Run takes new keys. The processes that speak to partners have them after a restart, and tell partners then: before, nobody would answer under them.
func (r *partnerRotate) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	h, by, err := c.speaking(ctx, e, r.As, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	s := h.crew.Speech
	next, err := peer.NewIdentity(rand.Reader)
	if err != nil {
		return err
	}
	card, err := next.Card(s.Card.Name, s.Card.Country, s.Card.URL)
	if err != nil {
		return err
	}
	id := card.ID()
	if err := h.desk.ChangeKeys(ctx, by.Scope(), iru.Card{Key: hex.EncodeToString(id[:]), Fingerprint: card.Fingerprint()}, r.Why); err != nil {
		return err
	}
	if err := writePeerIdentities(h.cfg.data, append([]peer.Identity{next, s.Identity}, s.Earlier...)); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "New keys in %s. Back it up, and restart iolaus serve: each partner is then sent the new card.\nFingerprint, to be read to each partner by telephone: %s\n"+
		"When iolaus partner list shows that all have adopted it: iolaus partner retire\n", peerFile(h.cfg.data), card.Fingerprint())
	return nil
}

// speaking opens an installation that speaks to partners, for an officer.
func (c *cli) speaking(ctx context.Context, e env, as string, log *slog.Logger) (*house, iru.Officer, error) {
	cfg, err := c.load(e)
	if err != nil {
		return nil, iru.Officer{}, err
	}
	if cfg.Peer.Address == "" {
		return nil, iru.Officer{}, iru.Refuse(iru.Invalid, "this installation has no address for partners", "set peer.address in the configuration")
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return nil, iru.Officer{}, err
	}
	by, err := h.officer(ctx, as)
	if err != nil {
		h.shut(&err)
	}
	return h, by, err
}

type partnerRetire struct {
	As  string `help:"Sign-in name of the officer in whose name it is done." required:"" placeholder:"LOGIN"`
	Why string `help:"Why; it is put on record." required:"" placeholder:"TEXT"`
}

// Run destroys the keys before the present ones.
func (r *partnerRetire) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	h, by, err := c.speaking(ctx, e, r.As, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	s := h.crew.Speech
	if len(s.Earlier) == 0 {
		return iru.Refuse(iru.Conflict, "there are no keys before the present ones", "iolaus partner rotate takes new ones")
	}
	if err := h.desk.DropKeys(ctx, by.Scope(), r.Why); err != nil {
		return err
	}
	if err := writePeerIdentities(h.cfg.data, []peer.Identity{s.Identity}); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d keys are gone from %s. Restart iolaus serve, and destroy them in backups too: they open what was recorded on the line.\n", len(s.Earlier), peerFile(h.cfg.data))
	return nil
}

type partnerMessage struct {
	Partner int64  `arg:"" help:"Number of the partner, as iolaus partner list shows it."`
	Place   string `arg:"" help:"Epoch and number of its message, as the partner's page shows them, such as 1/17."`
	As      string `help:"Sign-in name of the officer in whose name it is read." required:"" placeholder:"LOGIN"`
	Out     string `help:"Folder to write into." required:"" placeholder:"DIR" type:"path"`
}

// Run writes the signed bytes and the card; both together prove what the partner said, to anybody.
func (p *partnerMessage) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	first, second, _ := strings.Cut(p.Place, "/")
	epoch, e1 := strconv.ParseInt(first, 10, 64)
	number, e2 := strconv.ParseInt(second, 10, 64)
	if e1 != nil || e2 != nil {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%q is no epoch and number", p.Place), "write both, such as 1/17")
	}
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	by, err := h.officer(ctx, p.As)
	if err != nil {
		return err
	}
	var cards []string
	var signed []byte
	if err := h.db.View(ctx, func(t *db.Tx) error {
		if cards, err = t.CardsOf(ctx, by.Scope(), iru.PartnerID(p.Partner)); err != nil {
			return err
		}
		i, err := t.IncomingAt(ctx, iru.PartnerID(p.Partner), epoch, number)
		if err != nil {
			return err
		}
		_, signed, err = t.IncomingSigned(ctx, by.Scope(), i.ID)
		return err
	}); err != nil {
		return err
	}
	card, _, err := work.Prove(cards, signed)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.Out, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	name := filepath.Join(p.Out, fmt.Sprintf("partner-%d-message-%d-%d", p.Partner, epoch, number))
	for file, b := range map[string][]byte{name + ".signed": signed, name + ".card": []byte(card.Text())} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			return fmt.Errorf("write message: %w", err)
		}
	}
	fmt.Fprintf(e.stdout, "iolaus partner verify %s.card %s.signed\n", name, name)
	return nil
}

type partnerVerify struct {
	Card   string `arg:"" help:"File with the card." type:"existingfile"`
	Signed string `arg:"" help:"File with what was signed." type:"existingfile"`
}

// Run needs no store and no network.
func (p *partnerVerify) Run(e env) error {
	text, err := os.ReadFile(p.Card)
	if err != nil {
		return fmt.Errorf("read card: %w", err)
	}
	signed, err := os.ReadFile(p.Signed)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	card, m, err := work.Prove([]string{string(text)}, signed)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "Signed by %s (%s), fingerprint %s\nTo the keys %x\nNumber %d of epoch %d, %s by its clock, %s\n%s %s\n%s\n", card.Name, card.Country, card.Fingerprint(), m.To, m.Seq, m.Epoch,
		m.At.Format(time.RFC3339Nano), m.Handling, m.Kind, m.Operation, m.Body)
	return nil
}
