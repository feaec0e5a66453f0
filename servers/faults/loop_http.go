package faults

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"spinlab/servers/reactor"
)

// loopHTTP is a small HTTP/1.1 server on the level-triggered reactor: GET without a body, over connections that are kept.
// It serves sane clients; what it does with others is a fault's affair. The fields below loop are touched on the loop's
// thread only.
type loopHTTP struct {
	greeter
	address net.Addr
	loop    *reactor.Reactor

	listener int
	buffer   []byte
	peers    map[int]*loopPeer

	// shortage is called each time that accept finds no free descriptor, freed when a connection has been closed.
	shortage, freed func()
	// ended is called when a peer has sent its last byte, or broken the connection off.
	ended func(*loopPeer)
	// subscribe is called for GET /events, whose answer is due when there is an event.
	subscribe func(*loopPeer)

	accepted, refusals atomic.Uint64
}

// loopPeer is a connection.
type loopPeer struct {
	fd int
	// heard is what has come of a request that is not complete.
	heard []byte
	// attend is called for each report that the peer is ready.
	attend func(events uint32)
	// subscribed says that its answer is due when there is an event.
	subscribed bool
	// watched says that epoll knows it, events what for.
	watched bool
	events  uint32
}

const (
	longestRequest = 8 << 10
	eventsPath     = "/events"
)

// newLoopHTTP takes the listener over. Nothing is accepted before serve.
func newLoopHTTP(listener net.Listener) (*loopHTTP, error) {
	fd, loop, err := takeOver(listener)
	if err != nil {
		return nil, err
	}
	s := &loopHTTP{
		address:  listener.Addr(),
		loop:     loop,
		listener: fd,
		buffer:   make([]byte, longestRequest),
		peers:    map[int]*loopPeer{},
		shortage: func() {},
		freed:    func() {},
	}
	s.ended = s.drop
	s.subscribe = s.drop
	return s, nil
}

func (s *loopHTTP) serve() (err error) {
	s.loop.Do(func() { err = s.watchListener() })
	if err != nil {
		s.Close()
	}
	return err
}

func (s *loopHTTP) watchListener() error { return s.loop.Add(s.listener, unix.EPOLLIN, s.accept) }

// accept takes one connection a turn: level-triggered epoll reports the listener again while there are more.
func (s *loopHTTP) accept(uint32) {
	fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err == unix.EMFILE || err == unix.ENFILE {
		s.refusals.Add(1)
		s.shortage()
	}
	if err != nil {
		return
	}
	s.accepted.Add(1)
	p := &loopPeer{fd: fd}
	p.attend = func(uint32) { s.read(p) }
	s.peers[fd] = p
	s.watch(p, unix.EPOLLIN)
}

// watch has the peer reported for these events; a peer that epoll refuses is dropped.
func (s *loopHTTP) watch(p *loopPeer, events uint32) {
	var err error
	switch {
	case !p.watched:
		err = s.loop.Add(p.fd, events, func(events uint32) { p.attend(events) })
	case p.events != events:
		err = s.loop.Modify(p.fd, events)
	}
	p.watched, p.events = true, events
	if err != nil {
		s.drop(p)
	}
}

func (s *loopHTTP) unwatch(p *loopPeer) {
	if p.watched {
		s.loop.Remove(p.fd)
		p.watched = false
	}
}

// forget takes a peer out of epoll and out of the books; its descriptor stays open.
func (s *loopHTTP) forget(p *loopPeer) {
	s.unwatch(p)
	delete(s.peers, p.fd)
}

func (s *loopHTTP) drop(p *loopPeer) {
	s.forget(p)
	unix.Close(p.fd)
	s.freed()
}

func (s *loopHTTP) read(p *loopPeer) {
	n, err := unix.Read(p.fd, s.buffer)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
	case err != nil || n == 0:
		s.ended(p)
	default:
		p.heard = append(p.heard, s.buffer[:n]...)
		s.answer(p)
	}
}

// answer answers the request once it is complete. A client of the lab waits for its answer before it asks again.
func (s *loopHTTP) answer(p *loopPeer) {
	head, _, complete := bytes.Cut(p.heard, []byte("\r\n\r\n"))
	if !complete {
		if len(p.heard) > longestRequest {
			s.drop(p)
		}
		return
	}
	p.heard = nil
	words := strings.Fields(string(head))
	path := ""
	if len(words) > 1 && words[0] == http.MethodGet {
		path = words[1]
	}
	switch path {
	case "/":
		s.say(p, http.StatusOK, s.greeting())
	case eventsPath:
		p.subscribed = true
		s.subscribe(p)
	default:
		s.say(p, http.StatusNotFound, "")
	}
}

// say drops a peer whose socket has no room for a hundred bytes.
func (s *loopHTTP) say(p *loopPeer, status int, body string) {
	answer := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		status, http.StatusText(status), len(body), body)
	if n, _ := unix.Write(p.fd, []byte(answer)); n < len(answer) {
		s.drop(p)
	}
}

func (s *loopHTTP) Address() string { return s.address.String() }

func (s *loopHTTP) Counters() map[string]uint64 {
	return map[string]uint64{
		"accepted":     s.accepted.Load(),
		"refusals":     s.refusals.Load(),
		"requests":     s.requests.Load(),
		"turns":        s.loop.Turns(),
		"ready_events": s.loop.ReadyEvents(),
	}
}

func (s *loopHTTP) Gauges() map[string]int {
	gauges := map[string]int{}
	s.loop.Do(func() { gauges["connections"] = len(s.peers) })
	return gauges
}

func (s *loopHTTP) Close() {
	s.loop.Do(func() {
		for _, p := range s.peers {
			s.drop(p)
		}
		s.loop.Remove(s.listener)
		unix.Close(s.listener)
	})
	s.loop.Close()
}
