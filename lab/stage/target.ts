import { join } from 'node:path'
import { Client } from 'undici'
import { z } from 'zod'
import { broken } from '../errors.ts'
import { binary } from '../places.ts'
import type { Room } from './room.ts'
import type { Target, TargetProgram, TargetSpec } from './stage.ts'
import { TargetState } from './target-state.ts'

const Ready = z.object({ pid: z.number().int(), listen: z.string(), control: z.string() })

/** A target that is busy still answers its admin socket; one that does not in this time is lost. */
const ADMIN_TIMEOUT_MS = 5000

/** Starts the Go target in a room. `outside` maps a path of the room to one that the lab can open. */
export async function startTarget(
  room: Room,
  spec: TargetSpec,
  place: { scratch: string; outside: (path: string) => string; program?: TargetProgram | undefined },
): Promise<Target> {
  const { binary: file, env } = place.program ?? { binary: binary('target'), env: {} }
  const argv = [
    binary('supervise'),
    file,
    '--fault',
    spec.fault,
    '--variant',
    spec.variant,
    '--listen',
    spec.listen,
    '--control',
    join(place.scratch, `control-${spec.variant}`),
    '--certificates',
    join(place.scratch, 'certificates'),
    ...Object.entries(spec.set).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ]
  const child = room.run(argv, { env })
  const lines = child.lines[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) {
    const code = await child.ended
    throw broken(`the target did not start (exit ${code}): ${lastLine(child.complaint())}`)
  }
  const ready = Ready.parse(JSON.parse(first.value))
  const admin = new Client('http://target', {
    socketPath: place.outside(ready.control),
    headersTimeout: ADMIN_TIMEOUT_MS,
    bodyTimeout: ADMIN_TIMEOUT_MS,
  })
  const ask = async (method: 'GET' | 'POST', path: string) => {
    // A connection of its own each time: after a restart the path leads to the successor, a kept connection to the old process.
    const { statusCode, body } = await admin.request({ method, path, reset: true })
    const text = await body.text()
    if (statusCode !== 200) throw broken(`target refused ${method} ${path} (HTTP ${statusCode}): ${text.trim()}`)
    return TargetState.parse(JSON.parse(text))
  }
  return {
    pid: ready.pid,
    listen: ready.listen,
    state: () => ask('GET', '/state'),
    fix: (name) => ask('POST', `/fix/${name}`),
    revert: (name) => ask('POST', `/revert/${name}`),
    ended: child.ended,
    complaint: child.complaint,
    async [Symbol.asyncDispose]() {
      await admin.destroy()
      await child.stop()
    },
  }
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? ''
