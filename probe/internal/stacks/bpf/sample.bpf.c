// SPDX-License-Identifier: GPL-2.0
// Takes the stack of whatever a processor runs at each tick of its clock, if it is one of the watched processes.
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

typedef __u32 u32;
typedef __u64 u64;

#define DEPTH 127 // what the kernel walks at most unless told otherwise (kernel.perf_event_max_stack)

// A sample as it is handed out: the frames of the process, then those of the kernel, innermost first.
struct sample {
	u32 tgid; // in the outermost pid namespace
	u32 tid;  // in that of the reader
	u32 user_bytes, kernel_bytes;
	u64 frames[DEPTH * 2 + 2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, u32);
} targets SEC(".maps");

// Too large for the stack of a program.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct sample);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); // set by the number of processors
} samples SEC(".maps");

const volatile u64 namespace_device, namespace_inode; // of the reader

u64 lost;

SEC("perf_event")
int sample(struct bpf_perf_event_data *context)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tgid = id >> 32, zero = 0;
	if (!bpf_map_lookup_elem(&targets, &tgid))
		return 0;
	struct sample *s = bpf_map_lookup_elem(&scratch, &zero);
	if (!s)
		return 0;
	struct bpf_pidns_info inside = {};
	s->tgid = tgid;
	s->tid = bpf_get_ns_current_pid_tgid(namespace_device, namespace_inode, &inside, sizeof(inside)) ? id : inside.pid;
	long user = bpf_get_stack(context, s->frames, DEPTH * 8, BPF_F_USER_STACK);
	u64 used = user > 0 ? user : 0;
	if (used > DEPTH * 8)
		used = DEPTH * 8;
	long kernel = bpf_get_stack(context, (void *)s->frames + used, DEPTH * 8, 0);
	u64 more = kernel > 0 ? kernel : 0;
	if (more > DEPTH * 8)
		more = DEPTH * 8;
	s->user_bytes = used;
	s->kernel_bytes = more;
	if (bpf_ringbuf_output(&samples, s, 16 + used + more, BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&lost, 1);
	return 0;
}

// The kernel knows the names of its own functions; reading its table of them from outside takes far longer than a
// window may.
u64 address;
char name[64];

SEC("syscall")
int name_function(void *context)
{
	static const char format[] = "%ps";
	return bpf_snprintf(name, sizeof(name), format, &address, sizeof(address));
}
