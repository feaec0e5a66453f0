package faults

import (
	"fmt"
	"testing"
	"time"
)

// attacker is where the storm comes from; sane clients come from 127.0.0.1.
const attacker = "127.0.0.9"

var spinFixes = []string{"consume", "rcvlowat", "edge-triggered", "one-shot", "prefix-reject"}

// turnsPerArrival lets incomplete hellos and sane requests arrive at a slow pace, and tells how often the loop turned for
// each. A loop that sleeps turns a few times for each; one that spins turns through the pauses, too.
func (s subject) turnsPerArrival(t *testing.T) float64 {
	t.Helper()
	s.send(t, attacker, halfHello)
	s.mustBeSane(t)
	before := s.Counters()
	for i := 0; i < 5; i++ {
		s.send(t, attacker, halfHello)
		s.mustBeSane(t)
		time.Sleep(20 * time.Millisecond)
	}
	after := s.Counters()
	return float64(after["turns"]-before["turns"]) / float64(after["accepted"]-before["accepted"])
}

// curesSpin tells by an error why a fix does not end the spin, or why its revert does not bring it back.
func (s subject) curesSpin(t *testing.T, fix Switch) error {
	t.Helper()
	spinning := s.turnsPerArrival(t)
	if err := fix.Apply(); err != nil {
		return err
	}
	fixed := s.turnsPerArrival(t)
	if err := fix.Revert(); err != nil {
		return err
	}
	relapsed := s.turnsPerArrival(t)
	t.Logf("turns for each arrival: %.1f with the bug, %.1f with the fix, %.1f without it again", spinning, fixed, relapsed)
	if spinning < 5*fixed {
		return fmt.Errorf("%.1f turns for each arrival with the fix, %.1f before it", fixed, spinning)
	}
	if relapsed < 5*fixed {
		return fmt.Errorf("%.1f turns for each arrival after the revert, %.1f with the fix", relapsed, fixed)
	}
	return nil
}

func TestSpinFixesEndTheSpinAndTheirRevertBringsItBack(t *testing.T) {
	for _, name := range spinFixes {
		t.Run(name, func(t *testing.T) {
			s := launch(t, "reactor")
			if err := s.curesSpin(t, s.Switches()[name]); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOtherFixesDoNotCureTheSpin(t *testing.T) {
	for _, name := range []string{"handshake-deadline", "leak-patch", "early-validation", "config-swap"} {
		t.Run(name, func(t *testing.T) {
			s := launch(t, "reactor")
			if s.curesSpin(t, s.Switches()[name]) == nil {
				t.Error("it does")
			}
		})
	}
}

func TestAFixThatDoesNothingIsSeenToDoNothing(t *testing.T) {
	nothing := func() error { return nil }
	s := launch(t, "reactor")
	if s.curesSpin(t, Switch{nothing, nothing}) == nil {
		t.Error("it seems to cure the spin")
	}
	for _, variant := range []string{"reactor", "netpoller-leak"} {
		s := launch(t, variant)
		if s.curesLeak(t, Switch{nothing, nothing}, 300*time.Millisecond) == nil {
			t.Errorf("it seems to cure the leak of %s", variant)
		}
	}
}

func TestFixesThatWaitDoNotDisturbEachOther(t *testing.T) {
	s := launch(t, "reactor")
	spinning := s.turnsPerArrival(t)
	var reverts []func()
	for _, name := range spinFixes[:4] {
		reverts = append(reverts, s.apply(t, name))
	}
	var fixed float64
	for i, revert := range reverts {
		if fixed = s.turnsPerArrival(t); spinning < 5*fixed {
			t.Errorf("with %v: %.1f turns for each arrival, %.1f with none", spinFixes[i:4], fixed, spinning)
		}
		revert()
	}
	if relapsed := s.turnsPerArrival(t); relapsed < 5*fixed {
		t.Errorf("%.1f turns for each arrival with all of them reverted, %.1f with the last", relapsed, fixed)
	}
}
