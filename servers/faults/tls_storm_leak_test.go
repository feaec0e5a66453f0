package faults

import (
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"spinlab/servers/internal/authority"
)

// endsWithin tells whether the server ends the connection in that time.
func endsWithin(c net.Conn, patience time.Duration) bool {
	c.SetReadDeadline(time.Now().Add(patience))
	_, err := io.Copy(io.Discard, c)
	return !os.IsTimeout(err)
}

// curesLeak tells by an error why a fix does not free what has leaked, or does not free what comes after, or why its
// revert does not bring the leak back. Freed is what the client sees end.
func (s subject) curesLeak(t *testing.T, fix Switch, patience time.Duration) error {
	t.Helper()
	const batch = 5
	failures := func() uint64 { return s.Counters()["parse_failures"] + s.Counters()["handshakes_failed"] }
	storm := func() (conns []net.Conn) {
		before := failures()
		for i := 0; i < batch; i++ {
			conns = append(conns, s.send(t, attacker, plainHTTP))
		}
		eventually(t, "the failures", func() bool { return failures() == before+batch })
		return conns
	}
	leaked := func() int { return s.Gauges()["leaked_open"] }

	conns := storm()
	eventually(t, "the leak", func() bool { return leaked() == batch })
	if err := fix.Apply(); err != nil {
		return err
	}
	for _, c := range append(conns, storm()...) {
		if !endsWithin(c, patience) {
			return fmt.Errorf("with the fix the server still holds %s, one of %d", c.LocalAddr(), leaked())
		}
	}
	if n := leaked(); n != 0 {
		return fmt.Errorf("with the fix %d connections are said to leak, and all have ended", n)
	}
	if err := fix.Revert(); err != nil {
		return err
	}
	storm()
	eventually(t, "the leak again", func() bool { return leaked() == batch })
	return nil
}

func TestLeakFixesFreeWhatLeaksAndTheirRevertBringsItBack(t *testing.T) {
	for _, variant := range []string{"reactor", "netpoller-leak"} {
		for _, name := range []string{"leak-patch", "handshake-deadline"} {
			t.Run(variant+"/"+name, func(t *testing.T) {
				s := launch(t, variant, "hello-deadline=50ms")
				if err := s.curesLeak(t, s.Switches()[name], patience); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestLeaksDoNotSpin(t *testing.T) {
	s := launch(t, "reactor")
	for i := 0; i < 20; i++ {
		s.send(t, attacker, plainHTTP)
	}
	eventually(t, "20 leaks", func() bool { return s.Gauges()["leaked_open"] == 20 })
	s.mustBeSane(t)
	before := s.Counters()["turns"]
	for i := 0; i < 10; i++ {
		s.mustBeSane(t)
	}
	// Each has two events: the listener's and its own.
	if turns := s.Counters()["turns"] - before; turns > 10*2 {
		t.Errorf("%d turns for 10 requests", turns)
	}
}

func TestHandshakeDeadlineClosesStalledHellos(t *testing.T) {
	for _, variant := range []string{"reactor", "netpoller", "netpoller-leak"} {
		t.Run(variant, func(t *testing.T) {
			s := launch(t, variant, "hello-deadline=50ms")
			kept, err := s.connect()
			if err != nil {
				t.Fatal(err)
			}
			defer kept.Close()
			s.apply(t, "handshake-deadline")
			for i := 0; i < 3; i++ {
				if c := s.send(t, attacker, halfHello); !endsWithin(c, patience) {
					t.Fatalf("the server still holds a hello that stalls")
				}
			}
			if n := s.Counters()["closed_by_deadline"]; n != 3 {
				t.Errorf("%d closed by the deadline, not 3", n)
			}
			// Older than any of those, and its hello was complete.
			if err := request(kept); err != nil {
				t.Errorf("an established connection was hurt: %v", err)
			}
		})
	}
}

func TestHangupsEndIncompleteHellos(t *testing.T) {
	// Not prefix-reject: it judges what was sent, not who left.
	for _, name := range spinFixes[:4] {
		t.Run(name, func(t *testing.T) {
			s := launch(t, "reactor")
			pending := func(n int) func() bool { return func() bool { return s.Gauges()["pending"] == n } }
			early := s.send(t, attacker, halfHello)
			eventually(t, "one pending", pending(1))
			early.CloseWrite()
			s.apply(t, name)
			eventually(t, "the end of one that hung up before", pending(0))

			fin, reset := s.send(t, attacker, halfHello), s.send(t, attacker, halfHello)
			eventually(t, "two pending", pending(2))
			reset.SetLinger(0)
			reset.Close()
			eventually(t, "the end of one that was reset", pending(1))
			fin.CloseWrite()
			eventually(t, "the end of one that hung up", pending(0))
		})
	}
}

func TestTheBugNeverEndsAnIncompleteHelloThatHungUp(t *testing.T) {
	s := launch(t, "reactor")
	s.send(t, attacker, halfHello).CloseWrite()
	eventually(t, "one pending", func() bool { return s.Gauges()["pending"] == 1 })
	before := s.Counters()["peeks"]
	eventually(t, "1000 more peeks", func() bool { return s.Counters()["peeks"] > before+1000 })
	if n := s.Gauges()["pending"]; n != 1 {
		t.Errorf("%d pending", n)
	}
}

func TestCloseFreesEveryDescriptor(t *testing.T) {
	fault, _ := Find("tls-storm")
	a := authority.New(t)
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	settings, _ := fault.Configure(nil)
	for _, variant := range fault.Variants {
		before := open()
		server, err := fault.Start(Options{Variant: variant, Listen: "127.0.0.1:0", Certificates: a.Folder, Settings: settings})
		if err != nil {
			t.Fatal(err)
		}
		s := subject{server, a}
		s.mustBeSane(t)
		conns := []net.Conn{s.send(t, attacker, halfHello), s.send(t, attacker, plainHTTP)}
		eventually(t, "three arrivals", func() bool { return s.Counters()["accepted"] == 3 })
		server.Close()
		for _, c := range conns {
			if !endsWithin(c, patience) {
				t.Errorf("%s: a connection outlives its server", variant)
			}
			c.Close()
		}
		eventually(t, fmt.Sprintf("%s: %d descriptors as before, not %d", variant, before, open()), func() bool { return open() <= before })
	}
}
