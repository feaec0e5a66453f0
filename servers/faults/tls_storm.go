package faults

import (
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/servers/reactor"
)

func init() {
	Register(Fault{
		Name:     "tls-storm",
		Title:    "Malformed ClientHellos: a peeking sniffer never sleeps, a failed parse never closes",
		Variants: []string{"reactor", "netpoller", "netpoller-leak"},
		Fixes: []Fix{
			{"consume", []Cure{Spin}, Standing},
			{"rcvlowat", []Cure{Spin}, Standing},
			{"edge-triggered", []Cure{Spin}, Standing},
			{"one-shot", []Cure{Spin}, Standing},
			{"prefix-reject", []Cure{Spin}, Standing},
			{"handshake-deadline", []Cure{Leak}, Standing},
			{"leak-patch", []Cure{Leak}, Standing},
			{"early-validation", []Cure{Harm}, Standing},
			{"config-swap", []Cure{Harm}, Standing},
		},
		Parameters: []Parameter{
			{"hello-deadline", "handshake-deadline: how long a ClientHello may take", Duration, int64(300 * time.Millisecond), int64(10 * time.Millisecond), int64(time.Hour)},
			{"rearm-every", "one-shot: how often to look for more bytes", Duration, int64(50 * time.Millisecond), int64(time.Millisecond), int64(time.Minute)},
			{"pending-per-source", "prefix-reject: incomplete hellos that one address may have", Count, 2, 0, 1 << 20},
			{"refuse-for", "prefix-reject: how long an address must be quiet to be heard again", Duration, int64(2 * time.Second), int64(time.Millisecond), int64(time.Hour)},
			{"hellos-per-second", "early-validation: complete hellos that one address may send", Count, 100, 0, 1 << 20},
		},
		Start: startTLSStorm,
	})
}

func startTLSStorm(options Options) (Server, error) {
	service, err := newTLSService(options.Certificates)
	if err != nil {
		return nil, err
	}
	listener, err := options.listener()
	if err != nil {
		return nil, err
	}
	switch options.Variant {
	case "reactor":
		return startSniffer(service, listener, options.Settings)
	case "netpoller-leak":
		return startNetpollerLeak(service, listener, options.Settings), nil
	default:
		return startNetpoller(service, listener, options.Settings), nil
	}
}

// sniffer is variant reactor: it looks with MSG_PEEK for a whole ClientHello before it hands a connection to crypto/tls,
// which then finds the hello where it was. It has two bugs:
//   - the spin: peeking consumes nothing and epoll is level-triggered, so an incomplete hello is reported ready for ever;
//   - the leak: a connection that cannot become TLS is taken out of epoll and forgotten, and nobody closes it.
//
// The fields below loop are touched on the loop's thread only.
type sniffer struct {
	*tlsService
	settings Settings
	address  net.Addr
	handOver *handOver
	loop     *reactor.Reactor

	listener int
	buffer   []byte
	pending  map[int]*peer // its hello is not complete
	leaked   map[int]*peer // given up, and still open
	// incomplete counts the pending peers of a source that have shown a part of a hello.
	incomplete map[netip.Addr]int

	receive        func(*peer) ([]byte, error)
	waits          []waiting
	screen         *prefixReject
	closeOnFailure bool

	accepted, peeks, hellos, parseFailures, leaks, closedByDeadline, rejectedByPrefix atomic.Uint64
}

// peer is a connection that crypto/tls does not know of yet.
type peer struct {
	fd       int
	source   netip.Addr
	accepted time.Time
	// consumed was read of it, unread is how many bytes more were seen of it at the last look.
	consumed []byte
	unread   int
	// counted in incomplete
	counted bool
	// as set in the kernel
	events   uint32
	lowWater int
}

// waiting is a better way than the bug's for a peer to wait for the missing bytes of its hello.
type waiting interface {
	wait(p *peer, missing int)
}

