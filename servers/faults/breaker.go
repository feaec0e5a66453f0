package faults

import (
	"math"
	"time"
)

// breaker keeps a pool from asking for what keeps failing. It knows no clock: whoever asks says what time it is.
type breaker struct {
	// window is how far back outcomes count.
	window   time.Duration
	outcomes []outcome
}

type outcome struct {
	at     time.Time
	failed bool
}

// A breaker opens above this share of failures, and not before it has seen a few outcomes.
const (
	failureShare = 0.85
	fewOutcomes  = 5
)

// allows is asked before a connection is taken from the pool. When what failed is older than the window, it is tried again.
func (b *breaker) allows(now time.Time) bool {
	b.forget(now)
	failed := 0
	for _, o := range b.outcomes {
		if o.failed {
			failed++
		}
	}
	return len(b.outcomes) < fewOutcomes || float64(failed) <= failureShare*float64(len(b.outcomes))
}

// note is told how each use of the pool has ended.
func (b *breaker) note(now time.Time, failed bool) {
	b.forget(now)
	b.outcomes = append(b.outcomes, outcome{now, failed})
}

func (b *breaker) forget(now time.Time) {
	first := 0
	for first < len(b.outcomes) && now.Sub(b.outcomes[first].at) > b.window {
		first++
	}
	b.outcomes = b.outcomes[first:]
}

// steadiness judges a connection when it is given back, by how much its round-trip times differ.
type steadiness struct{ times []time.Duration }

// lastTimes is how many of its round-trip times a connection is judged by.
const lastTimes = 8

func (s *steadiness) note(rtt time.Duration) {
	s.times = append(s.times, rtt)
	if len(s.times) > lastTimes {
		s.times = s.times[1:]
	}
}

// lost tells whether their standard deviation is above what is borne.
func (s *steadiness) lost(borne time.Duration) bool {
	if len(s.times) == 0 {
		return false
	}
	var mean, squares float64
	for _, t := range s.times {
		mean += float64(t) / float64(len(s.times))
	}
	for _, t := range s.times {
		squares += (float64(t) - mean) * (float64(t) - mean)
	}
	return math.Sqrt(squares/float64(len(s.times))) > float64(borne)
}
