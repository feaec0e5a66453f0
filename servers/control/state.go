// Package control lets the lab look into a running fault, and turn its fixes, over a Unix socket.
package control

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"spinlab/servers/faults"
)

// Subject is a running fault with the fixes that its variant can take.
type Subject struct {
	fault   faults.Fault
	variant string
	server  faults.Server

	mu       sync.Mutex
	switches map[string]faults.Switch
	applied  map[string]bool
}

// State is what GET /state answers.
type State struct {
	PID        int               `json:"pid"`
	Fault      string            `json:"fault"`
	Variant    string            `json:"variant"`
	Listen     string            `json:"listen"`
	Goroutines int               `json:"goroutines"`
	Counters   map[string]uint64 `json:"counters"`
	Gauges     map[string]int    `json:"gauges"`
	Fixes      []FixState        `json:"fixes"`
}

// FixState is a fix as it stands.
type FixState struct {
	faults.Fix
	Reversible bool `json:"reversible"`
	Applied    bool `json:"applied"`
}

// NewSubject puts a running server under control. Applied names the fixes that it was started with.
func NewSubject(fault faults.Fault, variant string, server faults.Server, applied ...string) *Subject {
	s := &Subject{
		fault:    fault,
		variant:  variant,
		server:   server,
		switches: server.Switches(),
		applied:  map[string]bool{},
	}
	for _, name := range applied {
		s.applied[name] = true
	}
	return s
}

// State looks at the server. Counters that belong to one moment are read together, no more than that.
func (s *Subject) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := State{
		PID:        os.Getpid(),
		Fault:      s.fault.Name,
		Variant:    s.variant,
		Listen:     s.server.Address(),
		Goroutines: runtime.NumGoroutine(),
		Counters:   s.server.Counters(),
		Gauges:     s.server.Gauges(),
		Fixes:      []FixState{},
	}
	if fds, err := openDescriptors(); err == nil {
		state.Gauges["fds"] = fds
	}
	for _, fix := range s.fault.Fixes {
		if turn, ok := s.switches[fix.Name]; ok {
			state.Fixes = append(state.Fixes, FixState{fix, turn.Revert != nil, s.applied[fix.Name]})
		}
	}
	return state
}

// openDescriptors counts the descriptors of this process, without the one that it counts with.
func openDescriptors() (int, error) {
	entries, err := os.ReadDir("/proc/self/fd")
	return len(entries) - 1, err
}

// Refusal is an answer to a request that makes no sense now; Status is its HTTP status.
type Refusal struct {
	Status int
	text   string
}

func (r Refusal) Error() string { return r.text }

func refuse(status int, format string, args ...any) error {
	return Refusal{status, fmt.Sprintf(format, args...)}
}

// Apply turns a fix on.
func (s *Subject) Apply(name string) error { return s.turn(name, true) }

// Revert turns a fix off.
func (s *Subject) Revert(name string) error { return s.turn(name, false) }

func (s *Subject) turn(name string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	fix, ok := s.switches[name]
	switch {
	case !ok:
		return refuse(404, "variant %s of fault %s has no fix %q; it has %s", s.variant, s.fault.Name, name, s.names())
	case on && s.applied[name]:
		return refuse(409, "fix %s is applied already", name)
	case !on && !s.applied[name]:
		return refuse(409, "fix %s is not applied", name)
	case !on && fix.Revert == nil:
		return refuse(409, "fix %s cannot be reverted", name)
	}
	do := fix.Apply
	if !on {
		do = fix.Revert
	}
	if err := do(); err != nil {
		return fmt.Errorf("fix %s: %w", name, err)
	}
	s.applied[name] = on
	return nil
}

func (s *Subject) names() string {
	var names []string
	for _, fix := range s.fault.Fixes {
		if _, ok := s.switches[fix.Name]; ok {
			names = append(names, fix.Name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}
