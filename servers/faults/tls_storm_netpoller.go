package faults

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// netpoller is stock crypto/tls and net/http on the runtime's own poller. The same storm keeps it busy, with progress:
// a failed handshake is answered and closed, an incomplete hello parks a goroutine and costs no CPU. There is no bug
// here but what is stock, that nothing limits how long a handshake takes.
type netpoller struct {
	*tlsService
	settings Settings
	listener *reloadable
	ledger   *ledger

	accepted, hellos, closedByDeadline atomic.Uint64
}

func startNetpoller(service *tlsService, listener net.Listener, settings Settings) Server {
	s := newNetpoller(service, listener, settings)
	go service.serve(s.listener)
	return s
}

func newNetpoller(service *tlsService, listener net.Listener, settings Settings) *netpoller {
	s := &netpoller{
		tlsService: service,
		settings:   settings,
		ledger:     newLedger(),
	}
	s.listener = &reloadable{current: listener, arrived: s.arrived}
	service.helloSeen = func(c *conn) {
		s.hellos.Add(1)
		s.ledger.helloSeen(c)
	}
	return s
}

// netpollerLeak makes the handshakes itself. The bug: when one fails it returns, and closes nothing. A connection must
// be referenced to leak (here by the ledger), as the garbage collector closes one that is forgotten (netFD has a
// finalizer, net/fd_posix.go).
type netpollerLeak struct {
	*netpoller
	handOver *handOver
	config   *tls.Config

	closeOnFailure atomic.Bool
	leaks          atomic.Uint64
}

func startNetpollerLeak(service *tlsService, listener net.Listener, settings Settings) Server {
	s := &netpollerLeak{
		netpoller: newNetpoller(service, listener, settings),
		handOver:  newHandOver(listener.Addr()),
		config:    &tls.Config{GetConfigForClient: service.configFor},
	}
	go service.serveHandshaken(s.handOver)
	go s.acceptAll(s.handshake)
	return s
}

// acceptAll handles each connection on a goroutine of its own.
func (s *netpoller) acceptAll(handle func(*conn)) {
	for {
		c, err := s.listener.Accept()
		switch {
		case err == nil:
			go handle(c.(*conn))
		case errors.Is(err, net.ErrClosed):
			return
		default:
			time.Sleep(10 * time.Millisecond) // too many open files: not to be asked again at once
		}
	}
}

func (s *netpollerLeak) handshake(c *conn) {
	t := tls.Server(c, s.config)
	if t.HandshakeContext(context.Background()) != nil {
		s.failed.Add(1)
		s.fail(c)
		return
	}
	s.handOver.give(t)
}

func (s *netpollerLeak) fail(c *conn) {
	leaked := s.ledger.leak(c)
	if s.closeOnFailure.Load() {
		c.Close()
	} else if leaked {
		s.leaks.Add(1)
	}
}

// patchedClose is leak-patch: it closes where the bug does not, and closes what has leaked so far.
type patchedClose struct{ *netpollerLeak }

func (f patchedClose) Apply() error {
	f.closeOnFailure.Store(true)
	for _, c := range f.ledger.unclosed() {
		c.Close()
	}
	return nil
}

func (f patchedClose) Revert() error {
	f.closeOnFailure.Store(false)
	return nil
}

// helloDeadline is handshake-deadline: it closes whatever has not sent a whole hello in time, and what has leaked.
type helloDeadline struct {
	*netpoller
	done chan struct{}
}

func (f *helloDeadline) Apply() error {
	f.done = make(chan struct{})
	go f.run(f.done)
	return nil
}

func (f *helloDeadline) Revert() error {
	close(f.done)
	return nil
}

func (f *helloDeadline) run(done <-chan struct{}) {
	deadline := f.settings.Duration("hello-deadline")
	ticker := time.NewTicker(deadline / 4)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			for _, c := range f.ledger.late(now.Add(-deadline)) {
				f.closedByDeadline.Add(1)
				c.Close()
			}
		case <-done:
			return
		}
	}
}

// Switches leaves out what would cure nothing here: there is no spin, and no leak to patch.
func (s *netpoller) Switches() map[string]Switch {
	deadline := &helloDeadline{netpoller: s}
	validation := &earlyValidation{tlsService: s.tlsService, perSecond: s.settings.Count("hellos-per-second")}
	swap := &configSwap{tlsService: s.tlsService, reloadListener: s.listener.reload}
	return map[string]Switch{
		"handshake-deadline": {deadline.Apply, deadline.Revert},
		"early-validation":   {validation.Apply, validation.Revert},
		"config-swap":        {swap.Apply, swap.Revert},
	}
}

func (s *netpollerLeak) Switches() map[string]Switch {
	switches := s.netpoller.Switches()
	patch := patchedClose{s}
	switches["leak-patch"] = Switch{patch.Apply, patch.Revert}
	return switches
}

func (s *netpoller) arrived(c net.Conn) net.Conn {
	s.accepted.Add(1)
	return s.ledger.enter(c)
}

// Close ends the server; what has leaked ends with it.
func (s *netpoller) Close() {
	s.server.Close()
	s.listener.Close()
	for _, c := range s.ledger.late(time.Now()) {
		c.Close()
	}
}

func (s *netpoller) Address() string { return s.listener.Addr().String() }

func (s *netpoller) Counters() map[string]uint64 {
	counters := s.tlsService.counters()
	counters["accepted"] = s.accepted.Load()
	counters["hellos_complete"] = s.hellos.Load()
	counters["closed_by_deadline"] = s.closedByDeadline.Load()
	return counters
}

func (s *netpollerLeak) Counters() map[string]uint64 {
	counters := s.netpoller.Counters()
	counters["leaked"] = s.leaks.Load()
	return counters
}

func (s *netpoller) Gauges() map[string]int {
	pending, _ := s.ledger.gauges()
	return map[string]int{"pending": pending}
}

func (s *netpollerLeak) Gauges() map[string]int {
	pending, leaked := s.ledger.gauges()
	return map[string]int{"pending": pending, "leaked_open": leaked}
}
