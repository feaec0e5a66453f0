// What is counted, and where. Go reads the same structures through the generated bindings.
#pragma once
#include "kernel.h"

// System calls by number, then the variants that mean something else than the call's plain name.
#define NUMBERS 512
enum call {
	PEEK_RECVFROM = NUMBERS,
	PEEK_RECVMSG,
	PEEK_RECVMMSG,
	EPOLL_DEL,
	RESTORED, // number -1: a return from a signal handler (rt_sigreturn puts the old registers back)
	FOREIGN,  // a number of another table (x32), or of a call that was unheard of when this was written
	CALLS = 520,
};

// What a system call does to a descriptor; Go fills in the class of each number.
enum class {
	PLAIN,
	READ, // bytes from descriptor di
	RECVFROM,
	RECVMSG,
	RECVMMSG,
	WRITE, // bytes to descriptor di
	SENDMMSG,
	SENDFILE,
	SPLICE,
	ACCEPT,
	CONNECT,
	CLOSE,
	SHUTDOWN,
	EPOLL_CTL,
	EPOLL_WAIT,
	EPOLL_PWAIT2,
	POLL,
	PPOLL,
	SELECT,
	PSELECT6,
	NANOSLEEP,
	CLOCK_NANOSLEEP,
	URING_ENTER,
	MAKE,	   // returns a new descriptor
	MAKE_PIPE, // writes two to di
};

enum outcome { READY, EMPTY, FAILED, OUTCOMES };

// Upper bounds of a timeout, in the order of the window's names.
enum timeout { NONE, ZERO, US100, MS1, MS10, MS100, LONGER, TIMEOUTS };

#define WAIT_CALLS 12 // rows of waits: class - EPOLL_WAIT and the two numbers that share a class; Go names them
#define LOOKED_AT 128 // ready events read from one wait; runtimes ask for 128 to 1024

// One slice a processor. A program is not entered twice on one processor (the kernel's recursion guard), so plain
// additions are exact here.
struct processor {
	u64 zero[CALLS], positive[CALLS];
	u64 waits[WAIT_CALLS][TIMEOUTS][OUTCOMES];
	u64 calls;	  // all of them
	u64 lost;	  // a map was full
	u64 not_looked_at; // ready events beyond LOOKED_AT in one wait
	u32 turn;	  // where to start looking when there are more
	u8 scratch[LOOKED_AT * 12];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE_ARRAY);
	__uint(max_entries, 1); // set to the number of processors
	__type(key, u32);
	__type(value, struct processor);
} processors SEC(".maps");

// Which processes are watched: one bit for each number that a process can have (PID_MAX_LIMIT is 4 Mi), because
// every system call of the whole machine asks this.
#define WATCHED_WORDS 65536
struct control {
	u64 watched[WATCHED_WORDS];
	u32 session; // grows with each attachment: what was seen before tells nothing about what was done meanwhile
	u32 alike;   // whether any descriptors are registered with equal data
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct control);
} control SEC(".maps");

struct failure {
	u32 call, error;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct failure);
	__type(value, u64);
} failures SEC(".maps");

struct descriptor_key {
	u32 tgid;
	s32 fd;
};
struct descriptor {
	u64 useful, eof, again, send_again, failed, peeked, ready, unconsumed, bytes_in, bytes_out;
	u64 progress; // useful, and closed, and what was done on descriptors that cannot be told from this one
	s64 peeked_to; // one more than the most bytes that a peek has seen since some were taken; 0: unknown
	u32 error, votes; // the errno of most failures, by majority vote
	u64 polled_progress;
	u32 polled_session;
	u32 kind;   // enum kind
	u32 events; // as poll and select reported them last
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384); // raised for processes with more descriptors
	__type(key, struct descriptor_key);
	__type(value, struct descriptor);
} descriptors SEC(".maps");

// A wait names what is ready by the data that it was registered with, not by its descriptor.
struct registration_key {
	u32 tgid;
	s32 epfd;
	u64 data;
};
#define FD_UNKNOWN (-1) // Go knows these two as well
#define FD_ORPHAN (-2)  // registered, but its number was closed: no call can reach it any more
struct registration {
	u64 ready, unconsumed;
	u64 progress; // of the descriptor, when it was last reported
	u32 session;  // in which it was last reported
	s32 fd;
	u32 events; // as they were reported last
};
// Who makes up new data for each connection (libev: descriptor and generation) leaves an entry behind with each: the oldest give way.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct registration_key);
	__type(value, struct registration);
} registrations SEC(".maps");

// Descriptors registered with equal data in one epoll set, to the one that stands for them all.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct descriptor_key);
	__type(value, s32);
} alike SEC(".maps");

// Timeouts that the kernel overwrites with the time that is left (select, pselect6, ppoll), or that are a point in
// time (clock_nanosleep with TIMER_ABSTIME): taken down on entry, nanoseconds by thread.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, s64);
} pending SEC(".maps");

// The kind of the file behind a descriptor, where the call that made it tells.
enum kind { UNSEEN, SOCKET, LISTENER, EVENTFD, TIMERFD, SIGNALFD, PIPE, REGULAR, EPOLL, OTHER };

// So that the bindings have the numbers.
const enum class *with_class __attribute__((unused));
const enum call *with_call __attribute__((unused));
const enum kind *with_kind __attribute__((unused));
const enum outcome *with_outcome __attribute__((unused));

const volatile u8 class_of[NUMBERS];
const volatile u8 wait_row[NUMBERS];
const volatile u8 made_kind[NUMBERS]; // what MAKE and ACCEPT make

// The verifier wants to see the bound on the very register that is the index; the compiler would test a copy.
#define bounded(index, size) ({ u32 i = (index); barrier_var(i); i & ((size) - 1); })

static __always_inline u32 class_at(u32 number)
{
	return number < NUMBERS ? class_of[bounded(number, NUMBERS)] : PLAIN;
}

static __always_inline struct control *controls(void)
{
	u32 zero = 0;
	return bpf_map_lookup_elem(&control, &zero);
}

static __always_inline struct processor *this_processor(void)
{
	u32 number = bpf_get_smp_processor_id();
	return bpf_map_lookup_elem(&processors, &number);
}

// The bit of the current process; its number on the outermost level of pid namespaces goes to *tgid.
static __always_inline int watched(struct control *c, u32 tgid)
{
	return (c->watched[(tgid >> 6) & (WATCHED_WORDS - 1)] >> (tgid & 63)) & 1;
}

static __always_inline int interrupted(u32 error)
{
	return error == EINTR || (error >= ERESTARTSYS && error <= ERESTART_RESTARTBLOCK);
}
