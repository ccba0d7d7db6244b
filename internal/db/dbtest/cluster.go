// SPDX-License-Identifier: EUPL-1.2

package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"iolaus/internal/db"
)

const (
	user     = "iolaus"   // the superuser of the private cluster
	migrated = "migrated" // the database that has all tables and no rows
	patience = time.Minute
)

// Durability is not under test here: nothing is synced, and the segments of the log are small because they are copied.
const settings = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 " +
	"-c max_wal_size=64MB -c shared_buffers=16MB -c max_connections=200 -c autovacuum=off -c jit=off -c listen_addresses= "

// durable is for measurements: everything is synced, as on a machine that matters.
const durable = "-c max_connections=200 -c jit=off -c listen_addresses= "

// program finds a program of Debian's PostgreSQL, of the newest version there is.
func program(name string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 {
		return found[0], nil
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return "", fmt.Errorf("PostgreSQL's %s is missing: apt-get install --no-install-recommends postgresql", name)
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// credential is whom the server runs as: PostgreSQL refuses to be root.
func credential() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as")
}

// base is the folder for clusters; root's own temporary folder may be closed to the server's user.
func base() string {
	if os.Getuid() == 0 {
		return "/tmp"
	}
	return os.TempDir()
}

// start copies the template cluster, making it when it is missing, and starts a server on the copy.
func start() (*cluster, error) {
	bin, err := program("postgres")
	if err != nil {
		return nil, err
	}
	cred, err := credential()
	if err != nil {
		return nil, err
	}
	from, err := prepare(bin, cred)
	if err != nil {
		return nil, err
	}
	c, err := serve(bin, cred, from, settings)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.dsn(migrated))
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) // nothing is left to say
	return c, conn.QueryRow(ctx, shape).Scan(&c.shape)
}

// prepare gives the folder of a stopped cluster with a migrated database in it. It is kept from run to run, named after all that
// went into it; the processes of one `go test` agree through a lock who makes it.
func prepare(bin string, cred *syscall.Credential) (string, error) {
	sum := sha256.Sum256([]byte(bin + "\n" + settings + db.SchemaID()))
	root := filepath.Join(base(), fmt.Sprintf("iolaus-dbtest-%d", os.Getuid()))
	if err := os.Mkdir(root, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(root)
	if err != nil {
		return "", err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(st.Uid) != os.Getuid() {
		return "", fmt.Errorf("%s is not a folder of ours: remove it", root)
	}
	lock, err := os.OpenFile(filepath.Join(root, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close() // closing gives the lock back
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	ready := filepath.Join(root, fmt.Sprintf("%x", sum[:8]))
	if _, err := os.Stat(ready); err == nil {
		now := time.Now()
		return ready, os.Chtimes(ready, now, now)
	}
	forget(root)
	return ready, build(bin, cred, ready)
}

// forget removes templates that no run has used for two days.
func forget(root string) {
	old, _ := filepath.Glob(filepath.Join(root, "????????????????"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 48*time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

func build(bin string, cred *syscall.Credential, ready string) error {
	dir, err := folder(cred)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // it is a temporary folder
	initdb := exec.Command(filepath.Join(filepath.Dir(bin), "initdb"), "-D", filepath.Join(dir, "fresh"), "-U", user, "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1")
	initdb.Dir = dir
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	c, err := serve(bin, cred, filepath.Join(dir, "fresh"), settings)
	if err != nil {
		return err
	}
	defer c.alive.Close() // the shell removes the cluster
	if err := c.run("CREATE DATABASE " + migrated); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, c.dsn(migrated))
	if err != nil {
		return err
	}
	if err := errors.Join(d.Close(), c.admin.Close(ctx)); err != nil {
		return err
	}
	stop := exec.Command(filepath.Join(filepath.Dir(bin), "pg_ctl"), "-D", filepath.Join(c.dir, "data"), "-m", "fast", "-w", "stop")
	stop.Dir = dir
	stop.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	if out, err := stop.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_ctl stop: %w\n%s", err, out)
	}
	// The shell waits for its pipe before it removes the folder. The copy is renamed last, so that half a template is none.
	if out, err := exec.Command("cp", "-a", filepath.Join(c.dir, "data"), ready+".new").CombinedOutput(); err != nil {
		return fmt.Errorf("copy cluster: %w\n%s", err, out)
	}
	return os.Rename(ready+".new", ready)
}

// folder makes a temporary folder of the server's user, with a name short enough for a socket.
func folder(cred *syscall.Credential) (string, error) {
	dir, err := os.MkdirTemp(base(), "iolaus-pg-")
	if err != nil {
		return "", err
	}
	if cred != nil {
		err = os.Chown(dir, int(cred.Uid), int(cred.Gid))
	}
	return dir, err
}

// The shell outlives this process for a moment: it stops the server and removes the folder as soon as its standard input ends.
const keeper = `cp -a "$2" data && chmod 700 data || exit 1
"$1" -D data -k "$PWD" $3 >log 2>&1 &
read -r _
kill -QUIT $! 2>/dev/null
wait $!
cd / && rm -rf "$4"`

func serve(bin string, cred *syscall.Credential, from, settings string) (*cluster, error) {
	dir, err := folder(cred)
	if err != nil {
		return nil, err
	}
	shell := exec.Command("/bin/sh", "-c", keeper, "sh", bin, from, settings, dir)
	shell.Dir = dir
	shell.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}
	// A group of its own keeps an interrupt at the terminal from reaching the server before its shell.
	shell.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Setpgid: true}
	alive, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := shell.Start(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- shell.Wait() }()
	c := &cluster{dir: dir, alive: alive}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.dsn("postgres"))
		if err == nil {
			return c, conn.Close(ctx)
		}
		select {
		case err = <-ended:
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
			continue
		}
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		_ = alive.Close()
		return nil, fmt.Errorf("PostgreSQL did not start: %w\n%s", err, log)
	}
}
