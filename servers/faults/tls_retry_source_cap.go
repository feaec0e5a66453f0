package faults

import (
	"net/netip"
	"sync"
)

// sourceCap is a fix: a source with too many unfinished handshakes loses them all, and is refused until it has been quiet.
type sourceCap struct {
	*tlsRetry
	mu      sync.Mutex
	on      bool
	refused refusals
}

func (f *sourceCap) admits(c *conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	source := c.source()
	switch {
	case !f.on:
		return true
	case f.refused.apply(source, f.settings.Duration("refuse-for")):
		f.refuse(c)
		return false
	}
	return !f.enforce(source)
}

// enforce says whether a source has too many, which it then loses.
func (f *sourceCap) enforce(source netip.Addr) bool {
	pending := f.ledger.pendingOf(source)
	if len(pending) <= f.settings.Count("pending-per-source") {
		return false
	}
	f.refused.begin(source, f.settings.Duration("refuse-for"))
	for _, c := range pending {
		f.refuse(c)
	}
	return true
}

func (f *sourceCap) refuse(c *conn) {
	f.tlsRetry.refused.Add(1)
	c.Close()
}

func (f *sourceCap) turn(on bool) func() error {
	return func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.on, f.refused = on, refusals{}
		if !on {
			return nil
		}
		for source := range f.ledger.sources() {
			f.enforce(source)
		}
		return nil
	}
}
