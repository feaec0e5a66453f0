import { readdir } from 'node:fs/promises'
import type { Side } from '../side.ts'
import { fileLimits } from '../subject.ts'

const descriptors: Side = {
  async look({ pid }) {
    const [{ softFileLimit: limit }, fds] = await Promise.all([
      fileLimits(pid),
      readdir(`/proc/${pid}/fd`).catch(() => undefined),
    ])
    return fds && limit ? { descriptors: { open: fds.length, limit } } : {}
  },
}
export default descriptors
