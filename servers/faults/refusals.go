package faults

import (
	"net/netip"
	"time"
)

// refusals knows the source addresses that are unwelcome, and until when. It is for one goroutine at a time.
type refusals map[netip.Addr]time.Time

// begin refuses a source until it has been quiet for so long.
func (r refusals) begin(source netip.Addr, quiet time.Duration) {
	r.expire()
	r[source] = time.Now().Add(quiet)
}

// apply tells whether a new connection of that source is unwelcome; each attempt prolongs the refusal.
func (r refusals) apply(source netip.Addr, quiet time.Duration) bool {
	until, known := r[source]
	if !known || time.Now().After(until) {
		return false
	}
	r[source] = time.Now().Add(quiet)
	return true
}

// inForce is how many sources are refused at this moment.
func (r refusals) inForce() int {
	r.expire()
	return len(r)
}

func (r refusals) expire() {
	now := time.Now()
	for source, until := range r {
		if until.Before(now) {
			delete(r, source)
		}
	}
}
