package faults

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

func init() {
	Register(Fault{
		Name:     "blocked-illusion",
		Title:    "Goroutines climb while the CPU rests: each request leaves one that waits for ever",
		Variants: []string{"leaked-receivers", "system-calls", "stock"},
		Fixes:    []Fix{{"leak-patch", []Cure{Leak}, Standing}},
		Parameters: []Parameter{
			{"every", "one of so many requests leaves a goroutine behind", Count, 1, 1, 1 << 20},
			{"most", "waiting goroutines, after which no more are left behind", Count, 1000, 1, 5000},
		},
		Start: startBlockedIllusion,
	})
}

func startBlockedIllusion(options Options) (Server, error) {
	listener, err := options.listener()
	if err != nil {
		return nil, err
	}
	s := &blockedIllusion{
		listener: listener,
		every:    uint64(options.Settings.Count("every")),
		most:     int64(options.Settings.Count("most")),
	}
	switch options.Variant {
	case "leaked-receivers":
		s.newReply = newChannelReply
	case "system-calls":
		s.newReply = newPipeReply
	default:
		return startStockHTTP(listener, 0), nil
	}
	if s.pending, err = s.newReply(); err != nil {
		listener.Close()
		return nil, err
	}
	s.server = &http.Server{Handler: s, ConnState: s.observe}
	go func() { mustEndByClose(s.server.Serve(listener)) }()
	return s, nil
}

// blockedIllusion reports each request to a backend, on a goroutine that waits for the backend's reply. Its bug: there is
// no backend, and nobody gives up.
type blockedIllusion struct {
	greeter
	listener net.Listener
	server   *http.Server
	newReply func() (reply, error)
	every    uint64
	most     int64

	mu      sync.Mutex
	pending reply
	patched bool

	waiting          atomic.Int64
	accepted, leaked atomic.Uint64
}

// reply is what the goroutines wait for.
type reply interface {
	// enter returns how one more waits.
	enter() (wait func())
	// end lets all of them go.
	end()
}

// channelReply is the bug of variant leaked-receivers: the goroutine is parked, and costs its stack and no thread.
type channelReply chan struct{}

func newChannelReply() (reply, error) { return make(channelReply), nil }

func (c channelReply) enter() func() { return func() { <-c } }
func (c channelReply) end()          { close(c) }

// pipeReply is the bug of variant system-calls: a read(2) that the runtime's poller knows nothing of. The thread is in
// the kernel, the scheduler hands its processor to another one (retake in runtime/proc.go), and threads climb, too.
type pipeReply struct {
	read, write int
	readers     sync.WaitGroup
}

func newPipeReply() (reply, error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	return &pipeReply{read: ends[0], write: ends[1]}, nil
}

func (p *pipeReply) enter() func() {
	p.readers.Add(1)
	return func() {
		defer p.readers.Done()
		unix.Read(p.read, make([]byte, 1))
	}
}

func (p *pipeReply) end() {
	unix.Close(p.write)
	p.readers.Wait() // all of them read the end of the stream
	unix.Close(p.read)
}

func (s *blockedIllusion) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.greeter.ServeHTTP(w, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.patched || s.waiting.Load() >= s.most || s.requests.Load()%s.every != 0 {
		return
	}
	s.waiting.Add(1)
	s.leaked.Add(1)
	wait := s.pending.enter()
	go func() {
		defer s.waiting.Add(-1)
		wait()
	}()
}

// Switches has the leak patch: no goroutine is left behind, and those that were are let go.
func (s *blockedIllusion) Switches() map[string]Switch {
	return map[string]Switch{"leak-patch": {
		Apply: func() error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.patched = true
			s.pending.end()
			return nil
		},
		Revert: func() (err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.pending, err = s.newReply()
			s.patched = err != nil
			return err
		},
	}}
}

func (s *blockedIllusion) observe(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.accepted.Add(1)
	}
}

func (s *blockedIllusion) Address() string { return s.listener.Addr().String() }

func (s *blockedIllusion) Counters() map[string]uint64 {
	return map[string]uint64{
		"accepted": s.accepted.Load(),
		"requests": s.requests.Load(),
		"leaked":   s.leaked.Load(),
	}
}

func (s *blockedIllusion) Gauges() map[string]int {
	return map[string]int{"waiting": int(s.waiting.Load())}
}

// Close lets the goroutines go.
func (s *blockedIllusion) Close() {
	s.server.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.patched {
		s.patched = true
		s.pending.end()
	}
}