const hangup = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR

// look is called for each report that a pending peer is ready.
func (s *sniffer) look(p *peer, events uint32) {
	seen, err := s.receive(p)
	if err == unix.EAGAIN || err == unix.EINTR {
		return
	}
	if err != nil {
		s.drop(p)
		return
	}
	if s.screen != nil && badPrefix(seen) != nil {
		s.reject(p)
		return
	}
	total, err := recordLength(seen)
	switch {
	case err != nil:
		s.fail(p)
	case len(seen) >= total:
		s.pass(p)
	case events&hangup != 0:
		s.drop(p) // what is missing will never come
	default:
		s.linger(p, total-len(seen))
	}
}

// peek is the bug: the bytes stay where they are, and with them the readiness.
func (s *sniffer) peek(p *peer) ([]byte, error) {
	s.peeks.Add(1)
	n, err := peekSocket(p.fd, s.buffer)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, io.EOF
	}
	p.unread = n
	if len(p.consumed) == 0 {
		return s.buffer[:n], nil
	}
	return append(p.consumed[:len(p.consumed):len(p.consumed)], s.buffer[:n]...), nil
}

// linger is called for an incomplete hello. The bug does nothing more, and is called again at once.
func (s *sniffer) linger(p *peer, missing int) {
	if !p.counted {
		p.counted = true
		s.incomplete[p.source]++
	}
	if s.screen != nil && s.screen.crowded(p.source) {
		s.screen.refuse(p.source)
		return
	}
	if n := len(s.waits); n > 0 {
		s.waits[n-1].wait(p, missing)
	}
}

// fail is the second bug, where closeOnFailure is false: the last reference to the descriptor is lost.
func (s *sniffer) fail(p *peer) {
	s.parseFailures.Add(1)
	if s.closeOnFailure {
		s.drop(p)
		return
	}
	s.forget(p)
	s.leaks.Add(1)
	// The lab's own ledger, to show what has leaked and to let a patch free it.
	s.leaked[p.fd] = p
}

// consume reads instead of peeking: what was read is no longer ready. crypto/tls gets it back as a prefix.
type consume struct{ *sniffer }

func (f consume) apply()  { f.receive = f.read; f.lookAgain() }
func (f consume) revert() { f.receive = f.peek; f.lookAgain() }

func (f consume) read(p *peer) ([]byte, error) {
	n, err := unix.Read(p.fd, f.buffer)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, io.EOF
	}
	p.unread = 0
	p.consumed = append(p.consumed, f.buffer[:n]...)
	return p.consumed, nil
}

// rcvlowat raises SO_RCVLOWAT to what is missing: the kernel reports the socket once it all is there (tcp_poll in
// net/ipv4/tcp.c), or when the peer closes, which EPOLLRDHUP tells apart.
type rcvlowat struct{ *sniffer }

func (f rcvlowat) apply()  { f.prefer(f) }
func (f rcvlowat) revert() { f.abandon(f) }

func (f rcvlowat) wait(p *peer, missing int) {
	f.setLowWater(p, p.unread+missing)
	f.watch(p, unix.EPOLLIN|unix.EPOLLRDHUP)
}

// edgeTriggered has the kernel report arrivals instead of presence: bytes that were reported once do not wake again.
type edgeTriggered struct{ *sniffer }

func (f edgeTriggered) apply()  { f.prefer(f) }
func (f edgeTriggered) revert() { f.abandon(f) }

func (f edgeTriggered) wait(p *peer, _ int) {
	f.watch(p, unix.EPOLLIN|unix.EPOLLRDHUP|unix.EPOLLET)
}

// oneShot disarms the descriptor, but for a hangup, until a slow tick finds more unread bytes than before: the rate of
// looks is the clock's, not the kernel's.
type oneShot struct {
	*sniffer
	stop func()
}

func (f *oneShot) apply() {
	f.stop = f.every(f.settings.Duration("rearm-every"), f.rearm)
	f.prefer(f)
}

