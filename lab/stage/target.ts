import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { broken } from '../errors.ts'
import { binary } from '../places.ts'
import { askOver } from './ask-over.ts'
import type { Room } from './room.ts'
import type { Target, TargetProgram, TargetSpec } from './stage.ts'
import { TargetState } from './target-state.ts'

const Ready = z.object({ pid: z.number().int(), listen: z.string(), control: z.string() })

/** A target that is busy still answers its admin socket; one that does not in this time is lost. */
const ADMIN_TIMEOUT_MS = 5000

/** Starts the Go target in a room. `dial` connects the lab to a Unix socket of the room. */
export async function startTarget(
  room: Room,
  spec: TargetSpec,
  place: { scratch: string; dial: (path: string) => Duplex; program?: TargetProgram | undefined },
): Promise<Target> {
  const { binary: file, env } = place.program ?? { binary: binary('target'), env: {} }
  const godebug = spec.godebug && [env.GODEBUG, spec.godebug].filter(Boolean).join()
  const argv = [
    binary('supervise'),
    // For the target alone: the supervisor is a Go program, too.
    ...(godebug ? ['env', `GODEBUG=${godebug}`] : []),
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
  const read = async (method: 'GET' | 'POST', path: string) => {
    // A connection of its own each time: after a restart the path leads to the successor, a kept connection to the old process.
    const { status, text } = await askOver(place.dial(ready.control), method, path, ADMIN_TIMEOUT_MS)
    if (status !== 200) throw broken(`target refused ${method} ${path} (HTTP ${status}): ${text.trim()}`)
    return text
  }
  const ask = async (method: 'GET' | 'POST', path: string) => TargetState.parse(JSON.parse(await read(method, path)))
  return {
    pid: ready.pid,
    listen: ready.listen,
    state: () => ask('GET', '/state'),
    read: (path) => read('GET', path),
    fix: (name) => ask('POST', `/fix/${name}`),
    revert: (name) => ask('POST', `/revert/${name}`),
    ended: child.ended,
    complaint: child.complaint,
    [Symbol.asyncDispose]: () => child.stop(),
  }
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? ''
