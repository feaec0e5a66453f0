package faults

import (
	"net"
	"testing"
)

// halfCloser is a client that asks for events, shuts its own side down and waits.
func (s subject) halfCloser(t *testing.T) *net.TCPConn {
	t.Helper()
	c := s.send(t, attacker, []byte("GET /events HTTP/1.1\r\nHost: lab.test\r\n\r\n"))
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEachFixOfHalfCloseEndsTheSpinAndItsRevertBringsItBack(t *testing.T) {
	for _, row := range []struct {
		variant, fix, counter string
		closes                bool
	}{
		{"reactor", "read-eof", "turns", true},
		{"reactor", "rdhup", "turns", true},
		{"reactor", "unregister", "turns", false},
		{"reactor", "edge-triggered", "turns", false},
		{"hang-up", "close-on-hup", "turns", true},
		{"hang-up", "unregister", "turns", false},
		{"read-loop", "read-eof", "reads", true},
	} {
		t.Run(row.variant+" "+row.fix, func(t *testing.T) {
			s := launchPlain(t, "half-close", row.variant)
			c := s.halfCloser(t)
			s.mustRace(t, row.counter)
			mustAnswer(t, s.dial(t, "127.0.0.1"))

			revert := s.apply(t, row.fix)
			s.mustCalm(t, row.counter)
			left := 1
			if row.closes {
				mustEnd(t, c)
				left = 0
			}
			if n := s.Gauges()["subscribers"]; n != left {
				t.Errorf("%d subscribers are open, not %d", n, left)
			}
			s.halfCloser(t)
			s.mustCalm(t, row.counter)

			revert()
			s.halfCloser(t)
			s.mustRace(t, row.counter)
		})
	}
}

func TestHalfClosedSubscribersOfStockNetHTTPEndAtOnce(t *testing.T) {
	s := launchPlain(t, "half-close", "net-http")
	mustEnd(t, s.halfCloser(t))
	if n := s.Counters()["subscriptions"]; n != 1 {
		t.Errorf("%d subscriptions", n)
	}
}

func TestOnlyTheHalfClosedSpin(t *testing.T) {
	s := launchPlain(t, "half-close", "reactor")
	subscriber := s.send(t, attacker, []byte("GET /events HTTP/1.1\r\nHost: lab.test\r\n\r\n"))
	eventually(t, "a subscriber", func() bool { return s.Gauges()["subscribers"] == 1 })
	c := s.dial(t, "127.0.0.1")
	mustAnswer(t, c)
	mustAnswer(t, c)
	c.Close()
	s.mustCalm(t, "turns")
	subscriber.SetLinger(0) // its Close is a reset
	subscriber.Close()
	eventually(t, "the end of all", func() bool { return s.Gauges()["connections"] == 0 })
}

func TestWhatIsNoRequestIsRefused(t *testing.T) {
	s := launchPlain(t, "half-close", "reactor")
	for _, text := range []string{"GET /elsewhere HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\n\r\n", "\r\n\r\n"} {
		if err := request(s.send(t, attacker, []byte(text))); err == nil || err.Error() != "answered 404 Not Found" {
			t.Errorf("%q: %v", text, err)
		}
	}
	mustEnd(t, s.send(t, attacker, make([]byte, 2*longestRequest)))
}
