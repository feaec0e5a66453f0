import { readdir, readFile } from 'node:fs/promises'
import { listenersOf } from './listeners.ts'

/** Who listens on a port of this machine, outside of any sandbox; as the end of a sentence. */
export async function ownerHere(port: number): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  // The lab's own first: its network is that of this machine.
  const owner = (await listenersOf([process.pid, ...pids])).find((listener) => listener.port === port)
  if (!owner) return ''
  const name = (await readFile(`/proc/${owner.pid}/comm`, 'utf8').catch(() => '')).trim()
  return `; on this machine it belongs to process ${owner.pid} (${name}), which is not touched`
}
