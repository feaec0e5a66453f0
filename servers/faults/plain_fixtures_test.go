package faults

import (
	"io"
	"net"
	"testing"
	"time"
)

// launchPlain runs a variant of a fault that serves HTTP without TLS.
func launchPlain(t *testing.T, name, variant string) subject {
	t.Helper()
	fault, _ := Find(name)
	settings, err := fault.Configure(nil)
	if err != nil {
		t.Fatal(err)
	}
	server, err := fault.Start(Options{Variant: variant, Listen: "127.0.0.1:0", Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return subject{Server: server}
}

// mustAnswer makes a request over a connection that exists.
func mustAnswer(t *testing.T, c net.Conn) {
	t.Helper()
	c.SetDeadline(time.Now().Add(patience))
	if err := request(c); err != nil {
		t.Fatalf("a sane request failed: %v", err)
	}
}

// mustEnd waits for the server to close a connection, in whatever way.
func mustEnd(t *testing.T, c net.Conn) {
	t.Helper()
	c.SetDeadline(time.Now().Add(patience))
	_, err := io.Copy(io.Discard, c)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Fatal("the server does not close it")
	}
}

// pace is how far a counter gets in a short time: a few in a loop that sleeps, thousands in one that spins.
func (s subject) pace(counter string) uint64 {
	before := s.Counters()[counter]
	time.Sleep(40 * time.Millisecond)
	return s.Counters()[counter] - before
}

const (
	// spinning is the least pace of a spin here, resting the most of a loop that has something to wait for.
	spinning = 500
	resting  = 50
)

func (s subject) mustRace(t *testing.T, counter string) {
	t.Helper()
	eventually(t, "a spin", func() bool { return s.pace(counter) >= spinning })
}

func (s subject) mustCalm(t *testing.T, counter string) {
	t.Helper()
	// Once may be a moment in which nobody let the loop run.
	eventually(t, "the end of the spin", func() bool {
		for look := 0; look < 3; look++ {
			if s.pace(counter) > resting {
				return false
			}
		}
		return true
	})
}
