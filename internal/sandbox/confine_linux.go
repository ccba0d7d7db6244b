// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	landlocksys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// nobody owns nothing, by the convention of every Unix.
const nobody = 65534

// confine gives away, in the cell, all that reading a file does not need. What cannot be given away is said.
func confine(b bounds) (s Status) {
	memory, own := b.memory, b.own
	lacks := func(what string, err error) {
		if err != nil && len(s.Missing) < maxMissing {
			s.Missing = append(s.Missing, string(words(what+": "+err.Error())))
		}
	}
	runtime.LockOSThread() // what prctl sets is a thread's own until the filter hands it on
	defer runtime.UnlockOSThread()
	debug.SetMemoryLimit(memory / 4 * 3)
	lacks("inherited files stay open", closeRest(b.program != ""))
	lacks("does not volunteer to be killed first", volunteer())
	size, data, err := occupied()
	lacks("no limit on memory", err)
	counted := own && os.Getuid() != 0 // in a world of its own users, whose processes are counted apart from all others
	lacks("runs as root", becomeNobody())
	s.User = os.Getuid()
	for _, p := range []struct{ what, option, value int }{
		{0, unix.PR_SET_NO_NEW_PRIVS, 1}, {1, unix.PR_SET_DUMPABLE, 0}, {2, unix.PR_SET_PDEATHSIG, int(unix.SIGKILL)},
	} {
		lacks([]string{"may gain privileges", "may be traced", "outlives its parent"}[p.what], unix.Prctl(p.option, uintptr(p.value), 0, 0, 0))
	}
	if err == nil {
		err = limit(b, size, data, counted)
		lacks("not all limits", err)
		s.Limits = err == nil
	}
	s.Landlock, err = lockFiles(b.program)
	lacks("no landlock", err)
	if err == nil && s.Landlock < 6 {
		lacks("not all of landlock", fmt.Errorf("this kernel has version %d, signals came with 6", s.Landlock))
	}
	err = filterCalls(b.program != "")
	lacks("no seccomp", err)
	s.Seccomp = err == nil
	return s
}

// lockFiles closes files, TCP, abstract sockets and other processes, as far as this kernel can, and gives the version of what it can.
// A program keeps itself, its input if that is a file, and the folders in which the loader looks for libraries (ld.so(8)).
func lockFiles(program string) (int, error) {
	v, err := landlocksys.LandlockGetABIVersion()
	if err != nil {
		return 0, err
	}
	if program == "" {
		return v, landlock.V11.BestEffort().Restrict()
	}
	rules := []landlock.Rule{
		landlock.RODirs("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib").IgnoreIfMissing(),
		landlock.ROFiles("/etc/ld.so.cache", os.DevNull).IgnoreIfMissing(),
		landlock.ROFiles(program),
	}
	var st unix.Stat_t
	if unix.Fstat(0, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFREG {
		rules = append(rules, landlock.PathAccess(landlocksys.AccessFSReadFile, Input))
	}
	return v, landlock.V11.BestEffort().RestrictPaths(rules...)
}

// closeRest closes what the parent's own parent left open. What the runtime opened for itself stays.
func closeRest(hello bool) error {
	dir, err := unix.Open("/proc/self/fd", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(dir) }()
	var names []string
	for b := make([]byte, 4<<10); ; {
		n, err := unix.ReadDirent(dir, b)
		if err != nil || n <= 0 {
			break
		}
		_, _, names = unix.ParseDirent(b[:n], -1, names)
	}
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err != nil || n <= 2 || n == dir || hello && n == helloPipe {
			continue
		}
		if to, err := os.Readlink("/proc/self/fd/" + name); err == nil && !strings.HasPrefix(to, "anon_inode:[event") {
			_ = unix.Close(n) // closed it is, whatever it says
		}
	}
	return nil
}

// small reads a small file without the runtime's poller, which would keep files of its own open.
func small(path string) (string, error) {
	f, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(f) }()
	b := make([]byte, 4<<10)
	n, err := unix.Read(f, b)
	return string(b[:max(n, 0)]), err
}

// volunteer makes the system kill a cell first when it runs out of memory.
func volunteer() error {
	f, err := unix.Open("/proc/self/oom_score_adj", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(f) }()
	_, err = unix.Write(f, []byte("1000"))
	return err
}

// occupied is the room that the process takes before it reads anything: addresses, and those that it may write to.
func occupied() (size, data uint64, err error) {
	s, err := small("/proc/self/statm")
	if err != nil {
		return 0, 0, err
	}
	f := strings.Fields(s)
	if len(f) < 6 {
		return 0, 0, unix.EINVAL
	}
	size, err = strconv.ParseUint(f[0], 10, 64)
	if err == nil {
		data, err = strconv.ParseUint(f[5], 10, 64)
	}
	page := uint64(os.Getpagesize())
	return size * page, data * page, err
}

// becomeNobody gives root away; anybody else stays what he is, which in a world of his own is nobody, too.
func becomeNobody() error {
	if os.Getuid() != 0 {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	if err := syscall.Setresgid(nobody, nobody, nobody); err != nil {
		return err
	}
	return syscall.Setresuid(nobody, nobody, nobody)
}

// limit bounds what the process takes. Go reserves addresses far ahead, so the room that counts is the one it may write to.
func limit(b bounds, size, data uint64, counted bool) error {
	spare := uint64(256 << 20) // reserved ahead of use
	if b.program != "" {
		spare = 8 << 30 // the C library reserves 72 MB a thread
	}
	most := uint64(b.memory)
	for _, l := range []struct {
		what int
		most uint64
	}{
		{unix.RLIMIT_DATA, data + most},
		{unix.RLIMIT_AS, size + most + spare},
		{unix.RLIMIT_CPU, b.cpu},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_MEMLOCK, 0},
		{unix.RLIMIT_MSGQUEUE, 0},
		{unix.RLIMIT_NOFILE, 16},
		{unix.RLIMIT_NPROC, 64}, // threads
	} {
		if l.what == unix.RLIMIT_NPROC && !counted {
			continue
		}
		if err := unix.Setrlimit(l.what, &unix.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return fmt.Errorf("limit %d: %w", l.what, err)
		}
	}
	return nil
}
