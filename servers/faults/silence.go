package faults

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// silence knows the connections of an http.Server that have said nothing yet, and since when.
type silence struct {
	mu    sync.Mutex
	since map[net.Conn]time.Time
}

func newSilence() *silence { return &silence{since: map[net.Conn]time.Time{}} }

// note is for the server's hook ConnState; it learns of a connection before the next one is accepted.
func (s *silence) note(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateNew {
		s.since[c] = time.Now()
	} else {
		delete(s.since, c)
	}
}

func (s *silence) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.since)
}

// longest tells since when the most patient one has been silent; the zero time if nobody is.
func (s *silence) longest() (first time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, since := range s.since {
		if first.IsZero() || since.Before(first) {
			first = since
		}
	}
	return first
}

// end closes those that have been silent since before that time, and tells how many.
func (s *silence) end(latest time.Time) int {
	var late []net.Conn
	s.mu.Lock()
	for c, since := range s.since {
		if since.Before(latest) {
			late = append(late, c)
			delete(s.since, c)
		}
	}
	s.mu.Unlock()
	for _, c := range late {
		c.Close()
	}
	return len(late)
}
