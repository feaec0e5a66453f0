// SPDX-License-Identifier: GPL-2.0
// Lists the processes that the reader can see, with their number in its pid namespace and in the outermost one. The
// programs that count only ever see the latter.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct ns_common {
	unsigned int inum;
};
struct pid_namespace {
	struct ns_common ns;
};
struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct pid {
	unsigned int level;
	struct upid numbers[1]; // one for each level, the outermost first
};
struct task_struct {
	int pid, tgid;
	struct pid *thread_pid;
};
struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};
#pragma clang attribute pop

const volatile unsigned int namespace;

struct row {
	unsigned int inside, outside;
};

SEC("iter/task")
int list(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	if (!task || task->pid != task->tgid)
		return 0;
	struct pid *pid = task->thread_pid;
	if (!pid)
		return 0;
	unsigned int level = BPF_CORE_READ(pid, level);
	// Namespaces nest at most 32 deep (MAX_PID_NS_LEVEL).
	for (unsigned int i = 0; i <= 32 && i <= level; i++) {
		struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers) + i * bpf_core_type_size(struct upid);
		if (BPF_CORE_READ(number, ns, ns.inum) != namespace)
			continue;
		struct row row = {BPF_CORE_READ(number, nr), task->tgid};
		bpf_seq_write(context->meta->seq, &row, sizeof(row));
		return 0;
	}
	return 0;
}
