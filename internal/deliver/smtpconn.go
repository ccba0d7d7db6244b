// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"iolaus/internal/iru"
)

// A line is one connection to a mail server, spoken to by one goroutine at a time. It is written here and not taken from a
// library because three things matter that none of those at hand tells: in which phase it broke, the server's raw answer, and
// several commands in one packet (RFC 2920).
type line struct {
	ctx        context.Context // of the present task; ends the connection's deadline
	nc         net.Conn
	br         *bufio.Reader
	pipelining bool
	chunking   bool
	dsn        bool
	size       int64 // largest message taken; 0 means not said
	auth       []string
	starttls   bool
	dirty      bool // a transaction may be open: RSET first
	idle       time.Time
}

// An answer is one reply of the server, all its lines.
type answer struct {
	code int
	text string // without codes, lines joined by a blank
	raw  []byte
}

const maxAnswerLines = 100

var errGarbage = errors.New("not an answer of a mail server")

// bind makes the connection obey a context and a deadline; the returned function frees it and tells whether it is still good.
func (l *line) bind(ctx context.Context, until time.Time) (free func() bool) {
	l.ctx = ctx
	nc := l.nc                // protect may wrap it meanwhile; a deadline below TLS serves as well
	_ = nc.SetDeadline(until) // one that is closed already fails at the first read
	stop := context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
	return func() bool {
		return stop() && nc.SetDeadline(time.Time{}) == nil
	}
}

func (l *line) fail(phase string, err error) *Failure {
	if errors.Is(err, errGarbage) {
		return &Failure{Kind: iru.Unavailable, Phase: phase, Words: "what answers there speaks no SMTP", Err: err}
	}
	return lost(l.ctx, phase, err)
}

// read reads one answer (RFC 5321, section 4.2). The reader's buffer of 4 KB bounds a line.
func (l *line) read() (answer, error) {
	var a answer
	for n := 0; ; n++ {
		s, err := l.br.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || n == maxAnswerLines {
			return a, fmt.Errorf("%w: too long", errGarbage)
		}
		if err != nil {
			return a, err
		}
		t := bytes.TrimRight(s, "\r\n")
		code, err := strconv.Atoi(string(t[:min(3, len(t))]))
		if err != nil || code < 200 || code > 599 || (len(t) > 3 && t[3] != ' ' && t[3] != '-') || (n > 0 && code != a.code) {
			return a, fmt.Errorf("%w: %q", errGarbage, words(string(t[:min(80, len(t))])))
		}
		a.code = code
		a.raw = append(a.raw, s...)
		rest := ""
		if len(t) > 4 {
			rest = string(t[4:])
		}
		if n > 0 {
			a.text += "\n"
		}
		a.text += rest
		if len(t) < 4 || t[3] == ' ' {
			return a, nil
		}
	}
}

// ask sends one command and wants one of the codes' first digits.
func (l *line) ask(phase, cmd string, want int) (answer, *Failure) {
	if _, err := l.nc.Write([]byte(cmd + "\r\n")); err != nil {
		return answer{}, l.fail(phase, err)
	}
	return l.expect(phase, want)
}

func (l *line) expect(phase string, want int) (answer, *Failure) {
	a, err := l.read()
	if err != nil {
		return a, l.fail(phase, err)
	}
	if a.code/100 != want {
		return a, refusal(phase, a)
	}
	return a, nil
}

// hello greets and learns what the server can do.
func (l *line) hello(name string) *Failure {
	a, f := l.ask("hello", "EHLO "+name, 2)
	if f != nil && (f.Code == 500 || f.Code == 502 || f.Code == 504) {
		_, f = l.ask("hello", "HELO "+name, 2)
		return f
	}
	if f != nil {
		return f
	}
	l.pipelining, l.chunking, l.dsn, l.size, l.auth, l.starttls = false, false, false, 0, nil, false
	for _, ext := range strings.Split(a.text, "\n")[1:] {
		w := strings.Fields(strings.ToUpper(ext))
		if len(w) == 0 {
			continue
		}
		switch w[0] {
		case "PIPELINING":
			l.pipelining = true
		case "CHUNKING":
			l.chunking = true
		case "DSN":
			l.dsn = true
		case "STARTTLS":
			l.starttls = true
		case "AUTH":
			l.auth = w[1:]
		case "SIZE":
			if len(w) > 1 {
				l.size, _ = strconv.ParseInt(w[1], 10, 64)
			}
		}
	}
	return nil
}

