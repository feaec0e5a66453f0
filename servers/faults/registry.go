// Package faults holds real bugs of network servers, one to a file, each with every one of its fixes beside it.
// A file registers its fault by itself; nothing else names it.
package faults

import (
	"fmt"
	"net"
	"sort"

	"spinlab/servers/internal/succession"
)

// Fault is a bug that traffic or time can trigger.
type Fault struct {
	Name  string
	Title string
	// Variants are the forms that the server comes in; the first is the main one.
	Variants   []string
	Fixes      []Fix
	Parameters []Parameter
	// Start begins to serve. It returns when connections can be made.
	Start func(Options) (Server, error)
}

// Fix says what a fix claims; a Switch is what makes it true.
type Fix struct {
	Name  string `json:"name"`
	Cures []Cure `json:"cures"`
	Scope Scope  `json:"scope"`
}

// Cure is what a fix takes away.
type Cure string

// What there is to cure: CPU burnt for nothing, descriptors that nobody closes, trouble for sane clients.
const (
	Spin Cure = "spin"
	Leak Cure = "leak"
	Harm Cure = "harm"
)

// Scope says for how long a fix lasts.
type Scope string

// A standing fix holds while new triggers arrive; a one-shot fix heals what is there when it is applied.
const (
	Standing Scope = "standing"
	OneShot  Scope = "one-shot"
)

// Options are what a fault is started with.
type Options struct {
	Variant string
	// Listen is the IP:PORT to serve on.
	Listen string
	// Certificates is a folder of PEM files, empty if there is none.
	Certificates string
	Settings     Settings
	// Inherited is what a successor has from the process before it, nil of the first.
	Inherited *succession.Inheritance
}

// listener is the inherited one, or a new one.
func (o Options) listener() (net.Listener, error) {
	if o.Inherited != nil {
		return o.Inherited.Listener()
	}
	listener, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", o.Listen, err)
	}
	return listener, nil
}

// Server is a running fault. Its methods may be called from any goroutine.
type Server interface {
	// Address is the IP:PORT that it serves on.
	Address() string
	// Counters only ever grow.
	Counters() map[string]uint64
	Gauges() map[string]int
	// Switches are the fixes that this variant can take, by the name of the fix.
	Switches() map[string]Switch
	// Close frees every descriptor.
	Close()
}

// Leaver is a Server that may leave by itself, to a successor.
type Leaver interface {
	// Left closes when it has served its last connection.
	Left() <-chan struct{}
}

// Switch applies a fix to the running server and takes it back. Without a Revert it cannot be taken back.
type Switch struct {
	Apply  func() error
	Revert func() error
}

var registered = map[string]Fault{}

// Register makes a fault known; it is called from init. Two faults of one name are a mistake of this program.
func Register(fault Fault) {
	if _, taken := registered[fault.Name]; taken {
		panic(fmt.Sprintf("two faults are named %q", fault.Name))
	}
	registered[fault.Name] = fault
}

// All returns every fault, by name.
func All() []Fault {
	all := make([]Fault, 0, len(registered))
	for _, fault := range registered {
		all = append(all, fault)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// Find returns the fault of that name.
func Find(name string) (Fault, bool) {
	fault, ok := registered[name]
	return fault, ok
}
