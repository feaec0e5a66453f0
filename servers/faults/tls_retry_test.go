package faults

import (
	"net"
	"testing"
)

func (s subject) turns() uint64 { return s.Counters()["turns"] }

func (s subject) mustRetry(t *testing.T) {
	t.Helper()
	before := s.turns()
	eventually(t, "100 more turns", func() bool { return s.turns() > before+100 })
}

// mustRest fails where the server still turns while it serves sane clients.
func (s subject) mustRest(t *testing.T, held func() bool) {
	t.Helper()
	eventually(t, "the end of the retries", func() bool { return !held() })
	before := s.turns()
	for i := 0; i < 5; i++ {
		s.mustBeSane(t)
	}
	// A sane handshake waits for its client now and then.
	if turns := s.turns() - before; turns > 500 {
		t.Errorf("%d turns for 5 requests", turns)
	}
}

func TestRetriesEndWithAFixAndComeBackWithout(t *testing.T) {
	for _, row := range []struct {
		variant, fix, counter string
		sends                 []byte
	}{
		{"short-deadline", "handshake-deadline", "closed_by_deadline", halfHello},
		{"short-deadline", "source-cap", "refused_by_source", halfHello},
		{"stored-error", "handshake-deadline", "handshakes_failed", plainHTTP},
		{"stored-error", "early-reject", "rejected_early", plainHTTP},
	} {
		t.Run(row.variant+"/"+row.fix, func(t *testing.T) {
			s := launchFault(t, "tls-retry", row.variant, "hello-deadline=50ms", "pending-per-source=1", "refuse-for=100ms")
			pending := func() bool { return s.Gauges()["pending"] > 0 }
			attack := func() (conns []net.Conn) {
				for i := 0; i < 3; i++ {
					conns = append(conns, s.send(t, attacker, row.sends))
				}
				return conns
			}
			s.mustBeSane(t)
			for round := 0; round < 2; round++ {
				early := attack()
				s.mustRetry(t)
				s.mustBeSane(t)
				revert := s.apply(t, row.fix)
				mustEndAll(t, early)
				mustEndAll(t, attack())
				s.mustRest(t, pending)
				if s.Counters()[row.counter] == 0 {
					t.Errorf("%s is 0", row.counter)
				}
				revert()
			}
		})
	}
}

func mustEndAll(t *testing.T, conns []net.Conn) {
	t.Helper()
	for _, c := range conns {
		if !endsWithin(c, patience) {
			t.Errorf("the server still holds %s", c.LocalAddr())
		}
	}
}

func TestStockTLSDoesNotRetry(t *testing.T) {
	s := launchFault(t, "tls-retry", "stock")
	s.send(t, attacker, halfHello)
	bad := s.send(t, attacker, plainHTTP)
	if !endsWithin(bad, patience) {
		t.Error("a bad hello is not refused")
	}
	eventually(t, "one failed handshake", func() bool { return s.Counters()["handshakes_failed"] == 1 })
	s.mustBeSane(t)
}

func TestAHelloThatComesInPiecesIsServedDespiteTheRetries(t *testing.T) {
	s := launchFault(t, "tls-retry", "short-deadline")
	for i := 0; i < 3; i++ {
		s.send(t, attacker, halfHello)
	}
	c, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	before := s.turns()
	eventually(t, "100 turns beside a connection that rests", func() bool { return s.turns() > before+100 })
	if err := request(c); err != nil {
		t.Errorf("a deadline of the handshake outlives it: %v", err)
	}
}