func (f *oneShot) revert() {
	f.stop()
	f.abandon(f)
}

const disarmed = unix.EPOLLRDHUP | unix.EPOLLONESHOT

func (f *oneShot) wait(p *peer, _ int) { f.watch(p, disarmed) }

func (f *oneShot) rearm() {
	for _, p := range f.pending {
		if p.events != disarmed {
			continue
		}
		// FIONREAD: bytes in the receive queue (tcp(7)).
		if n, err := unix.IoctlGetInt(p.fd, unix.TIOCINQ); err == nil && n > p.unread {
			f.watch(p, unix.EPOLLIN|disarmed)
		}
	}
}

// prefixReject judges a hello by the bytes that it does show, and a source by how many incomplete ones it has: whoever
// keeps the sniffer awake is closed, and refused until it has been quiet.
type prefixReject struct {
	*sniffer
	refused refusals
}

func (f *prefixReject) apply()  { f.screen = f; f.lookAgain() }
func (f *prefixReject) revert() { f.screen, f.refused = nil, refusals{} }

func (f *prefixReject) crowded(source netip.Addr) bool {
	return f.incomplete[source] > f.settings.Count("pending-per-source")
}

func (f *prefixReject) refuse(source netip.Addr) {
	f.refused.begin(source, f.settings.Duration("refuse-for"))
	for _, p := range f.pending {
		if p.source == source {
			f.reject(p)
		}
	}
}

func (f *prefixReject) refuses(source netip.Addr) bool {
	return f.refused.apply(source, f.settings.Duration("refuse-for"))
}

// handshakeDeadline closes whatever has not become a whole hello in time, forgotten or pending: the leak is bounded by
// the rate of arrivals times the deadline. Between arrival and deadline each incomplete hello spins as before.
type handshakeDeadline struct {
	*sniffer
	stop func()
}

func (f *handshakeDeadline) apply() {
	f.stop = f.every(f.settings.Duration("hello-deadline")/4, f.closeLate)
	f.closeLate()
}

func (f *handshakeDeadline) revert() { f.stop() }

func (f *handshakeDeadline) closeLate() {
	latest := time.Now().Add(-f.settings.Duration("hello-deadline"))
	for _, peers := range []map[int]*peer{f.pending, f.leaked} {
		for _, p := range peers {
			if p.accepted.Before(latest) {
				f.closedByDeadline.Add(1)
				f.drop(p)
			}
		}
	}
}

// leakPatch closes where the bug forgets, and closes what was forgotten so far.
type leakPatch struct{ *sniffer }

func (f leakPatch) apply() {
	f.closeOnFailure = true
	for _, p := range f.leaked {
		f.drop(p)
	}
}

func (f leakPatch) revert() { f.closeOnFailure = false }

// Switches lists every fix: the sniffer can take them all.
func (s *sniffer) Switches() map[string]Switch {
	swap := &configSwap{tlsService: s.tlsService, reloadListener: s.reloadListener}
	validation := &earlyValidation{tlsService: s.tlsService, perSecond: s.settings.Count("hellos-per-second")}
	return map[string]Switch{
		"consume":            onLoop(s.loop, consume{s}),
		"rcvlowat":           onLoop(s.loop, rcvlowat{s}),
		"edge-triggered":     onLoop(s.loop, edgeTriggered{s}),
		"one-shot":           onLoop(s.loop, &oneShot{sniffer: s}),
		"prefix-reject":      onLoop(s.loop, &prefixReject{sniffer: s, refused: refusals{}}),
		"handshake-deadline": onLoop(s.loop, &handshakeDeadline{sniffer: s}),
		"leak-patch":         onLoop(s.loop, leakPatch{s}),
		"early-validation":   {validation.Apply, validation.Revert},
		"config-swap":        {swap.Apply, swap.Revert},
	}
}
