package faults

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// backend accepts, and answers as long as it is told to.
func backend(t *testing.T, answers bool) string {
	t.Helper()
	if !answers {
		return slowBackend(t, nil)
	}
	return slowBackend(t, []time.Duration{0})
}

// slowBackend accepts, and answers each question on a connection after the next of the delays, in turn; without any, never.
func slowBackend(t *testing.T, delays []time.Duration) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			go func() {
				b := make([]byte, 5)
				for i := 0; len(delays) > 0; i++ {
					if _, err := io.ReadFull(c, b); err != nil {
						return
					}
					time.Sleep(delays[i%len(delays)])
					c.Write([]byte("pong\n"))
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func guarded(window time.Duration) *poolGuard {
	return &poolGuard{breaker: breaker{window: window}, beat: time.Millisecond, deviation: 300 * time.Millisecond}
}

func TestAPoolUsesAConnectionAgainUntilItIsOld(t *testing.T) {
	p := &pool{backend: backend(t, true), patience: patience, lifetime: time.Hour}
	t.Cleanup(p.close)
	for i := 0; i < 3; i++ {
		if err := p.ask(); err != nil {
			t.Fatal(err)
		}
	}
	first := p.idle[0]
	if len(p.idle) != 1 {
		t.Fatalf("%d connections for one asker", len(p.idle))
	}
	p.lifetime = 0
	if err := p.ask(); err != nil || len(p.idle) != 1 || p.idle[0] == first {
		t.Errorf("an old connection is used again (%v)", err)
	}
}

func TestAPoolWithoutAGuardWaitsForASilentBackendAsLongAsItsPatienceLasts(t *testing.T) {
	p := &pool{backend: backend(t, false), patience: 100 * time.Millisecond, lifetime: time.Hour}
	for i := 0; i < 2*fewOutcomes; i++ {
		begun := time.Now()
		if err := p.ask(); err == nil || time.Since(begun) < p.patience {
			t.Fatalf("%v after %s", err, time.Since(begun))
		}
	}
}

func TestAGuardBreaksASilentConnectionAtTheThirdHeartbeatAndThenStopsAsking(t *testing.T) {
	p := &pool{backend: backend(t, false), patience: patience, lifetime: time.Hour, guard: guarded(time.Minute)}
	for i := 0; i < fewOutcomes; i++ {
		if err := p.ask(); !errors.Is(err, errSilent) {
			t.Fatal(err)
		}
	}
	if err := p.ask(); !errors.Is(err, errBreakerOpen) {
		t.Errorf("asked again: %v", err)
	}
	if p.broken != fewOutcomes || p.refused != 1 || len(p.idle) != 0 {
		t.Errorf("%d broken, %d refused, %d idle", p.broken, p.refused, len(p.idle))
	}
}

func TestAGuardTriesAgainWhenTheFailuresAreOld(t *testing.T) {
	p := &pool{backend: backend(t, true), patience: patience, lifetime: time.Hour, guard: guarded(time.Minute)}
	t.Cleanup(p.close)
	for i := 0; i < fewOutcomes; i++ {
		p.guard.breaker.note(time.Now().Add(-59*time.Second), true)
	}
	if err := p.ask(); !errors.Is(err, errBreakerOpen) {
		t.Fatalf("within the minute: %v", err)
	}
	for i := range p.guard.breaker.outcomes {
		p.guard.breaker.outcomes[i].at = time.Now().Add(-61 * time.Second)
	}
	if err := p.ask(); err != nil {
		t.Error(err)
	}
}

// TestAGuardDoesNotTakeBackAConnectionWhoseRoundTripsDeviate drives the rule of 300 ms three times as fast, over real connections.
func TestAGuardDoesNotTakeBackAConnectionWhoseRoundTripsDeviate(t *testing.T) {
	ms := time.Millisecond
	for _, row := range []struct {
		name     string
		delays   []time.Duration
		unsteady bool
	}{
		{"quick", []time.Duration{0}, false},
		{"slow, and steady", []time.Duration{400 * ms}, false},
		{"now quick and now slow", []time.Duration{0, 400 * ms}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := &pool{backend: slowBackend(t, row.delays), patience: patience, lifetime: time.Hour}
			// No heartbeat is due before the answer: a heartbeat that is missed would be another rule.
			p.guard = &poolGuard{breaker: breaker{window: time.Minute}, beat: patience, deviation: 100 * ms}
			t.Cleanup(p.close)
			for i := 0; i < 2; i++ {
				if err := p.ask(); err != nil {
					t.Fatal(err)
				}
			}
			if kept := len(p.idle) == 1; kept == row.unsteady || (p.unsteady == 1) != row.unsteady {
				t.Errorf("%d unsteady, %d kept", p.unsteady, len(p.idle))
			}
			// The next asker is served over a connection of its own.
			if err := p.ask(); err != nil {
				t.Error(err)
			}
		})
	}
}
