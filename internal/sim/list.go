// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"html/template"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// A listService sends the letters of the lists at one provider to whoever has subscribed and confirmed: one when the confirmation comes, one
// a day after that, and one whenever the list announces something. Letters are signed (DKIM, RFC 6376 with the keys of RFC 8463) by the
// service and by the outlet's own name.
type listService struct {
	r     *Range
	p     *Provider
	mu    sync.Mutex
	subs  []*subscription
	queue []*posting
	sent  []*posting
	wake  chan struct{}
}

type subscription struct {
	list      *Asset
	to, token string
	confirmed bool
	ended     bool
	next      int // issue
}

type posting struct {
	Letter
	body []byte
}

const (
	maxSubscriptions = 10_000
	daily            = 24 * time.Hour
)

func (r *Range) newLists() {
	r.lists = map[string]*listService{}
	for i := range r.world.Providers {
		if p := &r.world.Providers[i]; p.Kind == ListHost {
			r.lists[p.ID] = &listService{r: r, p: p, wake: make(chan struct{}, 1)}
		}
	}
}

// join answers the forms of a list. It reports whether the address was one of them.
func (s *listService) join(w http.ResponseWriter, q *http.Request, a *Asset, rest string) bool {
	switch {
	case rest == "/subscribe" && q.Method == http.MethodPost:
		to, err := mail.ParseAddress(q.PostFormValue("email"))
		if err == nil {
			_, host, _ := strings.Cut(to.Address, "@")
			_, err = guardName(host)
		}
		if err != nil {
			notice(w, 422, "Not an address", "An address under .test is needed.")
			return true
		}
		if !s.subscribe(a, to.Address) {
			notice(w, 503, "Too many", "This service takes no more subscriptions.")
			return true
		}
		notice(w, 200, "Please confirm", "We have sent you a mail. Follow the link in it.")
	case rest == "/confirm" && q.Method == http.MethodGet:
		if !s.confirm(a, q.FormValue("token")) {
			notice(w, 404, "Unknown", "There is no such subscription.")
			return true
		}
		notice(w, 200, "Thank you", "You will receive "+a.Name+".")
	case rest == "/unsubscribe" && (q.Method == http.MethodPost || q.Method == http.MethodGet):
		s.leave(a, q.FormValue("token"))
		notice(w, 200, "Goodbye", "You will receive no more letters.")
	default:
		return false
	}
	return true
}

func (s *listService) subscribe(a *Asset, to string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.subs {
		if x.list == a && strings.EqualFold(x.to, to) && !x.ended {
			return true // the link was sent before
		}
	}
	if len(s.subs) >= maxSubscriptions {
		return false
	}
	token := hexDigest(binary.BigEndian.AppendUint64([]byte(a.ID+"\n"+to+"\n"), uint64(s.r.opt.Seed)))[:32]
	x := &subscription{list: a, to: to, token: token}
	s.subs = append(s.subs, x)
	s.put(x, "Please confirm: "+a.Name, []string{"Somebody, we hope you, asked for " + a.Name + ". Follow the link to receive it; do nothing if it was not you."},
		[]string{a.Locator + "confirm?token=" + token})
	return true
}

func (s *listService) confirm(a *Asset, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.subs {
		if x.list != a || x.token != token || x.ended {
			continue
		}
		if !x.confirmed {
			x.confirmed = true
			s.issue(x)
			s.r.agenda.after(daily, func() { s.daily(x) })
		}
		return true
	}
	return false
}

func (s *listService) leave(a *Asset, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.subs {
		if x.list == a && x.token == token {
			x.ended = true
		}
	}
}

// daily sends the next issue, as long as there is one.
func (s *listService) daily(x *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.ended || x.next >= x.list.Posts {
		return
	}
	s.issue(x)
	s.r.agenda.after(daily, func() { s.daily(x) })
}

// issueLetter sends what a list announces to all its subscribers at once.
func (r *Range) issueLetter(id string) {
	a, _ := r.world.asset(id)
	s := r.lists[a.Host]
	if a.Kind != List || s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.subs {
		if x.list == a && x.confirmed && !x.ended {
			said := r.estate.announcements(id)
			last := said[len(said)-1]
			s.put(x, a.Name+": "+last.Text, []string{last.Text}, []string{last.URL})
		}
	}
}

// issue sends the next bulletin; with mu held. A list that is down sends nothing.
func (s *listService) issue(x *subscription) {
	if s.r.estate.down(x.list.ID) {
		return
	}
	posts := s.r.bulletins(x.list)
	if x.next >= len(posts) {
		return
	}
	b := posts[x.next]
	x.next++
	links := []string{s.r.postURL(x.list, b.N), s.r.home(x.list)}
	for _, l := range s.r.world.Links {
		if to, ok := s.r.world.asset(l.To); ok && l.From == x.list.ID {
			links = append(links, to.Locator)
		}
	}
	for _, said := range s.r.estate.announcements(x.list.ID) {
		links = append(links, said.URL)
	}
	s.put(x, x.list.Name+": "+b.Title, b.Paragraphs, links)
}

