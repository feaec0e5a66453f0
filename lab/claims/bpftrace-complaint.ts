/** What bpftrace says is wrong; not that it could not raise the limit of locked memory, which it does not need (memory of BPF is charged to the cgroup). */
export const bpftraceComplaint = (said: string): string =>
  said
    .split('\n')
    .find((line) => /error|no probes|not found|invalid|cannot/i.test(line) && !line.includes('RLIMIT_MEMLOCK'))
    ?.trim() ?? 'nothing'
