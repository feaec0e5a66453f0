import type { Stack } from './window.ts'

// `comm pid/tid`, as `perf script -F comm,pid,tid,ip,sym,dso` begins each sample; the name may hold spaces.
const SAMPLE = /^\S.*?\s+\d+\/(\d+)\s*$/
// `address symbol (where it is mapped from)`
const FRAME = /^\s+([0-9a-f]+) (.+?)(?: \((.*)\))?$/

/** Parses samples of `perf script -F comm,pid,tid,ip,sym,dso`; the same stack of the same thread becomes one entry. */
export function parsePerfScript(lines: Iterable<string>): { stacks: Stack[]; lost: number } {
  const stacks = new Map<string, Stack>()
  let current: Stack | undefined
  let lost = 0
  const finish = () => {
    if (!current) return
    const key = JSON.stringify([current.tid, current.user, current.kernel])
    const same = stacks.get(key)
    if (same) same.samples++
    else stacks.set(key, current)
    current = undefined
  }
  for (const line of lines) {
    if (line.trim() === '') finish()
    else if (SAMPLE.test(line)) {
      finish()
      current = { tid: Number(SAMPLE.exec(line)?.[1]), samples: 1, user: [], kernel: [] }
    } else {
      const [, address = '', symbol, place] = FRAME.exec(line) ?? []
      if (symbol && current) (isKernel(address) ? current.kernel : current.user).push(named(symbol, address, place))
      else lost++
    }
  }
  finish()
  return { stacks: [...stacks.values()], lost }
}

/** The upper half of the address space is the kernel's on every 64-bit machine. */
const isKernel = (address: string) => address.length === 16 && address >= '8'

const named = (symbol: string, address: string, place = '') =>
  symbol === '[unknown]' ? `0x${address} ${place.slice(place.lastIndexOf('/') + 1)}`.trim() : symbol
