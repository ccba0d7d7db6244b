// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// processes lists the living processes of the browser: its group and, where all are wanted, whatever else names its folder.
func (c *chromium) processes(all bool) (pids []int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1) // what came is looked at
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		group, err := syscall.Getpgid(pid)
		if err != nil || group != c.cmd.Process.Pid && !(all && c.names(name)) {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", name, "stat"))
		if err != nil {
			continue
		}
		_, after, _ := bytes.Cut(stat, []byte(") ")) // the name before it may hold anything
		if len(after) > 0 && after[0] != 'Z' && after[0] != 'X' {
			pids = append(pids, pid)
		}
	}
	return pids
}

// names reports whether a process was told the browser's folder.
func (c *chromium) names(pid string) bool {
	line, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
	return err == nil && bytes.Contains(line, []byte("--user-data-dir="+c.folder+"/"))
}

// memory is how many bytes the browser's processes fill that they share with no file, and which one fills the most.
func (c *chromium) memory() (all int64, biggest int) {
	most := int64(0)
	for _, pid := range c.processes(false) {
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		if err != nil {
			continue
		}
		mine := int64(0)
		for line := range strings.Lines(string(status)) {
			if w := strings.Fields(line); len(w) == 3 && (w[0] == "RssAnon:" || w[0] == "RssShmem:") {
				n, _ := strconv.ParseInt(w[1], 10, 64) // the kernel's own figures
				mine += n << 10
			}
		}
		if all += mine; mine > most {
			most, biggest = mine, pid
		}
	}
	return all, biggest
}

// hold keeps the browser within so many bytes of memory: one process cannot take more by itself, and when all together have, the
// biggest one is killed. It returns when done is closed; full is called after each killing.
func (c *chromium) hold(most int64, done <-chan struct{}, full func()) {
	limit := unix.Rlimit{Cur: uint64(most) + 1<<30, Max: uint64(most) + 1<<30}
	_ = unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_DATA, &limit, nil) // what it does not catch is found below
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			if all, biggest := c.memory(); all > most {
				_ = syscall.Kill(biggest, syscall.SIGKILL)
				full()
			}
		}
	}
}
