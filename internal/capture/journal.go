// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strconv"
	"syscall"

	"iolaus/internal/iru"
)

// A journal is a file of lines, each with its checksum: "crc32c JSON\n". Lines are appended in batches; a batch is on the disk before
// the next begins, so a line that is damaged before the last batch was not torn by a fall.
type journal struct {
	file  *os.File
	size  int64 // up to the last whole line
	batch int64 // number of the last batch
}

// A journalLine is all that became true at once.
type journalLine struct {
	Batch     int64       `json:"b"`
	Size      int64       `json:"n"` // of the WARC file
	Exchanges []tapeNote  `json:"x,omitempty"`
	TLS       []tapeTLS   `json:"t,omitempty"` // handshakes that no line before has
	Warnings  []string    `json:"w,omitempty"`
	Scope     []string    `json:"s,omitempty"` // hosts whose pages are followed
	Seen      []string    `json:"h,omitempty"` // addresses that need no asking any more: hops of redirects
	Done      *crawlDone  `json:"d,omitempty"`
	Queue     []crawlItem `json:"q,omitempty"`

	Refused map[string]int `json:"r,omitempty"` // addresses out of bounds, by reason
}

// longestLine bounds what a damaged file may ask of our memory: 2,000 links of 2 KB, and a chain of certificates.
const longestLine = 16 << 20

// openJournal opens or makes the file. One process has it at a time. Errors: Conflict for a second one, Unavailable.
func openJournal(name string) (*journal, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w: %w", iru.Unavailable, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("open journal %s: %w: another process is at it", name, iru.Conflict)
		}
		return nil, fmt.Errorf("open journal: %w: %w", iru.Unavailable, err)
	}
	return &journal{file: f}, nil
}

// replay hands over each line from the first. A torn end is cut. Errors: Conflict for a file that is damaged otherwise.
func (j *journal) replay(each func(journalLine) error) error {
	in := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, 1<<62), 64<<10)
	j.size, j.batch = 0, 0
	at, torn := int64(0), false
	for {
		raw, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read journal: %w: %w", iru.Unavailable, err)
		}
		at += int64(len(raw))
		l, sound := parseLine(raw)
		switch {
		case sound && torn && l.Batch > j.batch+1:
			return fmt.Errorf("read journal: %w: it is damaged at byte %d, and acknowledged lines follow", iru.Conflict, j.size)
		case sound && !torn:
			if err := each(l); err != nil {
				return err
			}
			j.size, j.batch = at, l.Batch
		default:
			torn = torn || len(raw) > 0
		}
		if err != nil {
			break
		}
	}
	if torn {
		if err := j.file.Truncate(j.size); err != nil {
			return fmt.Errorf("cut journal: %w: %w", iru.Unavailable, err)
		}
	}
	return nil
}

// reread hands over the lines that are there, up to one that is being written.
func (j *journal) reread(each func(journalLine) error) error {
	in := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, 1<<62), 64<<10)
	for {
		raw, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read journal: %w: %w", iru.Unavailable, err)
		}
		l, sound := parseLine(raw)
		if !sound {
			return nil
		}
		if err := each(l); err != nil {
			return err
		}
	}
}

// readLine reads a line with its end; of one that is too long, a part.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) || len(line) > longestLine {
			if errors.Is(err, bufio.ErrBufferFull) {
				err = nil
			}
			return line, err
		}
	}
}

func parseLine(raw []byte) (l journalLine, sound bool) {
	if len(raw) < 10 || raw[8] != ' ' || raw[len(raw)-1] != '\n' {
		return l, false
	}
	sum, err := strconv.ParseUint(string(raw[:8]), 16, 32)
	text := raw[9 : len(raw)-1]
	if err != nil || uint32(sum) != crc32.Checksum(text, crc32.MakeTable(crc32.Castagnoli)) {
		return l, false
	}
	return l, json.Unmarshal(text, &l) == nil
}

// format writes a line.
func (l journalLine) format(to []byte) ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return to, fmt.Errorf("write journal: %w: %w", iru.Internal, err)
	}
	to = fmt.Appendf(to, "%08x ", crc32.Checksum(text, crc32.MakeTable(crc32.Castagnoli)))
	return append(append(to, text...), '\n'), nil
}

// append writes the lines of one batch and returns when they are on the disk.
func (j *journal) append(lines []byte) error {
	n, err := j.file.WriteAt(lines, j.size)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("write journal: %w: %w", iru.Unavailable, err)
	}
	j.size += int64(n)
	return nil
}

// cut takes away what a failed append left.
func (j *journal) cut() error {
	if err := j.file.Truncate(j.size); err != nil {
		return fmt.Errorf("cut journal: %w: %w", iru.Unavailable, err)
	}
	return nil
}
