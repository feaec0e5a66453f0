package faults

import (
	"testing"
	"time"
)

func TestABreakerOpensAboveItsShareOfFailuresAndForgetsWhatIsOld(t *testing.T) {
	start := time.Now()
	for _, row := range []struct {
		ok, failed int
		after      time.Duration // the last of them
		allows     bool
		why        string
	}{
		{0, 0, 0, true, "nothing has failed"},
		{0, 4, 0, true, "too few to tell"},
		{0, 5, 0, false, "all have failed"},
		{15, 85, 0, true, "85 % is not above 85 %"},
		{14, 86, 0, false, "86 % is"},
		{0, 100, time.Minute, false, "within the minute"},
		{0, 100, time.Minute + time.Millisecond, true, "a minute has passed: it is tried again"},
	} {
		b := &breaker{window: time.Minute}
		for i := 0; i < row.ok+row.failed; i++ {
			b.note(start, i >= row.ok)
		}
		if b.allows(start.Add(row.after)) != row.allows {
			t.Errorf("%d ok, %d failed, %s later: not %v (%s)", row.ok, row.failed, row.after, row.allows, row.why)
		}
	}
}

func TestAConnectionIsLostWhenItsRoundTripTimesDeviate(t *testing.T) {
	ms := time.Millisecond
	for _, row := range []struct {
		times []time.Duration
		lost  bool
	}{
		{nil, false},
		{[]time.Duration{5000 * ms, 5000 * ms}, false}, // slow, and steady
		{[]time.Duration{0, 600 * ms}, false},          // a deviation of 300 ms
		{[]time.Duration{0, 602 * ms}, true},           // and of 301
		{[]time.Duration{9000 * ms, 1, 1, 1, 1, 1, 1, 1}, true},
		{[]time.Duration{9000 * ms, 1, 1, 1, 1, 1, 1, 1, 1}, false}, // only the last eight count
	} {
		var s steadiness
		for _, rtt := range row.times {
			s.note(rtt)
		}
		if s.lost(300*ms) != row.lost {
			t.Errorf("%v: lost is not %v", row.times, row.lost)
		}
	}
}
