package edge

import (
	"context"
	"time"

	"spinlab/servers/faults"
)

// stopOnClose stops the timer of an edge that is gone, and those that were left behind so far. An edge that has vanished
// is not gone as far as this end knows: its timer stays.
type stopOnClose struct{ *gateway }

func (f stopOnClose) Apply() error {
	f.turn(true)
	f.each(func(e *edge) {
		if e.dead {
			f.forget(e)
		}
	})
	return nil
}

func (f stopOnClose) Revert() error {
	f.turn(false)
	return nil
}

func (f stopOnClose) turn(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gateway.stopOnClose = on
}

// wheel polls all edges, dead ones too, from one timer: it wakes the scheduler as often as one edge does, however many
// there are. What it forgets nothing of, it pays for in memory.
type wheel struct {
	*gateway
	done chan struct{}
}

func (f *wheel) Apply() error {
	f.done = make(chan struct{})
	f.share(f, (*edge).disarm)
	go f.run(f.done)
	return nil
}

func (f *wheel) Revert() error {
	f.stop()
	f.share(nil, (*edge).arm)
	return nil
}

func (f *wheel) stop() { close(f.done) }

func (f *wheel) share(shared *wheel, do func(*edge)) {
	f.mu.Lock()
	f.shared = shared
	f.mu.Unlock()
	f.each(do)
}

func (f *wheel) run(done <-chan struct{}) {
	for wait(f.settings.Duration("poll-every"), done) {
		var all []*edge
		f.each(func(e *edge) { all = append(all, e) })
		for _, e := range all {
			e.poll()
		}
	}
}

// reap asks each edge whether it lives (ping, RFC 6455, 5.5.2), and ends whoever does not say so in time: the dead, and
// those that have vanished without a word.
type reap struct {
	*gateway
	done chan struct{}
}

func (f *reap) Apply() error {
	f.done = make(chan struct{})
	go f.run(f.done)
	return nil
}

func (f *reap) Revert() error {
	close(f.done)
	return nil
}

func (f *reap) run(done <-chan struct{}) {
	for {
		f.each(func(e *edge) { go f.ask(e) })
		if !wait(f.settings.Duration("ping-every"), done) {
			return
		}
	}
}

func (f *reap) ask(e *edge) {
	// A second question to an edge that owes an answer would only be one more timer.
	if !e.asked.CompareAndSwap(false, true) {
		return
	}
	defer e.asked.Store(false)
	within, cancel := context.WithTimeout(context.Background(), f.settings.Duration("pong-within"))
	defer cancel()
	if e.socket.Ping(within) == nil {
		return
	}
	e.socket.CloseNow()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.edges[e] {
		f.reaped.Add(1)
		f.forget(e)
	}
}

// wait lets that time pass, and tells whether the fix is still wanted then.
func wait(every time.Duration, done <-chan struct{}) bool {
	select {
	case <-time.After(every):
		return true
	case <-done:
		return false
	}
}

// Switches are none where timers are sound, or where there are none.
func (g *gateway) Switches() map[string]faults.Switch {
	if g.sound {
		return map[string]faults.Switch{}
	}
	stop, turn, ask := stopOnClose{g}, &wheel{gateway: g}, &reap{gateway: g}
	return map[string]faults.Switch{
		"stop-on-close": {Apply: stop.Apply, Revert: stop.Revert},
		"wheel":         {Apply: turn.Apply, Revert: turn.Revert},
		"reap":          {Apply: ask.Apply, Revert: ask.Revert},
	}
}
