// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bytes"
	"crypto/sha256"
	"net/netip"
	"time"

	"iolaus/internal/fetch"
)

// A tapeNote is an exchange without its bytes, as the journal keeps it.
type tapeNote struct {
	URL       string         `json:"u"`
	Vantage   string         `json:"v,omitempty"`
	Resolver  string         `json:"r,omitempty"`
	Addresses []netip.Addr   `json:"a,omitempty"`
	Local     netip.AddrPort `json:"l,omitzero"`
	Remote    netip.AddrPort `json:"m,omitzero"`
	Start     time.Time      `json:"at"`
	FirstByte time.Time      `json:"f,omitzero"`
	End       time.Time      `json:"e,omitzero"`
	Protocol  string         `json:"p,omitempty"`
	TLS       int            `json:"t,omitzero"` // the how manieth handshake of the journal, from 1; 0 for none
	Status    int            `json:"s,omitzero"`
	Truncated string         `json:"c,omitempty"`
	Error     string         `json:"w,omitempty"`
	Note      string         `json:"n,omitempty"`
	Offset    int64          `json:"o"`          // of the response's record
	Length    int64          `json:"b,omitzero"` // of it; 0 where there is none
}

func noteOf(e fetch.Exchange) tapeNote {
	return tapeNote{URL: e.URL, Vantage: e.Vantage, Resolver: e.Resolver, Addresses: e.Addresses, Local: e.Local, Remote: e.Remote,
		Start: e.Start.UTC(), FirstByte: utc(e.FirstByte), End: utc(e.End), Protocol: e.Protocol, Status: e.Status,
		Truncated: e.Truncated, Error: e.Error, Note: e.Note}
}

// utc also drops the reading of the machine's other clock, which means nothing to the next process.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0)
}

func (n tapeNote) exchange(seen *tapeTLSTable) fetch.Exchange {
	return fetch.Exchange{URL: n.URL, Vantage: n.Vantage, Resolver: n.Resolver, Addresses: n.Addresses, Local: n.Local, Remote: n.Remote,
		Start: n.Start, FirstByte: n.FirstByte, End: n.End, Protocol: n.Protocol, TLS: seen.at(n.TLS), Status: n.Status,
		Truncated: n.Truncated, Error: n.Error, Note: n.Note}
}

// A tapeTLS is a handshake, as the journal keeps it.
type tapeTLS fetch.TLSInfo

// A tapeTLSTable numbers the handshakes of a tape, so that a chain of certificates is written once and not with each exchange.
type tapeTLSTable struct {
	all     []*fetch.TLSInfo
	numbers map[tapeTLSKey]int
}

// A tapeTLSKey tells handshakes apart.
type tapeTLSKey struct {
	version, cipher, name, err string
	chain                      [sha256.Size]byte
}

func tlsKey(i *fetch.TLSInfo) tapeTLSKey {
	return tapeTLSKey{i.Version, i.Cipher, i.Name, i.Error, sha256.Sum256(bytes.Join(i.Chain, nil))}
}

// number gives the number of a handshake, and the handshake where it is new.
func (t *tapeTLSTable) number(i *fetch.TLSInfo) (int, *tapeTLS) {
	if i == nil {
		return 0, nil
	}
	if n, ok := t.numbers[tlsKey(i)]; ok {
		return n, nil
	}
	t.learn(tapeTLS(*i))
	return len(t.all), (*tapeTLS)(i)
}

func (t *tapeTLSTable) learn(s tapeTLS) {
	i := (*fetch.TLSInfo)(&s)
	if t.numbers == nil {
		t.numbers = map[tapeTLSKey]int{}
	}
	t.all = append(t.all, i)
	t.numbers[tlsKey(i)] = len(t.all)
}

func (t *tapeTLSTable) at(n int) *fetch.TLSInfo {
	if n < 1 || n > len(t.all) {
		return nil
	}
	return t.all[n-1]
}