// protect turns to TLS. Bytes that came before the handshake are an attack or a defect (CVE-2011-0411).
func (l *line) protect(cfg *tls.Config) *Failure {
	if l.br.Buffered() > 0 {
		return &Failure{Kind: iru.Forbidden, Phase: "tls", Words: "the server spoke before the protection was up; the connection may be tampered with"}
	}
	tc := tls.Client(l.nc, cfg)
	if err := tc.HandshakeContext(l.ctx); err != nil {
		f := lost(l.ctx, "tls", err)
		if f.Words == "" {
			f.Words = "no protected connection; the message stays here"
		}
		return f
	}
	l.nc, l.br = tc, bufio.NewReader(tc)
	return nil
}

// login proves who we are, by PLAIN or LOGIN (RFC 4954).
func (l *line) login(user, password string) *Failure {
	b64 := base64.StdEncoding.EncodeToString
	switch {
	case slices.Contains(l.auth, "PLAIN"):
		_, f := l.ask("login", "AUTH PLAIN "+b64([]byte("\x00"+user+"\x00"+password)), 2)
		return f
	case slices.Contains(l.auth, "LOGIN"):
		if _, f := l.ask("login", "AUTH LOGIN", 3); f != nil {
			return f
		}
		if _, f := l.ask("login", b64([]byte(user)), 3); f != nil {
			return f
		}
		_, f := l.ask("login", b64([]byte(password)), 2)
		return f
	}
	return &Failure{Kind: iru.Forbidden, Phase: "login", Words: "the server offers neither PLAIN nor LOGIN here"}
}

// send hands one letter over. sent tells whether all of it, the final dot included, has left us.
func (l *line) send(t Letter) (a answer, sent bool, f *Failure) {
	if l.size > 0 && int64(len(t.Bytes)) > l.size {
		return a, false, invalid("%d bytes, the mail server takes at most %d", len(t.Bytes), l.size)
	}
	phases, cmds, want := []string{}, []string{}, []int{}
	add := func(phase, cmd string, code int) {
		phases, cmds, want = append(phases, phase), append(cmds, cmd+"\r\n"), append(want, code)
	}
	if l.dirty {
		add("reset", "RSET", 2)
	}
	from, to := "MAIL FROM:<"+t.From+">", "RCPT TO:<"+t.To+">"
	if l.size > 0 {
		from += " SIZE=" + strconv.Itoa(len(t.Bytes))
	}
	if l.dsn {
		// RFC 3461: the headers are enough, and every outcome is told, success too: that one may be the receipt.
		from += " RET=HDRS ENVID=" + xtext(strings.Trim(t.MessageID, "<>"))
		to += " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;" + xtext(t.To)
	}
	add("sender", from, 2)
	add("recipient", to, 2)
	if l.chunking && l.pipelining {
		return l.chunk(t, cmds, phases)
	}
	add("data", "DATA", 3)

	if l.pipelining {
		if _, err := l.nc.Write([]byte(strings.Join(cmds, ""))); err != nil {
			return a, false, l.fail(phases[0], err)
		}
	}
	l.dirty = true
	for i := range cmds {
		if !l.pipelining {
			if _, err := l.nc.Write([]byte(cmds[i])); err != nil {
				return a, false, l.fail(phases[i], err)
			}
		}
		got, g := l.expect(phases[i], want[i])
		if f == nil {
			f = g
		}
		switch {
		case f == nil:
		case !l.pipelining || f == g && f.Code == 0:
			return a, false, f
		case g != nil && g.Code == 0, got.code == 354:
			// The answers to what was sent ahead do not come, or it waits for the data of a refused recipient: leaving is the
			// only way that sends nothing.
			l.nc.Close()
			return a, false, f
		}
	}
	if f != nil {
		return a, false, f
	}
	whole := make([]byte, 0, len(t.Bytes)+64)
	whole = append(whole, bytes.ReplaceAll(t.Bytes, []byte("\r\n."), []byte("\r\n.."))...)
	if !bytes.HasSuffix(whole, []byte("\r\n")) {
		whole = append(whole, "\r\n"...)
	}
	whole = append(whole, ".\r\n"...)
	if _, err := l.nc.Write(whole); err != nil {
		return a, false, l.fail("data", err)
	}
	a, f = l.expect("answer", 2)
	l.dirty = f != nil
	return a, true, f
}

