package faults

import (
	"fmt"
	"net"
	"testing"
	"time"
)

// crowd opens silent connections until the listener looks after them.
func (s subject) crowd(t *testing.T, n int) (silent []*net.TCPConn) {
	t.Helper()
	for i := 0; i < n; i++ {
		silent = append(silent, s.dial(t, attacker))
	}
	return silent
}

// plain makes a request over a connection of its own.
func (s subject) plain() error {
	c, err := net.DialTimeout("tcp", s.Address(), patience)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	return request(c)
}

// calm tells by an error that the listener arms more often than it must: once for each connection, and by its clock.
func (s subject) calm() error {
	const requests = 20
	before, begin := s.Counters()["set_deadline"], time.Now()
	for i := 0; i < requests; i++ {
		if err := s.plain(); err != nil {
			return err
		}
	}
	most := requests + 2 + uint64(time.Since(begin)/atEase)
	if armed := s.Counters()["set_deadline"] - before; armed > most {
		return fmt.Errorf("%d deadlines for %d requests, at most %d", armed, requests, most)
	}
	return nil
}

func (s subject) mustSpin(t *testing.T) {
	t.Helper()
	before := s.Counters()["set_deadline"]
	eventually(t, "200 more deadlines", func() bool { return s.Counters()["set_deadline"] > before+200 })
}

func TestACrowdOfSilentConnectionsMakesTheListenerSpinUntilItsDeadlineIsSound(t *testing.T) {
	for _, row := range []struct {
		variant, patience string
		accepts           bool
	}{
		{"one-millisecond", "1h", true},
		{"past", "100ms", false},
		{"einval", "1h", false},
	} {
		t.Run(row.variant, func(t *testing.T) {
			s := launchFault(t, "deadline-listener", row.variant, "crowd=3", "patience="+row.patience)
			if err := s.calm(); err != nil {
				t.Fatalf("without a crowd: %v", err)
			}
			for round := 0; round < 2; round++ {
				s.crowd(t, 5)
				s.mustSpin(t)
				if row.variant == "past" {
					eventually(t, "the deadline to pass", func() bool { return s.Counters()["deadlines_passed"] > 100 })
				}
				before := s.Counters()["accepted"]
				late := s.dial(t, attacker)
				s.mustSpin(t)
				if accepted := s.Counters()["accepted"] > before; accepted != row.accepts {
					t.Errorf("accepts while it spins: %v", accepted)
				}
				revert := s.apply(t, "sound-deadline")
				if err := request(late); err != nil {
					t.Errorf("who came while it spun: %v", err)
				}
				if err := s.calm(); err != nil {
					t.Errorf("with the fix: %v", err)
				}
				revert()
			}
		})
	}
}

func TestSoundDeadlinesEndWhatIsSilentForTooLong(t *testing.T) {
	s := launchFault(t, "deadline-listener", "one-millisecond", "patience=100ms")
	s.apply(t, "sound-deadline")
	for _, c := range s.crowd(t, 3) {
		if !endsWithin(c, patience) {
			t.Error("a silent connection stays open")
		}
	}
	eventually(t, "three closed ones", func() bool { return s.Counters()["closed_silent"] == 3 })
}

func TestStockHTTPParksSilentConnections(t *testing.T) {
	s := launchFault(t, "deadline-listener", "stock", "patience=100ms")
	silent := s.crowd(t, 3)
	eventually(t, "three silent ones", func() bool { return s.Gauges()["silent"] == 3 })
	if err := s.plain(); err != nil {
		t.Error(err)
	}
	for _, c := range silent {
		if !endsWithin(c, patience) {
			t.Error("a silent connection outlives ReadHeaderTimeout")
		}
	}
}
