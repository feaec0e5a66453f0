package faults

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/servers/internal/succession"
)

// deadlineServer is net/http on a deadlineListener.
type deadlineServer struct {
	greeter
	*deadlineListener
	server   *http.Server
	farewell *succession.Farewell
	// bug is how the listener arms where no fix stands.
	bug func() error
	// served closes when nobody accepts any more.
	served chan struct{}

	restarting sync.Mutex
	succeeded  bool // guarded by restarting
	signals    chan os.Signal
	left       chan struct{}
}

func startDeadlineServer(options Options, tcp *net.TCPListener) Server {
	silence := newSilence()
	s := &deadlineServer{
		deadlineListener: newDeadlineListener(tcp, options.Settings, silence),
		farewell:         succession.NewFarewell(),
		served:           make(chan struct{}),
		signals:          make(chan os.Signal, 1),
		left:             make(chan struct{}),
	}
	s.bug = map[string]func() error{"one-millisecond": s.tooSoon, "past": s.setOnce, "einval": s.ofNothing}[options.Variant]
	if options.Inherited != nil && len(options.Inherited.Applied) > 0 {
		s.bug = s.sound // the new program has it mended
	}
	s.arm.Store(&s.bug)
	s.server = &http.Server{
		Handler: s.farewell.Handler(&s.greeter),
		ConnState: func(c net.Conn, state http.ConnState) {
			silence.note(c, state)
			s.farewell.ConnState(c, state)
		},
	}
	signal.Notify(s.signals, unix.SIGUSR2)
	go s.hear()
	go func() {
		defer close(s.served)
		if err := s.server.Serve(s.deadlineListener); !s.closed.Load() {
			mustEndByClose(err)
		}
	}()
	return s
}

// Switches lists the fixes, which all three bugs have in common.
func (s *deadlineServer) Switches() map[string]Switch {
	sound := s.sound
	return map[string]Switch{
		"sound-deadline": {
			Apply:  func() error { s.arm.Store(&sound); return nil },
			Revert: func() error { s.arm.Store(&s.bug); return nil },
		},
		"graceful-restart": {
			Apply:  func() error { return s.restart("graceful-restart") },
			Revert: func() error { return s.restart() },
		},
	}
}

// hear restarts on SIGUSR2, as an operator asks for it who has put a mended program in place.
func (s *deadlineServer) hear() {
	for range s.signals {
		if err := s.restart("graceful-restart"); err != nil {
			fmt.Fprintf(os.Stderr, "restart: %v\n", err)
		}
	}
}

// restart returns when a successor serves. In it those fixes are built in.
func (s *deadlineServer) restart(fixes ...string) error {
	s.restarting.Lock()
	defer s.restarting.Unlock()
	if s.succeeded {
		return fmt.Errorf("process %d has a successor already", os.Getpid())
	}
	fd, err := duplicate(s.TCPListener)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := succession.Start(fd, fixes); err != nil {
		return err
	}
	s.succeeded = true
	go s.leave()
	return nil
}

// leave accepts no more, and waits for the connections that were accepted. The silent ones are closed when they are due,
// as ever.
func (s *deadlineServer) leave() {
	defer close(s.left)
	s.deadlineListener.Close()
	<-s.served
	gone := s.farewell.Leave()
	late := time.After(s.settings.Duration("leave-within"))
	silent := time.NewTicker(atEase)
	defer silent.Stop()
	for {
		select {
		case <-gone:
			return
		case <-silent.C:
			s.endSilent()
		case <-late:
			s.server.Close()
			return
		}
	}
}

// Left closes when a successor has taken over and the last connection has ended.
func (s *deadlineServer) Left() <-chan struct{} { return s.left }

func (s *deadlineServer) Address() string { return s.Addr().String() }

func (s *deadlineServer) Counters() map[string]uint64 {
	return map[string]uint64{
		"turns":               s.turns.Load(),
		"set_deadline":        s.armed.Load(),
		"set_deadline_failed": s.refused.Load(),
		"deadlines_passed":    s.expired.Load(),
		"accepted":            s.accepted.Load(),
		"closed_silent":       s.closedSilent.Load(),
		"requests":            s.requests.Load(),
	}
}

func (s *deadlineServer) Gauges() map[string]int { return map[string]int{"silent": s.silence.count()} }

// Close ends the server, and not its successor.
func (s *deadlineServer) Close() {
	signal.Stop(s.signals)
	close(s.signals)
	s.deadlineListener.Close()
	s.server.Close()
	<-s.served
}
