package faults

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
)

// tlsService is HTTP over TLS, by crypto/tls and net/http as they come, for whatever connections it is given.
type tlsService struct {
	greeter
	folder string
	server *http.Server
	// config is what the next handshake uses.
	config     atomic.Pointer[tls.Config]
	validation atomic.Pointer[earlyValidation]
	// helloSeen, if set, is told of each connection whose ClientHello is complete, from that connection's goroutine.
	helloSeen func(*conn)

	validated, rejected, succeeded, failed atomic.Uint64
}

func newTLSService(folder string) (*tlsService, error) {
	if folder == "" {
		return nil, errors.New("needs a folder with chain.pem and key.pem: --certificates DIR")
	}
	s := &tlsService{folder: folder}
	config, err := s.load("chain.pem", "key.pem")
	if err != nil {
		return nil, err
	}
	s.config.Store(config)
	s.server = &http.Server{
		Handler:   &s.greeter,
		TLSConfig: &tls.Config{Certificates: config.Certificates, NextProtos: config.NextProtos, GetConfigForClient: s.configFor},
		ConnState: s.observe,
		ErrorLog:  log.New(complaints{s}, "", 0),
	}
	return s, nil
}

// load reads a certificate chain and its key, both PEM, from the service's folder.
func (s *tlsService) load(chain, key string) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(filepath.Join(s.folder, chain), filepath.Join(s.folder, key))
	if err != nil {
		return nil, fmt.Errorf("cannot load certificate %s of %s: %w", chain, s.folder, err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}
	// Of its own: else clients resume a session across a swap and never see the other certificate.
	var ticketKey [32]byte
	if _, err := rand.Read(ticketKey[:]); err != nil {
		return nil, err
	}
	config.SetSessionTicketKeys([][32]byte{ticketKey})
	return config, nil
}

// serve handles the connections of a listener, until the service's server is closed.
func (s *tlsService) serve(l net.Listener) { mustEndByClose(s.server.ServeTLS(l, "", "")) }

// serveHandshaken does so where each connection is a *tls.Conn already.
func (s *tlsService) serveHandshaken(l net.Listener) { mustEndByClose(s.server.Serve(l)) }

// mustEndByClose panics if a server has ended by itself: a target that hears nobody must not look like one at rest.
func mustEndByClose(err error) {
	if err != http.ErrServerClosed {
		panic(fmt.Sprintf("http.Server ended: %v", err))
	}
}

// configFor is called by crypto/tls for each complete ClientHello.
func (s *tlsService) configFor(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	c := hello.Conn.(*conn)
	if s.helloSeen != nil {
		s.helloSeen(c)
	}
	if v := s.validation.Load(); v != nil {
		s.validated.Add(1)
		if err := v.check(hello, c); err != nil {
			s.rejected.Add(1)
			return nil, err
		}
	}
	return s.config.Load(), nil
}

// observe counts a handshake as successful when the first request begins: that is when net/http lets go of it.
func (s *tlsService) observe(connection net.Conn, state http.ConnState) {
	if t, ok := connection.(*tls.Conn); ok && state == http.StateActive {
		if c := t.NetConn().(*conn); !c.active {
			c.active = true
			s.succeeded.Add(1)
		}
	}
}

func (s *tlsService) counters() map[string]uint64 {
	return map[string]uint64{
		"validated":              s.validated.Load(),
		"rejected_by_validation": s.rejected.Load(),
		"handshakes_ok":          s.succeeded.Load(),
		"handshakes_failed":      s.failed.Load(),
		"requests":               s.requests.Load(),
	}
}

// complaints counts the failed handshakes among the lines that net/http logs; the rest goes to standard error.
type complaints struct{ *tlsService }

func (c complaints) Write(line []byte) (int, error) {
	if bytes.HasPrefix(line, []byte("http: TLS handshake error ")) {
		c.failed.Add(1)
		return len(line), nil
	}
	return os.Stderr.Write(line)
}
