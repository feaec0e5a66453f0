import type { Check } from '../check.ts'
import { tryCollector } from '../collector-check.ts'

const bpf: Check = {
  ability: 'load and attach BPF programs (the probe)',
  without: 'verdicts per descriptor at little cost; perf and strace judge instead',
  attempt: () => tryCollector('probe', 'loaded, attached, counts'),
}
export default bpf