// brisk is how long ago a connection must have answered for a letter to be sent over it without asking first.
const brisk = time.Second

// chunk hands a letter over as it is, in one piece (RFC 3030): nobody looks for its end in it, and on a connection that answered just now all of it goes out at
// once and is answered at once. cmds open the transaction; each wants a 2xx.
func (l *line) chunk(t Letter, cmds, phases []string) (a answer, sent bool, f *Failure) {
	end := ""
	if !bytes.HasSuffix(t.Bytes, []byte("\r\n")) {
		end = "\r\n"
	}
	opening := strings.Join(cmds, "")
	piece := fmt.Sprintf("BDAT %d LAST\r\n", len(t.Bytes)+len(end))
	ahead := time.Since(l.idle) < brisk && l.silent()
	l.dirty = true
	write := func(phase, head string, body ...[]byte) *Failure {
		all := append(net.Buffers{[]byte(head)}, body...)
		if _, err := all.WriteTo(l.nc); err != nil {
			return l.fail(phase, err)
		}
		return nil
	}
	if ahead {
		f = write(phases[0], opening+piece, t.Bytes, []byte(end))
	} else {
		f = write(phases[0], opening)
	}
	if f != nil {
		return a, false, f
	}
	for _, phase := range phases {
		_, g := l.expect(phase, 2)
		if f == nil {
			f = g
		}
		if g != nil && (g.Code == 0 || g.Code == 421) {
			return a, ahead && f.Code == 0, f
		}
	}
	switch {
	case f == nil && !ahead:
		if f = write("data", piece, t.Bytes, []byte(end)); f != nil {
			return a, false, f
		}
	case f != nil && ahead: // the piece came nevertheless, and is refused
		if _, g := l.expect("answer", 2); g == nil || g.Code == 0 {
			l.nc.Close()
		}
		return a, false, f
	case f != nil:
		return a, false, f
	}
	a, f = l.expect("answer", 2)
	l.dirty = f != nil
	return a, true, f
}

// silent reports whether the server has neither hung up nor said anything since it last answered.
func (l *line) silent() bool {
	nc := l.nc
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	c, ok := nc.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	waiting := false
	err = raw.Read(func(fd uintptr) bool {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		waiting = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && waiting
}

// good reports whether the connection still answers.
func (l *line) good() *Failure {
	_, f := l.ask("noop", "NOOP", 2)
	l.idle = time.Now()
	return f
}

var waits = regexp.MustCompile(`(?i)\b(?:in|after|for|wait)\s+(\d{1,6})\s*(s|sec|seconds?|m|min|minutes?|h|hours?)\b`)

// refusal types a server's no (RFC 5321, section 4.2.1; RFC 3463: class 5, subject 7 is policy).
func refusal(phase string, a answer) *Failure {
	f := &Failure{Kind: iru.Invalid, Phase: phase, Code: a.code, Words: words(strings.ReplaceAll(a.text, "\n", " "))}
	switch {
	case a.code < 400:
		return &Failure{Kind: iru.Unavailable, Phase: phase, Words: fmt.Sprintf("what answers there speaks no SMTP: %d out of turn", a.code)}
	case a.code < 500:
		f.Kind = iru.Unavailable
		if m := waits.FindStringSubmatch(a.text); m != nil {
			n, _ := strconv.Atoi(m[1])
			unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour}[m[2][0]|0x20]
			f.RetryAfter = min(time.Duration(n)*unit, 24*time.Hour)
		}
	case a.code == 530 || a.code == 534 || a.code == 535 || a.code == 538 || strings.HasPrefix(a.text, "5.7."):
		f.Kind = iru.Forbidden
	}
	return f
}

// xtext is the encoding of RFC 3461, section 4.
func xtext(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f && c != '+' && c != '=' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "+%02X", c)
		}
	}
	return b.String()
}

func unxtext(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
