package faults

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

func init() {
	Register(Fault{
		Name:     "tls-retry",
		Title:    "Handshakes that are tried again at once: under a deadline far too short, or after an error that stays",
		Variants: []string{"short-deadline", "stored-error", "stock", "stock-bad-hello"},
		Fixes: []Fix{
			{"handshake-deadline", []Cure{Spin}, Standing},
			{"source-cap", []Cure{Spin}, Standing},
			{"early-reject", []Cure{Spin}, Standing},
		},
		Parameters: []Parameter{
			{"read-deadline", "how long the bug waits for the next bytes of a hello", Duration, int64(200 * time.Microsecond), int64(50 * time.Microsecond), int64(time.Second)},
			{"handshakers", "stored-error: handshakes at a time; the others wait", Count, 4, 1, 1 << 10},
			{"hello-deadline", "handshake-deadline: how long a handshake may take", Duration, int64(300 * time.Millisecond), int64(10 * time.Millisecond), int64(time.Hour)},
			{"pending-per-source", "source-cap: incomplete hellos that one address may have", Count, 2, 0, 1 << 20},
			{"refuse-for", "source-cap: how long an address must be quiet to be heard again", Duration, int64(2 * time.Second), int64(time.Millisecond), int64(time.Hour)},
		},
		Start: startTLSRetry,
	})
}

func startTLSRetry(options Options) (Server, error) {
	service, err := newTLSService(options.Certificates)
	if err != nil {
		return nil, err
	}
	listener, err := options.listener()
	if err != nil {
		return nil, err
	}
	s := &tlsRetry{
		netpoller: newNetpoller(service, listener, options.Settings),
		handOver:  newHandOver(listener.Addr()),
		config:    &tls.Config{GetConfigForClient: service.configFor},
	}
	s.handshakers = make(chan struct{}, options.Settings.Count("handshakers"))
	s.capped = &sourceCap{tlsRetry: s, refused: refusals{}}
	s.switches = map[string]Switch{"handshake-deadline": turn(&s.patient)}
	switch options.Variant {
	case "short-deadline":
		s.switches["source-cap"] = Switch{s.capped.turn(true), s.capped.turn(false)}
		go s.acceptAll(s.impatiently)
	case "stored-error":
		s.switches["early-reject"] = turn(&s.screening)
		go s.acceptAll(s.stubbornly)
	default:
		go service.serve(s.listener)
		return stockTLS{s.netpoller}, nil
	}
	go service.serveHandshaken(s.handOver)
	return s, nil
}

// stockTLS is crypto/tls and net/http as they come: an incomplete hello parks a goroutine, a bad one is answered with an
// alert and closed.
type stockTLS struct{ *netpoller }

func (stockTLS) Switches() map[string]Switch { return nil }

// tlsRetry makes the handshakes itself, on the runtime's poller.
type tlsRetry struct {
	*netpoller
	handOver *handOver
	config   *tls.Config

	patient, screening, closing atomic.Bool
	capped                      *sourceCap
	// handshakers holds as many as variant stored-error has at a time.
	handshakers chan struct{}
	switches    map[string]Switch

	turns, rejected, refused atomic.Uint64
}

// impatiently is variant short-deadline. crypto/tls keeps the first error of a handshake for ever (handshakeErr in
// crypto/tls/conn.go), so the retry sits below it, in Read.
func (s *tlsRetry) impatiently(c *conn) {
	if !s.capped.admits(c) {
		return
	}
	deadlines := &shortDeadlines{Conn: c.Conn, server: s, accepted: c.accepted}
	c.Conn = deadlines
	t := tls.Server(c, s.config)
	if t.HandshakeContext(context.Background()) != nil {
		s.giveUp(c)
		return
	}
	deadlines.end()
	s.handOver.give(t)
}

func (s *tlsRetry) giveUp(c *conn) {
	s.failed.Add(1)
	c.Close()
}

// shortDeadlines is a connection during its handshake.
type shortDeadlines struct {
	net.Conn
	server   *tlsRetry
	accepted time.Time
	over     bool
}

// Read has the bug: each deadline is a timer of the runtime's poller, whose expiry parks and wakes the goroutine anew, and
// a hello that stalls never comes out of it. Fix handshake-deadline has one deadline for all of the handshake.
func (d *shortDeadlines) Read(b []byte) (int, error) {
	for !d.over {
		patient := d.server.patient.Load()
		deadline := time.Now().Add(d.server.settings.Duration("read-deadline"))
		if patient {
			deadline = d.accepted.Add(d.server.settings.Duration("hello-deadline"))
		}
		d.SetReadDeadline(deadline)
		n, err := d.Conn.Read(b)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if patient {
			d.server.closedByDeadline.Add(1)
			return n, err
		}
		d.server.turns.Add(1)
	}
	return d.Conn.Read(b)
}

// end leaves the connection to net/http, without a deadline.
func (d *shortDeadlines) end() {
	d.over = true
	d.SetReadDeadline(time.Time{})
}

// stubbornly is variant stored-error: it tries a handshake again that has failed. crypto/tls returns the error that it has
// kept, without a system call. There are only so many handshakers, and each that tries for ever is lost to all others.
func (s *tlsRetry) stubbornly(c *conn) {
	s.handshakers <- struct{}{}
	defer func() { <-s.handshakers }()
	if s.screening.Load() && !s.beginsWell(c) {
		s.reject(c)
		return
	}
	t := tls.Server(c, s.config)
	for t.HandshakeContext(context.Background()) != nil {
		s.turns.Add(1)
		switch {
		case s.screening.Load() && badPrefix(c.head) != nil:
			s.reject(c)
			return
		case s.patient.Load() || s.closing.Load():
			s.giveUp(c)
			return
		}
	}
	s.handOver.give(t)
}

// beginsWell is fix early-reject: it looks at the first bytes before crypto/tls is asked at all.
func (s *tlsRetry) beginsWell(c *conn) bool {
	head := make([]byte, randomEnd)
	n, err := c.Conn.Read(head)
	c.before = head[:n]
	return err == nil && badPrefix(c.before) == nil
}

func (s *tlsRetry) reject(c *conn) {
	s.rejected.Add(1)
	c.Close()
}

func turn(fix *atomic.Bool) Switch {
	return Switch{
		Apply:  func() error { fix.Store(true); return nil },
		Revert: func() error { fix.Store(false); return nil },
	}
}

// Switches are those that the variant's own loop looks at.
func (s *tlsRetry) Switches() map[string]Switch { return s.switches }

// Counters has the turns of the retry loops.
func (s *tlsRetry) Counters() map[string]uint64 {
	counters := s.netpoller.Counters()
	counters["turns"] = s.turns.Load()
	counters["rejected_early"] = s.rejected.Load()
	counters["refused_by_source"] = s.refused.Load()
	return counters
}

// Close ends the retries, too.
func (s *tlsRetry) Close() {
	s.closing.Store(true)
	s.netpoller.Close()
}
