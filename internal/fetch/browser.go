// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"iolaus/internal/iru"
)

// A Browser is a Chromium that is installed on this machine. It is safe for use by many at once; each Capture starts one anew.
type Browser struct {
	Path    string // of the program
	Version string // "Chromium 148.0.7778.167"
	User    string // who runs it where we are root, which a browser must not be: "nobody"

	uid, gid int
}

// places are where Debian and others install Chromium. The first is the program itself: the script in the search path adds
// flags of the machine's administrator, and extensions.
var places = []string{"/usr/lib/chromium/chromium", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// FindBrowser looks for Chromium: the program at a path, or where the path is empty the one that is installed. Errors: Unavailable,
// with what to install.
func FindBrowser(path string) (*Browser, error) {
	candidates := places
	if path != "" {
		candidates = []string{path}
	}
	b := &Browser{User: "nobody"}
	for _, c := range candidates {
		if found, err := exec.LookPath(c); err == nil {
			b.Path = found
			break
		}
	}
	if b.Path == "" {
		return nil, iru.Refuse(iru.Unavailable, "there is no browser to take pictures with ("+strings.Join(candidates, ", ")+")",
			"install Debian's package chromium, or name the program in the configuration")
	}
	var err error
	if b.Path, err = filepath.Abs(b.Path); err != nil {
		return nil, fmt.Errorf("find the browser: %w: %w", iru.Internal, err)
	}
	if err = b.identify(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ask := exec.CommandContext(ctx, b.Path, "--version")
	ask.Env = []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}
	ask.WaitDelay = time.Second
	if os.Geteuid() == 0 {
		ask.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(b.uid), Gid: uint32(b.gid)}}
	}
	said, err := ask.Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w: %w", b.Path, iru.Unavailable, err)
	}
	if b.Version = strings.TrimSpace(string(said)); !versions.MatchString(b.Version) {
		return nil, fmt.Errorf("%w: %s says that it is %.80q, which is no Chromium", iru.Unavailable, b.Path, b.Version)
	}
	return b, nil
}

var versions = regexp.MustCompile(`^(?:Chromium|Google Chrome)[^\n]* (\d+)\.\d+\.\d+\.\d+`)

// identify finds out as whom the browser is to run.
func (b *Browser) identify() error {
	b.uid, b.gid = os.Getuid(), os.Getgid()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup(b.User)
	if err != nil {
		return iru.Refuse(iru.Unavailable, fmt.Sprintf("the browser must not run as root, and there is no user %q", b.User),
			"make that user, name another one in the configuration, or do not run as root")
	}
	uid, bad := strconv.ParseUint(u.Uid, 10, 32)
	gid, worse := strconv.ParseUint(u.Gid, 10, 32)
	if err = errors.Join(bad, worse); err != nil {
		return fmt.Errorf("find user %s: %w: %w", b.User, iru.Internal, err)
	}
	if uid == 0 {
		return iru.Refuse(iru.Unavailable, "the browser must not run as root: its sandbox would be off", "name another user in the configuration")
	}
	b.uid, b.gid = int(uid), int(gid)
	return nil
}

// agent is the browser's own User-Agent as it is with a window.
func (b *Browser) agent() string {
	major := "0"
	if m := versions.FindStringSubmatch(b.Version); m != nil {
		major = m[1]
	}
	return "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + major + ".0.0.0 Safari/537.36"
}

// flags are the browser's options for one exhibit. What is switched off here would ask somebody by itself, or would reach the
// network past the proxy.
//
// Its own profile has a proxy that answers nobody, so that nothing which the browser does for itself reaches the network or the
// tape; the page lives in a second one, whose proxy is the recording one (see prepare).
func flags(p *Proxy, nowhere, agent string, o ShotOptions) []string {
	list := []string{
		"--headless",
		"--remote-debugging-pipe",
		"--no-startup-window",
		// One way out.
		"--proxy-server=http://" + nowhere,
		"--proxy-bypass-list=<-loopback>",
		"--ignore-certificate-errors-spki-list=" + p.Pin(),
		"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
		"--disable-quic",
		"--dns-prefetch-disable",
		// Nothing but the page.
		"--no-first-run",
		"--no-default-browser-check",
		"--no-pings",
		"--no-service-autorun",
		"--disable-background-networking",
		"--disable-breakpad",
		"--disable-client-side-phishing-detection",
		"--disable-component-extensions-with-background-pages",
		"--disable-component-update",
		"--disable-crash-reporter",
		"--disable-default-apps",
		"--disable-domain-reliability",
		"--disable-extensions",
		"--disable-field-trial-config",
		"--disable-sync",
		"--metrics-recording-only",
		"--disable-features=" + strings.Join([]string{"AimEnabled", "AimServerEligibilityEnabled", "AimServerRequestOnStartupEnabled", "AutofillServerCommunication", "CertificateTransparencyComponentUpdater", "DialMediaRouteProvider",
			"GlobalMediaControls", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "InterestFeedContentSuggestions", "MediaRouter",
			"NetworkTimeServiceQuerying", "OptimizationGuideModelDownloading", "OptimizationHints", "OptimizationHintsFetching", "PreconnectFromKeyedService",
			"PreconnectToSearch", "Translate"}, ","),
		// Nobody sits before it.
		"--deny-permission-prompts",
		"--disable-backgrounding-occluded-windows",
		"--disable-background-timer-throttling",
		"--disable-hang-monitor",
		"--disable-popup-blocking",
		"--disable-prompt-on-repost",
		"--disable-renderer-backgrounding",
		"--disable-speech-api",
		"--force-color-profile=srgb",
		"--hide-scrollbars",
		"--mute-audio",
		"--password-store=basic",
		"--use-mock-keychain",
		// There is no graphics card, and software that plays one is the dearest part of a page.
		"--disable-gpu",
		"--disable-software-rasterizer",
		"--user-agent=" + agent,
		"--accept-lang=" + o.Language,
		"--lang=" + strings.Split(o.Language, ",")[0],
		fmt.Sprintf("--window-size=%d,%d", o.Width, o.Height),
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &fs); err != nil || int64(fs.Bavail)*fs.Bsize < 1<<30 { // small in containers
		list = append(list, "--disable-dev-shm-usage")
	}
	return list
}

// reserve takes a port of 127.0.0.1 on which nobody listens, and holds it.
func reserve() (address string, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, fmt.Errorf("take a port: %w: %w", iru.Unavailable, err)
	}
	release = func() { _ = syscall.Close(fd) }
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		var got syscall.Sockaddr
		if got, err = syscall.Getsockname(fd); err == nil {
			if a, ok := got.(*syscall.SockaddrInet4); ok {
				return fmt.Sprintf("127.0.0.1:%d", a.Port), release, nil
			}
		}
	}
	release()
	return "", nil, fmt.Errorf("take a port: %w: %w", iru.Unavailable, err)
}
