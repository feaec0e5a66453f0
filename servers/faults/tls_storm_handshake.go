package faults

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// The fixes of tls-storm that act where crypto/tls calls GetConfigForClient. They spare sane clients some harm, but see
// complete hellos only: what keeps the sniffer awake, or leaks, never comes this far.

// earlyValidation refuses a handshake by its ClientHello, before any key is computed.
type earlyValidation struct {
	*tlsService
	// perSecond is how many hellos one source address may send in a second.
	perSecond int
	names     map[string]bool

	mu     sync.Mutex
	second int64
	counts map[string]int
}

func (f *earlyValidation) Apply() error {
	leaf, err := x509.ParseCertificate(f.config.Load().Certificates[0].Certificate[0])
	if err != nil {
		return err
	}
	f.names = map[string]bool{}
	for _, name := range leaf.DNSNames {
		f.names[name] = true
	}
	f.validation.Store(f)
	return nil
}

func (f *earlyValidation) Revert() error {
	f.validation.Store(nil)
	return nil
}

func (f *earlyValidation) check(hello *tls.ClientHelloInfo, c *conn) error {
	// Who connects by IP address sends no name (RFC 6066, 3).
	if name := hello.ServerName; name != "" && !f.names[strings.ToLower(name)] {
		return fmt.Errorf("server name %q is not served here", name)
	}
	if !offers(hello.SupportedVersions, tls.VersionTLS12) && !offers(hello.SupportedVersions, tls.VersionTLS13) {
		return fmt.Errorf("no version offered from TLS 1.2 on: %x", hello.SupportedVersions)
	}
	if alpn := hello.SupportedProtos; len(alpn) > 0 && !offers(alpn, "h2") && !offers(alpn, "http/1.1") {
		return fmt.Errorf("no protocol offered that is served here: %q", alpn)
	}
	if random := clientRandom(c.head); random != nil && bytes.Count(random, random[:1]) == len(random) {
		return fmt.Errorf("client random is %d times the byte %#x", len(random), random[0])
	}
	if n := f.count(c.RemoteAddr()); n > f.perSecond {
		return fmt.Errorf("hello %d of this source in one second, at most %d", n, f.perSecond)
	}
	return nil
}

// count returns the how-manieth hello of the address this is in the current second.
func (f *earlyValidation) count(address net.Addr) int {
	source, _, _ := net.SplitHostPort(address.String())
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now().Unix(); now != f.second {
		f.second, f.counts = now, map[string]int{}
	}
	f.counts[source]++
	return f.counts[source]
}

func offers[T comparable](offered []T, wanted T) bool {
	for _, one := range offered {
		if one == wanted {
			return true
		}
	}
	return false
}

// configSwap changes the certificate under running connections: each handshake asks for the configuration anew, and
// the accept queue moves to a new descriptor before the old one closes, so that no connection falls between.
type configSwap struct {
	*tlsService
	// reloadListener makes a duplicate of the listener take over.
	reloadListener func() error
	previous       *tls.Config
}

func (f *configSwap) Apply() error {
	next, err := f.load("next-chain.pem", "next-key.pem")
	if err != nil {
		return err
	}
	f.previous = f.config.Swap(next)
	if err := f.reloadListener(); err != nil {
		f.config.Store(f.previous)
		return err
	}
	return nil
}

func (f *configSwap) Revert() error {
	if err := f.reloadListener(); err != nil {
		return err
	}
	f.config.Store(f.previous)
	return nil
}
