// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// How the program knows that it is to be a cell.
const (
	name     = "iolaus: reader"
	variable = "IOLAUS_READER" // how much memory it may have, and whether its network is its own: "1073741824 net"
)

// Main must be called at the very start of main, and of TestMain of packages that make a pool. In the program it returns at once;
// in a cell it never returns.
func Main() { mainWith(nil) }

// mainWith also answers questions that only tests ask.
func mainWith(more func(kind, []byte, []byte) []byte) {
	if len(os.Args) > 2 && os.Args[0] == runnerName && os.Getenv(runnerVariable) != "" {
		become(os.Getenv(runnerVariable), os.Args[1], os.Args[2:])
	}
	if len(os.Args) != 1 || os.Args[0] != name || os.Getenv(variable) == "" {
		return
	}
	memory, own, err := parseVariable(os.Getenv(variable))
	if err != nil {
		os.Exit(3)
	}
	s := confine(bounds{memory: memory, own: own, cpu: cpuSeconds})
	s.Network = own
	if writeAnswer(os.Stdout, verdictRead, s.pack()) != nil {
		os.Exit(3)
	}
	if serve(os.Stdin, os.Stdout, more) != nil {
		os.Exit(3)
	}
	os.Exit(0)
}

func formatVariable(memory int64, own bool) string {
	if own {
		return fmt.Sprintf("%d net", memory)
	}
	return strconv.FormatInt(memory, 10)
}

func parseVariable(s string) (memory int64, own bool, err error) {
	if len(s) > 4 && s[len(s)-4:] == " net" {
		s, own = s[:len(s)-4], true
	}
	memory, err = strconv.ParseInt(s, 10, 64)
	return memory, own, err
}

// serve answers questions until there are no more.
func serve(in io.Reader, out io.Writer, more func(kind, []byte, []byte) []byte) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		k, err := serveOne(r, out, more)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if k == kindPicture || k == kindPicture512 || k == kindThumbnail {
			giveBack()
		}
	}
}

// serveOne answers one question and holds nothing of it. io.EOF: there is none.
func serveOne(in io.Reader, out io.Writer, more func(kind, []byte, []byte) []byte) (kind, error) {
	q, err := readQuestion(in)
	if err != nil {
		return 0, err
	}
	v, b := q.answer(more)
	return q.kind, writeAnswer(out, v, b)
}

// giveBack gives the room of a large picture back at once: cells wait for the rest of their capture with little.
func giveBack() {
	const much = 64 << 20
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapSys-m.HeapReleased > much {
		debug.FreeOSMemory()
	}
}
