package faults

import "time"

// heartbeat decides how often a peer is asked whether it lives, and when it counts as dead.
type heartbeat struct {
	least, period time.Duration
	inARow        int
}

// deadAfter is how many questions in a row a live peer never leaves without an answer.
const deadAfter = 3

// longest keeps a peer that answers now and then from never being asked again: so many times the least period.
const longest = 8

func newHeartbeat(period time.Duration) *heartbeat { return &heartbeat{least: period, period: period} }

// missed is told how many questions in a row have had no answer, and tells whether the peer is dead. Each more that is
// missed makes the period longer; an answer makes it what it was.
func (h *heartbeat) missed(inARow int) (dead bool) {
	if inARow == 0 {
		h.period = h.least
	}
	for ; h.inARow < inARow && inARow < deadAfter; h.inARow++ {
		if h.period *= 2; h.period > longest*h.least {
			h.period = longest * h.least
		}
	}
	h.inARow = inARow
	return inARow >= deadAfter
}
