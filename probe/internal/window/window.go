// Package window is the shape in which the probe says what it saw: the Window of lab/windows/window.ts, one JSON
// object a line. A part that is nil was not observed and is left out; a part that is empty was observed and nothing
// happened.
package window

// Timeouts are the upper bounds of the timeout given to a wait; "none" blocks for ever, "0" does not block.
var Timeouts = [...]string{"none", "0", "100us", "1ms", "10ms", "100ms", "longer"}

// Window holds what happened in one slice of time.
type Window struct {
	Collector string `json:"collector"`
	Pids      []int  `json:"pids"`
	// Start is in milliseconds since the epoch.
	Start float64 `json:"start"`
	// Seconds is the length over which system calls were counted.
	Seconds     float64      `json:"seconds"`
	Calls       []Call       `json:"calls,omitzero"`
	Waits       []Wait       `json:"waits,omitzero"`
	Descriptors []Descriptor `json:"descriptors,omitzero"`
	// Others sums the descriptors that were active but not listed.
	Others  *Others   `json:"others,omitempty"`
	Process *Process  `json:"process,omitempty"`
	Threads []Thread  `json:"threads,omitzero"`
	Sockets []Sockets `json:"sockets,omitzero"`
	Stacks  []Stack   `json:"stacks,omitzero"`
	// NotLookedAt counts ready descriptors beyond the bound of those looked at in one wait; which are takes turns.
	NotLookedAt uint64 `json:"notLookedAt,omitempty"`
	// Lost counts events that the probe knows it missed.
	Lost uint64 `json:"lost"`
	// Cost is in cores.
	Cost float64 `json:"cost"`
}

// Call counts the returns of one system call.
type Call struct {
	Call     string            `json:"call"`
	Calls    uint64            `json:"calls"`
	Zero     uint64            `json:"zero"`
	Positive uint64            `json:"positive"`
	Errors   map[string]uint64 `json:"errors"`
}

// Wait counts the ends of the waits made with one call and one class of timeout.
type Wait struct {
	Call    string `json:"call"`
	Timeout string `json:"timeout"`
	Ready   uint64 `json:"ready"`
	Empty   uint64 `json:"empty"`
	Failed  uint64 `json:"failed"`
}

// Achieved counts what came of the calls on a descriptor.
type Achieved struct {
	Useful     uint64 `json:"useful"`
	EOF        uint64 `json:"eof"`
	Again      uint64 `json:"again"`
	SendAgain  uint64 `json:"sendAgain"`
	Failed     uint64 `json:"failed"`
	Peeked     uint64 `json:"peeked"`
	Ready      uint64 `json:"ready"`
	Unconsumed uint64 `json:"unconsumed"`
	BytesIn    uint64 `json:"bytesIn"`
	BytesOut   uint64 `json:"bytesOut"`
}

// Descriptor is what one process achieved on one descriptor.
type Descriptor struct {
	Pid  int    `json:"pid"`
	FD   int    `json:"fd"`
	Kind string `json:"kind"`
	Achieved
	Errno string `json:"errno,omitempty"`
	// Epfd is the epoll descriptor in which it is registered.
	Epfd   *int   `json:"epfd,omitempty"`
	Events string `json:"events,omitempty"`
	// Reported are the events of the last report, by whatever wait.
	Reported  string  `json:"reported,omitempty"`
	Inode     uint64  `json:"inode,omitempty"`
	State     string  `json:"state,omitempty"`
	Local     string  `json:"local,omitempty"`
	Peer      string  `json:"peer,omitempty"`
	RecvQueue *uint64 `json:"recvQueue,omitempty"`
	// Alike are other descriptors registered in the same epoll set with equal data: what Ready counts may be any.
	Alike []int `json:"alike,omitempty"`
	// Orphan marks a registration that outlived its descriptor: reported, and out of reach of any call.
	Orphan bool `json:"orphan,omitempty"`
}

// Others sums what came of the calls on the Count descriptors that a window does not list.
type Others struct {
	Count int `json:"count"`
	Achieved
}

// Add sums.
func (a *Achieved) Add(b Achieved) {
	a.Useful += b.Useful
	a.EOF += b.EOF
	a.Again += b.Again
	a.SendAgain += b.SendAgain
	a.Failed += b.Failed
	a.Peeked += b.Peeked
	a.Ready += b.Ready
	a.Unconsumed += b.Unconsumed
	a.BytesIn += b.BytesIn
	a.BytesOut += b.BytesOut
}

// Useless counts what was done on a descriptor without getting anything out of it.
func (a *Achieved) Useless() uint64 {
	return a.EOF + a.Again + a.SendAgain + a.Failed + a.Peeked + a.Unconsumed
}

// Process is the whole of what was watched; CPU and run-queue wait are in cores, switches are per second.
type Process struct {
	CPU         float64 `json:"cpu"`
	RunQueue    float64 `json:"runQueue"`
	Voluntary   uint64  `json:"voluntary"`
	Involuntary uint64  `json:"involuntary"`
	Threads     int     `json:"threads"`
	FDs         int     `json:"fds"`
	FDLimit     uint64  `json:"fdLimit"`
	// RSS is in bytes.
	RSS uint64 `json:"rss"`
}

// Thread is one thread that ran or wanted to run; CPU and run-queue wait are in cores, switches are per second.
type Thread struct {
	Pid         int     `json:"pid"`
	Tid         int     `json:"tid"`
	Name        string  `json:"name"`
	CPU         float64 `json:"cpu"`
	RunQueue    float64 `json:"runQueue"`
	Voluntary   uint64  `json:"voluntary"`
	Involuntary uint64  `json:"involuntary"`
}

// Sockets counts the sockets in one state; Unread of them have bytes that nobody took (of listeners: connections).
type Sockets struct {
	State  string `json:"state"`
	Count  int    `json:"count"`
	Unread int    `json:"unread"`
}

// Stack is one distinct sampled stack, innermost frame first.
type Stack struct {
	Tid     int      `json:"tid"`
	Samples uint64   `json:"samples"`
	User    []string `json:"user"`
	Kernel  []string `json:"kernel"`
}
