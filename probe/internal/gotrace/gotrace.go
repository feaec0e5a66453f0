// Package gotrace counts what an execution trace of a Go program (runtime/trace, what `go tool trace` shows) tells of its
// scheduler. The network poller's own waits are not in it: netpoll of runtime/netpoll_epoll.go emits no event. What they
// bring is: a goroutine that is woken by none.
package gotrace

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/exp/trace"
)

// Report is what a trace comes to. Nothing before its first event is known.
type Report struct {
	Seconds float64 `json:"seconds"`
	// ProcStarts and ProcStops are how often a processor (a P of the scheduler) took up work and ran out of it.
	ProcStarts int `json:"procStarts"`
	ProcStops  int `json:"procStops"`
	// Runs is how often a goroutine began to run.
	Runs int `json:"runs"`
	// TimerFunctions are goroutines that none created: goFunc of time/sleep.go starts one for each time.AfterFunc.
	TimerFunctions int `json:"timerFunctions"`
	// WokenByRuntime are goroutines that none woke but the scheduler, for the network poller, a deadline or a timer; by
	// what they waited for, as the runtime words it.
	WokenByRuntime map[string]int `json:"wokenByRuntime"`
	// WokenByGoroutines were woken by another.
	WokenByGoroutines map[string]int `json:"wokenByGoroutines"`
	// Calls are the system calls of goroutines, by the function that makes them.
	Calls map[string]int `json:"calls"`
	// Waits are where goroutines go to wait, the most frequent first.
	Waits []Wait `json:"waits"`
}

// Wait is one place, and how often a goroutine began to wait there.
type Wait struct {
	Reason string `json:"reason"`
	// Stack has the innermost function first.
	Stack []string `json:"stack"`
	Times int      `json:"times"`
}

// mostWaits bounds the places that are told, deepest their stacks.
const (
	mostWaits = 5
	deepest   = 24
)

// sinceBefore is what those wait for of whom the trace has seen no more than the end of it.
const sinceBefore = "since before the trace"

// Count reads a trace to its end.
func Count(from io.Reader) (Report, error) {
	reader, err := trace.NewReader(from)
	if err != nil {
		return Report{}, err
	}
	c := counter{
		report:  Report{WokenByRuntime: map[string]int{}, WokenByGoroutines: map[string]int{}, Calls: map[string]int{}},
		waiting: map[trace.GoID]string{},
		places:  map[string]*Wait{},
	}
	var first, last trace.Time
	for {
		event, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Report{}, err
		}
		if last = event.Time(); first == 0 {
			first = last
		}
		if event.Kind() == trace.EventStateTransition {
			c.transition(event)
		}
	}
	c.report.Seconds = last.Sub(first).Seconds()
	c.report.Waits = c.waits()
	return c.report, nil
}

type counter struct {
	report  Report
	waiting map[trace.GoID]string
	places  map[string]*Wait
}

func (c *counter) transition(event trace.Event) {
	change := event.StateTransition()
	switch change.Resource.Kind {
	case trace.ResourceProc:
		switch from, to := change.Proc(); {
		case from == trace.ProcIdle && to == trace.ProcRunning:
			c.report.ProcStarts++
		case from == trace.ProcRunning && to == trace.ProcIdle:
			c.report.ProcStops++
		}
	case trace.ResourceGoroutine:
		c.goroutine(event, change)
	}
}

func (c *counter) goroutine(event trace.Event, change trace.StateTransition) {
	id, byNone := change.Resource.Goroutine(), event.Goroutine() == trace.NoGoroutine
	switch from, to := change.Goroutine(); {
	case from == trace.GoRunnable && to == trace.GoRunning:
		c.report.Runs++
	case from == trace.GoNotExist && byNone:
		c.report.TimerFunctions++
	case from == trace.GoRunning && to == trace.GoSyscall:
		c.report.Calls[caller(change.Stack)]++
	case from == trace.GoRunning && to == trace.GoWaiting:
		c.waiting[id] = change.Reason
		c.place(change)
	case from == trace.GoWaiting && to == trace.GoRunnable:
		c.woken(id, byNone)
	}
}

func (c *counter) woken(id trace.GoID, byNone bool) {
	reason, known := c.waiting[id]
	if !known {
		reason = sinceBefore
	}
	delete(c.waiting, id)
	if byNone {
		c.report.WokenByRuntime[reason]++
	} else {
		c.report.WokenByGoroutines[reason]++
	}
}

func (c *counter) place(change trace.StateTransition) {
	stack := functions(change.Stack)
	key := change.Reason + "\n" + strings.Join(stack, "\n")
	if c.places[key] == nil {
		c.places[key] = &Wait{Reason: change.Reason, Stack: stack}
	}
	c.places[key].Times++
}

func (c *counter) waits() []Wait {
	waits := []Wait{}
	for _, wait := range c.places {
		waits = append(waits, *wait)
	}
	slices.SortFunc(waits, func(a, b Wait) int {
		return cmp.Or(b.Times-a.Times, strings.Compare(strings.Join(a.Stack, " "), strings.Join(b.Stack, " ")))
	})
	return waits[:min(len(waits), mostWaits)]
}

func functions(stack trace.Stack) []string {
	names := []string{}
	for frame := range stack.Frames() {
		if names = append(names, frame.Func); len(names) == deepest {
			break
		}
	}
	return names
}

// caller is the innermost function that is not the system call's own entry.
func caller(stack trace.Stack) string {
	for frame := range stack.Frames() {
		if name := frame.Func; !strings.Contains(strings.ToLower(name), "syscall.syscall") &&
			!strings.Contains(name, ".RawSyscall") && !strings.Contains(name, "unix.Syscall") {
			return name
		}
	}
	return "unknown"
}
