package faults

import "sync"

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
	source, quiet := c.source(), f.settings.Duration("refuse-for")
	switch {
	case !f.on:
		return true
	case f.refused.apply(source, quiet):
		f.refuse(c)
		return false
	}
	pending := f.ledger.pendingOf(source)
	if len(pending) <= f.settings.Count("pending-per-source") {
		return true
	}
	f.refused.begin(source, quiet)
	for _, c := range pending {
		f.refuse(c)
	}
	return false
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
		return nil
	}
}
