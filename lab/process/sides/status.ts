import { readFile } from 'node:fs/promises'
import type { Side } from '../side.ts'
import { readStatus } from '../status.ts'

const status: Side = {
  async look({ pid }) {
    const seen = readStatus(await readFile(`/proc/${pid}/status`, 'latin1').catch(() => ''))
    return seen ? { status: seen } : {}
  },
}
export default status
