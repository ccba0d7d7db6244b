// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"iolaus/internal/iru"
)

// longestMessage bounds one message of the browser: a picture of 64 MB in base64, and some room.
const longestMessage = 96 << 20

// devtools speaks Chromium's debugging protocol over two pipes: JSON, each message ended by a zero byte. The browser is not
// trusted: messages are bounded, and events that nobody asked for are not kept. (chromedp's own client queues events without a
// bound and decodes every one.)
type devtools struct {
	to    *os.File
	from  *os.File
	event func(session, method string, params jsontext.Value) // called by the reader; it must not call
	done  chan struct{}                                       // closed when the browser hung up

	mu      sync.Mutex
	number  int64
	waiting map[int64]chan<- message
}

// A message is one of both directions.
type message struct {
	ID      int64          `json:"id,omitzero"`
	Method  string         `json:"method,omitzero"`
	Session string         `json:"sessionId,omitzero"`
	Params  jsontext.Value `json:"params,omitzero"`
	Result  jsontext.Value `json:"result,omitzero"`
	Error   *struct {
		Code    int64  `json:"code"`
		Message string `json:"message"`
	} `json:"error,omitzero"`
	lost error
}

// lenient takes pages' broken text as it is.
func lenient() json.Options {
	return json.JoinOptions(json.DefaultOptionsV2(), jsontext.AllowInvalidUTF8(true))
}

// talk begins to read. Both files belong to the devtools from now on.
func talk(to, from *os.File, event func(session, method string, params jsontext.Value)) *devtools {
	d := &devtools{to: to, from: from, event: event, done: make(chan struct{}), waiting: map[int64]chan<- message{}}
	go d.listen()
	return d
}

// close hangs up, which ends the browser, and waits for the reader.
func (d *devtools) close() {
	d.to.Close()
	d.from.Close()
	<-d.done
}

func (d *devtools) listen() {
	defer func() {
		d.mu.Lock()
		d.waiting = nil
		d.mu.Unlock()
		close(d.done)
	}()
	in := bufio.NewReaderSize(d.from, 256<<10)
	var pile bytes.Buffer
	for {
		raw, err := nextMessage(in, &pile)
		if err != nil && !errors.Is(err, ErrTooLarge) {
			return
		}
		var m message
		if err != nil {
			if m.ID = numberOf(raw); m.ID == 0 {
				continue // an event that is too long
			}
			m.lost = err
		} else if m.ID, m.Result = answerOf(raw); m.ID == 0 && json.Unmarshal(raw, &m, lenient()) != nil {
			continue
		}
		if m.ID == 0 {
			d.event(m.Session, m.Method, m.Params)
			continue
		}
		d.mu.Lock()
		answer := d.waiting[m.ID]
		delete(d.waiting, m.ID)
		d.mu.Unlock()
		if answer != nil {
			answer <- m // it has room for one
		}
	}
}

// nextMessage reads to the zero byte; pile is where a long message is put together. With ErrTooLarge it returns the beginning, and
// the rest was passed over.
func nextMessage(in *bufio.Reader, pile *bytes.Buffer) ([]byte, error) {
	pile.Reset()
	over := false
	for {
		part, err := in.ReadSlice(0)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if over = over || pile.Len()+len(part) > longestMessage; !over {
			pile.Write(part)
		}
		if err != nil {
			continue
		}
		if over {
			return bytes.Clone(pile.Bytes()[:min(pile.Len(), 64)]), fmt.Errorf("%w: a message of the browser of more than %d bytes", ErrTooLarge, longestMessage)
		}
		return bytes.Clone(bytes.TrimSuffix(pile.Bytes(), []byte{0})), nil
	}
}

// answerOf takes apart an answer as Chromium writes it, {"id":1,"result":...,"sessionId":"..."}, without looking into its result,
// which may be long. The number is 0 where the message is another one.
func answerOf(raw []byte) (int64, jsontext.Value) {
	rest, ok := bytes.CutPrefix(raw, []byte(`{"id":`))
	digits, rest, found := bytes.Cut(rest, []byte(`,"result":`))
	n, err := strconv.ParseInt(string(digits[:min(len(digits), 20)]), 10, 64)
	if !ok || !found || err != nil || !bytes.HasSuffix(rest, []byte("}")) {
		return 0, nil
	}
	if i := bytes.LastIndex(rest[max(0, len(rest)-100):], []byte(`,"sessionId":"`)); i >= 0 {
		i += max(0, len(rest)-100)
		if id := rest[i+len(`,"sessionId":"`):]; bytes.IndexByte(id, '"') == len(id)-2 {
			return n, jsontext.Value(rest[:i])
		}
	}
	return n, jsontext.Value(rest[:len(rest)-1])
}

// numberOf reads the number that every answer begins with.
func numberOf(raw []byte) (n int64) {
	if _, err := fmt.Sscanf(string(raw), `{"id":%d,`, &n); err != nil {
		return 0
	}
	return n
}

// send gives a command and waits for no answer.
func (d *devtools) send(session, method string, params any) error {
	return d.post(session, method, params, nil)
}

func (d *devtools) post(session, method string, params any, answer chan<- message) error {
	m := message{Method: method, Session: session}
	var err error
	if params != nil {
		if m.Params, err = json.Marshal(params, lenient()); err != nil {
			return fmt.Errorf("ask the browser: %s: %w: %w", method, iru.Internal, err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting == nil {
		return fmt.Errorf("ask the browser: %s: %w", method, errGone)
	}
	d.number++
	m.ID = d.number
	raw, err := json.Marshal(m, lenient())
	if err != nil {
		return fmt.Errorf("ask the browser: %s: %w: %w", method, iru.Internal, err)
	}
	if answer != nil {
		d.waiting[m.ID] = answer
	}
	_ = d.to.SetWriteDeadline(time.Now().Add(10 * time.Second)) // a browser that no longer reads is as good as dead
	if _, err = d.to.Write(append(raw, 0)); err != nil {
		delete(d.waiting, m.ID)
		return fmt.Errorf("ask the browser: %s: %w: %w", method, errGone, err)
	}
	return nil
}

// errGone: the browser ended, crashed or was killed.
var errGone = fmt.Errorf("%w: the browser ended", iru.Unavailable)

// call gives a command and waits for its answer, which is decoded into result where that is not nil; a
// *jsontext.Value takes it as it came.
func (d *devtools) call(ctx context.Context, session, method string, params, result any) error {
	answer := make(chan message, 1)
	if err := d.post(session, method, params, answer); err != nil {
		return err
	}
	select {
	case m := <-answer:
		switch {
		case m.lost != nil:
			return fmt.Errorf("ask the browser: %s: %w", method, m.lost)
		case m.Error != nil:
			return fmt.Errorf("ask the browser: %s: %w: %.300s", method, iru.Unavailable, m.Error.Message)
		case result == nil:
			return nil
		}
		if raw, ok := result.(*jsontext.Value); ok {
			*raw = m.Result
			return nil
		}
		if err := json.Unmarshal(m.Result, result, lenient()); err != nil {
			return fmt.Errorf("ask the browser: %s: %w: %w", method, iru.Unavailable, err)
		}
		return nil
	case <-d.done:
		return fmt.Errorf("ask the browser: %s: %w", method, errGone)
	case <-ctx.Done():
		return fmt.Errorf("ask the browser: %s: %w: the page does not answer", method, ErrTimeout)
	}
}
