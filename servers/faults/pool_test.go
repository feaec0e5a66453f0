package faults

import (
	"errors"
	"net"
	"testing"
	"time"
)

// backend accepts, and answers as long as it is told to.
func backend(t *testing.T, answers bool) string {
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
				for answers {
					if _, err := c.Read(b); err != nil {
						return
					}
					c.Write([]byte("pong\n"))
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func guarded(window time.Duration) *poolGuard {
	return &poolGuard{breaker: breaker{window: window}, beat: time.Millisecond}
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

func TestAGuardDoesNotTakeBackAnUnsteadyConnection(t *testing.T) {
	p := &pool{backend: backend(t, true), patience: patience, lifetime: time.Hour, guard: guarded(time.Minute)}
	t.Cleanup(p.close)
	if err := p.ask(); err != nil {
		t.Fatal(err)
	}
	p.idle[0].steady.note(2 * time.Second)
	if err := p.ask(); err != nil || p.unsteady != 1 || len(p.idle) != 0 {
		t.Errorf("%v, %d unsteady, %d idle", err, p.unsteady, len(p.idle))
	}
}