// put writes a letter and queues it; with mu held.
func (s *listService) put(x *subscription, subject string, text, links []string) {
	l := &posting{Letter: Letter{List: x.list.ID, To: x.to, Subject: subject, At: s.r.now(),
		MessageID: fmt.Sprintf("<%s.%d@lists.%s>", x.token[:12], len(s.sent), s.p.Domain)}}
	if l.body = s.compose(x, l, text, links); l.body == nil {
		return
	}
	s.sent = append(s.sent, l)
	s.queue = append(s.queue, l)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *listService) compose(x *subscription, l *posting, text, links []string) []byte {
	const mark = "=_range-letter"
	o, _ := s.r.world.outlet(x.list.Outlet)
	base := strings.TrimSuffix(x.list.Locator, "/")
	local := base[strings.LastIndexByte(base, '/')+1:]
	var b bytes.Buffer
	for _, h := range [][2]string{{"Date", l.At.UTC().Format(time.RFC1123Z)}, {"From", (&mail.Address{Name: x.list.Name, Address: o.Contact}).String()},
		{"Sender", local + "@lists." + s.p.Domain}, {"To", x.to}, {"Subject", mime.QEncoding.Encode("utf-8", oneLine(l.Subject))}, {"Message-ID", l.MessageID},
		{"List-Id", mime.QEncoding.Encode("utf-8", x.list.Name) + " <" + local + ".lists." + s.p.Domain + ">"}, {"List-Archive", "<" + x.list.Locator + ">"},
		{"List-Unsubscribe", "<" + base + "/unsubscribe?token=" + x.token + ">"}, {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
		{"Precedence", "list"}, {"X-Mailer", s.p.Name}, {"MIME-Version", "1.0"}, {"Content-Type", `multipart/alternative; boundary="` + mark + `"`}} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	part := func(kind, body string) {
		fmt.Fprintf(&b, "\r\n--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", mark, kind)
		w := quotedprintable.NewWriter(&b)
		fmt.Fprint(w, body)
		w.Close()
	}
	part("text/plain", strings.Join(append(slices.Clone(text), links...), "\r\n\r\n")+"\r\n")
	var html strings.Builder
	fmt.Fprintf(&html, "<html lang=\"%s\"><body><h1>%s</h1>", x.list.Language, template.HTMLEscapeString(l.Subject))
	for _, p := range text {
		fmt.Fprintf(&html, "<p>%s</p>\r\n", template.HTMLEscapeString(p))
	}
	for _, u := range links {
		fmt.Fprintf(&html, "<p><a href=\"%s\">%[1]s</a></p>\r\n", template.HTMLEscapeString(u))
	}
	fmt.Fprintf(&html, "<img src=\"%s/open.gif?s=%s\" width=\"1\" height=\"1\" alt=\"\"></body></html>\r\n", base, x.token[:8])
	part("text/html", html.String())
	b.WriteString("\r\n--" + mark + "--\r\n")
	raw := b.Bytes()
	for _, sign := range [][2]string{{letterSelector, letterDomain(o)}, {listSelector, s.p.Domain}} {
		var out bytes.Buffer
		err := dkim.Sign(&out, bytes.NewReader(raw), &dkim.SignOptions{Domain: sign[1], Selector: sign[0], Signer: crypto.Signer(s.r.mailKey(sign[1])), Hash: crypto.SHA256,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
			HeaderKeys: []string{"From", "To", "Subject", "Date", "Message-Id", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Mime-Version", "Content-Type"}})
		if err != nil {
			s.r.fail("sign letter", err)
			return nil
		}
		raw = out.Bytes()
	}
	return raw
}

// Selectors of the keys that sign letters: the outlet's and the service's.
const (
	letterSelector = "letter"
	listSelector   = "lists"
)

// letterDomain is the name under which an outlet writes its letters.
func letterDomain(o *Outlet) string {
	return registered(o.Contact[strings.LastIndexByte(o.Contact, '@')+1:])
}

func (r *Range) mailKey(domain string) ed25519.PrivateKey {
	s := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("mail "+domain+"\n"), uint64(r.opt.Seed)))
	return ed25519.NewKeyFromSeed(s[:])
}

// mailRecord is the TXT record of a key that signs letters, and whether there is one of that name.
func (r *Range) mailRecord(name string) (string, bool) {
	selector, domain, ok := strings.Cut(name, "._domainkey.")
	if !ok {
		return "", false
	}
	p := slices.ContainsFunc(r.world.Providers, func(p Provider) bool { return p.Kind == ListHost && p.Domain == domain })
	o := slices.ContainsFunc(r.world.Assets, func(a Asset) bool {
		o, _ := r.world.outlet(a.Outlet)
		return a.Kind == List && letterDomain(o) == domain
	})
	if !(selector == listSelector && p) && !(selector == letterSelector && o) {
		return "", false
	}
	public := r.mailKey(domain).Public().(ed25519.PublicKey)
	return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public), true
}

// deliver sends letters to where the program takes mail. One that is not taken is tried again like a desk's answer.
func (s *listService) deliver(ctx context.Context) {
	for {
		s.mu.Lock()
		var l *posting
		if len(s.queue) > 0 {
			l, s.queue = s.queue[0], s.queue[1:]
		}
		s.mu.Unlock()
		if l == nil {
			select {
			case <-s.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		wait := 50 * time.Millisecond
		for try := 1; ; try++ {
			tctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			err := s.r.hand(tctx, s.p.at(atMail), "mail."+s.p.Domain, "bounces@"+s.p.Domain, l.To, l.body)
			cancel()
			s.mu.Lock()
			l.Delivered, l.Failure = err == nil, ""
			if err != nil {
				l.Failure = err.Error()
			}
			s.mu.Unlock()
			if err == nil || forGood(err) || try == attempts || !sleep(ctx, ctx, wait) {
				break
			}
			wait = min(2*wait, longestPause)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func (r *Range) letters() (out []Letter) {
	for _, p := range r.world.Providers {
		if s := r.lists[p.ID]; s != nil {
			s.mu.Lock()
			for _, l := range s.sent {
				out = append(out, l.Letter)
			}
			s.mu.Unlock()
		}
	}
	return out
}
