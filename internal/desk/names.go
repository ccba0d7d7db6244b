// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"regexp"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// doubtAll is doubt with all confirmed contacts of a provider: what the second one writes is the provider's word as well. It gives the
// provider as it is reached by the one that wrote.
func (d *Desk) doubtAll(ctx context.Context, t *db.Tx, r Reply, p iru.Provider, of iru.Letter, why string) (iru.Provider, string, error) {
	cs, err := t.Contacts(ctx, iru.Program(), p.ID)
	if err != nil {
		return p, why, err
	}
	for _, c := range cs {
		if c.Usable() && c.Channel == iru.ByMail && strings.EqualFold(c.Address, r.From) && doubt(r, p.At(c), of) == "" {
			return p, "", nil
		}
	}
	return p, why, nil
}

// mailWord finds mail addresses in the text of a reply.
var mailWord = regexp.MustCompile(`[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}`)

// mostNamed is how many addresses of one reply are proposed.
const mostNamed = 3

// names proposes the addresses that a reply of a known sender names, itself or in its words. It changes no contact, whatever the reply
// says: a person asks back by another way and confirms, or drops it.
func (d *Desk) names(ctx context.Context, t *db.Tx, n iru.Notice, r Reply, now time.Time) error {
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	found := []string{r.From}
	for line := range strings.Lines(r.Text) {
		if quoted := strings.HasPrefix(strings.TrimSpace(line), ">"); !quoted {
			found = append(found, mailWord.FindAllString(line, 8)...)
		}
		if len(found) > 50 {
			break
		}
	}
	left := mostNamed
	for _, a := range found {
		if left == 0 || a == "" || strings.HasPrefix(strings.ToLower(a), "reply+") || u.Mail != "" && strings.Contains(strings.ToLower(u.Mail), strings.ToLower(a)) {
			continue
		}
		fresh, err := suggest(ctx, t, p, iru.Contact{Kind: iru.ContactSecond, Channel: iru.ByMail, Address: a, Source: "named in a reply to " + n.Ref + " by " + r.From}, now)
		if err != nil {
			return err
		}
		if fresh {
			left--
		}
	}
	return nil
}
