import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { broken } from '../errors.ts'
import { lastLine } from '../last-line.ts'
import { binary } from '../places.ts'
import { KeptLine } from './kept-line.ts'
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
    // By the port, which no other target of the stage has at the same time.
    join(place.scratch, `control-${spec.listen.split(':').at(-1)}`),
    '--certificates',
    join(place.scratch, 'certificates'),
    ...(spec.fix ? ['--fix', spec.fix] : []),
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
  // A target whose descriptors are used up takes no other connection than the one that it has.
  const admin = new KeptLine(() => place.dial(ready.control))
  // What takes its time must hold up no other question.
  const slow = new KeptLine(() => place.dial(ready.control))
  // After a restart the path leads to the successor, and a kept connection to the old process.
  let restarted = false
  const read = async (method: 'GET' | 'POST', path: string, line: KeptLine) => {
    const { status, body } = await line.ask(method, path, ADMIN_TIMEOUT_MS, restarted)
    if (status !== 200) throw broken(`target refused ${method} ${path} (HTTP ${status}): ${`${body}`.trim()}`)
    return body
  }
  const ask = async (method: 'GET' | 'POST', path: string) =>
    TargetState.parse(JSON.parse(`${await read(method, path, admin)}`))
  return {
    pid: ready.pid,
    listen: ready.listen,
    state: () => ask('GET', '/state'),
    read: (path) => read('GET', path, slow),
    fix(name, restarts = false) {
      restarted ||= restarts
      return ask('POST', `/fix/${name}`)
    },
    revert: (name) => ask('POST', `/revert/${name}`),
    ended: child.ended,
    complaint: child.complaint,
    async [Symbol.asyncDispose]() {
      for (const line of [admin, slow]) line[Symbol.dispose]()
      await child.stop()
    },
  }
}
