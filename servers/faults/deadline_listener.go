package faults

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

func init() {
	Register(Fault{
		Name:     "deadline-listener",
		Title:    "A listener that wakes from Accept by deadlines of its own, which come too soon or have passed",
		Variants: []string{"one-millisecond", "past", "einval", "stock"},
		Fixes: []Fix{
			{"sound-deadline", []Cure{Spin}, Standing},
			{"graceful-restart", []Cure{Spin}, Standing},
		},
		Parameters: []Parameter{
			{"crowd", "silent connections from which on the listener looks after them", Count, 8, 1, 1 << 20},
			{"patience", "how long a connection may be silent", Duration, int64(time.Second), int64(time.Millisecond), int64(time.Hour)},
			{"leave-within", "graceful-restart: how long the old process waits for its connections", Duration, int64(5 * time.Second), int64(time.Millisecond), int64(time.Hour)},
		},
		Start: startDeadlineListener,
	})
}

func startDeadlineListener(options Options) (Server, error) {
	listener, err := options.listener()
	if err != nil {
		return nil, err
	}
	if options.Variant == "stock" {
		return startStockHTTP(listener, options.Settings.Duration("patience")), nil
	}
	return startDeadlineServer(options, listener.(*net.TCPListener)), nil
}

// deadlineListener closes connections that say nothing. It does so between two Accepts, without a goroutine for it, so
// while there is a crowd of them each Accept gets a deadline. Its bug is in arm, of which each variant has one.
type deadlineListener struct {
	*net.TCPListener
	// wrapped is how somebody else has passed the listener on.
	wrapped  net.Listener
	settings Settings
	silence  *silence
	// arm sets the deadline of the next Accept.
	arm    atomic.Pointer[func() error]
	closed atomic.Bool
	// due is touched by Accept only.
	due time.Time

	turns, armed, refused, expired, accepted, closedSilent atomic.Uint64
}

func newDeadlineListener(listener *net.TCPListener, settings Settings, silence *silence) *deadlineListener {
	return &deadlineListener{
		TCPListener: listener,
		wrapped:     struct{ net.Listener }{listener},
		settings:    settings,
		silence:     silence,
	}
}

// Accept has the second bug that variant einval needs: it takes every error of arm for one that will pass.
func (l *deadlineListener) Accept() (net.Conn, error) {
	for !l.closed.Load() {
		l.turns.Add(1)
		if (*l.arm.Load())() != nil {
			l.refused.Add(1)
			continue
		}
		c, err := l.TCPListener.Accept()
		if err == nil {
			l.accepted.Add(1)
			return c, nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, err
		}
		l.expired.Add(1)
		l.endSilent()
	}
	return nil, net.ErrClosed
}

func (l *deadlineListener) set(of *net.TCPListener, deadline time.Time) error {
	l.armed.Add(1)
	return of.SetDeadline(deadline)
}

func (l *deadlineListener) endSilent() {
	l.closedSilent.Add(uint64(l.silence.end(time.Now().Add(-l.settings.Duration("patience")))))
}

func (l *deadlineListener) crowded() bool { return l.silence.count() >= l.settings.Count("crowd") }

// tooSoon is the bug of variant one-millisecond. The poller's timer ends each Accept (netpolldeadlineimpl in
// runtime/netpoll.go), the next one asks the kernel, hears EAGAIN, and is parked for another millisecond.
func (l *deadlineListener) tooSoon() error {
	if !l.crowded() {
		return l.set(l.TCPListener, time.Time{})
	}
	return l.set(l.TCPListener, time.Now().Add(time.Millisecond))
}

// setOnce is the bug of variant past: it computes the deadline of the first crowd and keeps it. When that has passed,
// Accept fails before it asks the kernel (prepareRead in internal/poll/fd_poll_runtime.go), so nobody is accepted again.
func (l *deadlineListener) setOnce() error {
	if l.due.IsZero() && l.crowded() {
		l.due = time.Now().Add(l.settings.Duration("patience"))
	}
	return l.set(l.TCPListener, l.due)
}

// ofNothing is the bug of variant einval: the listener was wrapped on its way here, so the assertion yields nil, and a
// nil *net.TCPListener answers EINVAL to everything (ok in net/tcpsock.go), without a system call.
func (l *deadlineListener) ofNothing() error {
	if !l.crowded() {
		return nil
	}
	tcp, _ := l.wrapped.(*net.TCPListener)
	return l.set(tcp, time.Now().Add(l.settings.Duration("patience")))
}

// atEase is how often sound wakes at most.
const atEase = 200 * time.Millisecond

// sound is fix sound-deadline: it wakes when the one that has been silent for longest is due, and not for each apart.
func (l *deadlineListener) sound() error {
	l.due = time.Time{}
	longest := l.silence.longest()
	if longest.IsZero() {
		return l.set(l.TCPListener, time.Time{})
	}
	wake := longest.Add(l.settings.Duration("patience"))
	if soonest := time.Now().Add(atEase); wake.Before(soonest) {
		wake = soonest
	}
	return l.set(l.TCPListener, wake)
}

func (l *deadlineListener) Close() error {
	l.closed.Store(true)
	return l.TCPListener.Close()
}
