// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/crypto/ssh"
)

// Machines of hosts have a shell server in public, as machines do: a banner and a host key, and nobody is let in.

// banners by the place of the host in the world, so that machines of one host look alike.
var banners = []string{"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", "SSH-2.0-OpenSSH_10.0p2 Debian-7", "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5", "SSH-2.0-OpenSSH_8.9p1"}

// sshConfig is the server of one address: its host key comes from the seed and the address.
func (r *Range) sshConfig(a netip.Addr) (*ssh.ServerConfig, error) {
	signer, err := ssh.NewSignerFromSigner(seededKey(r.opt.Seed, "ssh "+a.String()))
	if err != nil {
		return nil, err
	}
	c := &ssh.ServerConfig{ServerVersion: banners[int(a.As4()[2])%len(banners)], MaxAuthTries: 1,
		PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, errors.New("nobody is let in") }}
	c.AddHostKey(signer)
	return c, nil
}

// serveSSH greets until the listener is closed. A visitor has ten seconds.
func (r *Range) serveSSH(l net.Listener, c *ssh.ServerConfig) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		r.wg.Go(func() {
			defer conn.Close()
			if conn.SetDeadline(time.Now().Add(10*time.Second)) == nil {
				ssh.NewServerConn(conn, c) // it ends with a refusal, which is meant
			}
		})
	}
}
