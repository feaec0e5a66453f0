package faults

import (
	"bufio"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// pool keeps connections to a backend that answers each line with a line. The bug is what it lacks: it asks for a
// connection however often that has failed, and waits for an answer as long as its patience lasts.
type pool struct {
	backend string
	// patience is how long the backend may take to accept, and to answer. A connection older than lifetime is not used again.
	patience, lifetime time.Duration

	mu   sync.Mutex
	idle []*pooled
	// guard is the fix; nil without it.
	guard *poolGuard

	refused, broken, unsteady, failed uint64
}

// poolGuard is a fix of three places: before a connection is taken, while it is in use, and when it is given back.
type poolGuard struct {
	breaker breaker
	// beat is how often a connection in use is asked whether it lives.
	beat time.Duration
	// deviation is how far the round-trip times of a connection that is given back may differ (standard deviation).
	deviation time.Duration
}

// pooled is a connection of the pool.
type pooled struct {
	net.Conn
	lines  *bufio.Reader
	since  time.Time
	steady steadiness
}

// errBreakerOpen is answered instead of trying.
var errBreakerOpen = errors.New("the breaker is open: the backend has failed too often")

// ask gets one answer from the backend.
func (p *pool) ask() error {
	p.mu.Lock()
	guard := p.guard
	if guard != nil && !guard.breaker.allows(time.Now()) {
		p.refused++
		p.mu.Unlock()
		return errBreakerOpen
	}
	c := p.takeIdle()
	p.mu.Unlock()
	var err error
	if c == nil {
		c, err = p.dial()
	}
	if err == nil {
		err = c.ask(p.patience, guard)
	}
	p.giveBack(c, err, guard)
	return err
}

// takeIdle returns nil where a new one must be dialled. The lock is held.
func (p *pool) takeIdle() *pooled {
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if time.Since(c.since) < p.lifetime {
			return c
		}
		c.Close()
	}
	return nil
}

func (p *pool) dial() (*pooled, error) {
	c, err := net.DialTimeout("tcp", p.backend, p.patience)
	if err != nil {
		return nil, err
	}
	return &pooled{Conn: c, lines: bufio.NewReader(c), since: time.Now()}, nil
}

func (p *pool) giveBack(c *pooled, err error, guard *poolGuard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if guard != nil {
		guard.breaker.note(time.Now(), err != nil)
	}
	switch {
	case err != nil:
		p.failed++
		if errors.Is(err, errSilent) {
			p.broken++
		}
	case guard != nil && c.steady.lost(guard.deviation):
		p.unsteady++
	default:
		p.idle = append(p.idle, c)
		return
	}
	if c != nil {
		c.Close()
	}
}

// errSilent says that as many heartbeats in a row have been missed as no live peer misses.
var errSilent = errors.New("the backend has missed its heartbeats")

// ask sends a line and waits for its answer: without a guard for as long as patience lasts, with one for as long as
// heartbeats, which are lines like any other, are not missed.
func (c *pooled) ask(patience time.Duration, guard *poolGuard) error {
	asked := time.Now()
	if err := c.send(); err != nil {
		return err
	}
	if guard == nil {
		return c.hear(asked.Add(patience))
	}
	life := newHeartbeat(guard.beat)
	for sent := 0; ; sent++ {
		err := c.hear(time.Now().Add(life.period))
		if err == nil {
			c.steady.note(time.Since(asked))
			return c.hearAll(sent, asked.Add(patience))
		}
		if life.missed(sent + 1) {
			return errSilent
		}
		if err := c.send(); err != nil {
			return err
		}
	}
}

func (c *pooled) send() error {
	_, err := io.WriteString(c, "ping\n")
	return err
}

func (c *pooled) hear(until time.Time) error {
	c.SetReadDeadline(until)
	_, err := c.lines.ReadString('\n')
	return err
}

// hearAll hears the answers to heartbeats that came after the one that was waited for.
func (c *pooled) hearAll(answers int, until time.Time) error {
	for i := 0; i < answers; i++ {
		if err := c.hear(until); err != nil {
			return err
		}
	}
	return nil
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.idle {
		c.Close()
	}
	p.idle = nil
}
