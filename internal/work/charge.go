// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A charge is one letter that waits, rendered where there was room for it.
type charge struct {
	desk.Dispatch
	posting *deliver.Posting
	letter  *deliver.Letter
}

// rendered reports whether nothing is left to do but to send it.
func (r *charge) rendered() bool { return r.letter != nil || r.posting != nil }

// mostLoaded is how many bytes of letters are kept rendered in memory; more are rendered as they leave.
const mostLoaded = 768 << 20

// A magazine is what waits for one instant. The documents of its acts are made before these are on their way, kept in memory alone, and used only if the act that is then put on its
// way says the same to the letter: a document states what is true when it leaves.
type magazine struct {
	*Crew
	papers  map[iru.NoticeID]*paper // made ahead; goes away with the release that they were made for
	charges map[iru.NoticeID]charge
	bytes   atomic.Int64
}

func (c *Crew) magazine() *magazine {
	return &magazine{Crew: c, papers: map[iru.NoticeID]*paper{}, charges: map[iru.NoticeID]charge{}}
}

// hands is how many letters are made at once: more than processors, since each waits for the disk, too.
const hands = 4

// each calls do for the numbers below n, several at once, until ctx ends.
func each(ctx context.Context, n int, do func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(hands, n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
}

// ahead makes documents ahead of the arming. What fails is tried again when its act is on its way.
func (m *magazine) ahead(ctx context.Context, ids []iru.NoticeID) error {
	for some := range slices.Chunk(ids, 100) {
		ds, err := m.Desk.Ahead(ctx, some)
		if err != nil {
			return err
		}
		made := make([]*paper, len(ds))
		each(ctx, len(ds), func(n int) {
			if m.papers[ds[n].Notice.ID] != nil || m.bytes.Load() > mostLoaded {
				return
			}
			p, err := m.paper(ctx, ds[n])
			if err != nil && ctx.Err() == nil {
				m.Log.Warn("a document could not be made before its time", "notice", ds[n].Notice.ID, "error", err)
			} else if p != nil {
				made[n] = p
			}
		})
		for n, p := range made {
			if p != nil {
				m.papers[ds[n].Notice.ID] = p
				m.bytes.Add(int64(len(p.PDF) + len(p.JSON)))
			}
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

func (m *magazine) forget(id iru.NoticeID, p *paper) {
	m.bytes.Add(-int64(len(p.PDF) + len(p.JSON)))
	delete(m.papers, id)
}

// load keeps the documents of acts that are on their way and renders their letters, so that nothing but sending is left at the instant. What cannot be done now is tried
// again then.
func (m *magazine) load(ctx context.Context, armed []desk.Dispatch) {
	for _, d := range armed {
		m.charges[d.Notice.ID] = charge{Dispatch: d}
	}
	made := make([]*paper, len(armed))
	files := make([][]iru.File, len(armed))
	each(ctx, len(armed), func(n int) {
		d := armed[n]
		if len(d.Letter.Files) > 0 || d.Letter.Kind != "notice" {
			return
		}
		p, err := m.stated(ctx, d)
		if err == nil && p != nil {
			files[n], err = m.shelve(ctx, p)
		}
		if made[n] = p; err != nil && ctx.Err() == nil {
			m.Log.Warn("a document could not be made before its time", "notice", d.Notice.ID, "error", err)
		}
	})
	keep := map[int64][]iru.File{}
	for n, fs := range files {
		if len(fs) > 0 {
			keep[armed[n].Letter.ID] = fs
		}
		if p := m.papers[armed[n].Notice.ID]; p != nil {
			m.forget(armed[n].Notice.ID, p)
		}
	}
	var kept map[int64][]iru.File
	if len(keep) > 0 {
		var err error
		if kept, err = m.Desk.KeepAllDocuments(ctx, keep); err != nil {
			if ctx.Err() == nil {
				m.Log.Warn("documents could not be kept before their time", "error", err)
			}
			return
		}
	}
	out := make([]charge, len(armed))
	each(ctx, len(armed), func(n int) {
		out[n].Dispatch = armed[n]
		if fs := kept[armed[n].Letter.ID]; len(fs) > 0 {
			if out[n].Letter.Files = fs; !slices.Equal(fs, files[n]) { // others were first
				made[n] = nil
			}
		}
		if m.bytes.Load() < mostLoaded {
			m.bytes.Add(int64(m.render(ctx, &out[n], made[n])))
		}
	})
	for n := range out {
		if out[n].Notice.ID != 0 {
			m.charges[out[n].Notice.ID] = out[n]
		}
	}
}

// stated gives the documents of an act that is on its way: those made ahead, if they say the same, or new ones.
func (m *magazine) stated(ctx context.Context, d desk.Dispatch) (*paper, error) {
	a, there, err := m.Desk.Issued(ctx, d)
	if err != nil || !there {
		return nil, err
	}
	if p := m.papers[d.Notice.ID]; p != nil && reflect.DeepEqual(p.act, a) {
		return p, nil
	}
	return m.write(ctx, d.Notice.Ref, a)
}

// render writes a letter out, with the documents at hand or those that are kept, and gives the bytes that it takes, 0 where it could not be.
func (c *Crew) render(ctx context.Context, r *charge, p *paper) (size int) {
	byMail := !(r.Letter.Contact == 0 && r.Provider.Channel == iru.ByAPI)
	if !r.Provider.ByMachine() || r.Answered() || byMail && c.Mail == nil {
		return 0
	}
	var m deliver.Message
	var err error
	if p == nil || r.Provider.Channel == iru.ByPortal {
		m, err = c.message(ctx, r.Dispatch)
	} else if m = c.bare(r.Dispatch); len(r.Letter.Files) == 2 {
		for n, data := range [][]byte{p.PDF, p.JSON} {
			f := r.Letter.Files[n]
			m.Attachments = append(m.Attachments, deliver.Attachment{Name: f.Name, Type: mediaType(f), Data: data})
		}
	}
	if err != nil {
		return 0
	}
	if !byMail {
		p, err := c.api(r.Provider).Prepare(m)
		if err != nil {
			return 0
		}
		r.posting = &p
		return len(p.Body)
	}
	l, err := c.Mail.Prepare(m)
	if err != nil {
		return 0
	}
	r.letter = &l
	return len(l.Bytes)
}

// discharge sends a letter that waited.
func (c *Crew) discharge(ctx context.Context, r *charge) (desk.Sending, error) {
	if !r.rendered() || r.Notice.Drill {
		return c.send(ctx, r.Dispatch)
	}
	if err := c.alive(ctx); err != nil {
		return desk.Sending{}, err
	}
	var got deliver.Receipt
	var err error
	if r.letter != nil {
		got, err = c.Mail.SendLetter(ctx, *r.letter)
	} else {
		got, err = c.api(r.Provider).Post(ctx, *r.posting)
	}
	if err != nil {
		return desk.Sending{}, err
	}
	return sending(got), nil
}
