import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { broken, unsupported } from '../errors.ts'
import { binary } from '../places.ts'
import { startChild } from '../stage/child.ts'
import { childrenOf } from '../stage/process-tree.ts'
import type { Child, Room } from '../stage/room.ts'
import type { Runner, Stage, TargetProgram } from '../stage/stage.ts'
import { startTarget } from '../stage/target.ts'

/** Each sandbox has a private tmpfs here, so that scratch files vanish with it. */
const SCRATCH = '/dev/shm'

/**
 * Network, pid and mount namespaces of the run's own, with loopback only.
 * The death of the lab reaches them through the kernel twice: PR_SET_PDEATHSIG on each link down to the sandbox's
 * pid 1, and the end of file on the pipe that pid 1 reads.
 */
const native: Runner = { name: 'native', open }
export default native

export interface NativeStage extends Stage {
  /** the sandbox's pid 1, as this machine numbers it */
  readonly init: number
}

export async function open(program?: TargetProgram): Promise<NativeStage> {
  // An ordinary user gets the namespaces through a user namespace in which it is root.
  const ordinary = process.getuid?.() !== 0
  const sandbox = startChild([
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    ...(ordinary ? ['--user', '--map-root-user'] : []),
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--',
    binary('sandbox-init'),
    SCRATCH,
  ])
  await ready(sandbox)
  const init = initOf(sandbox.pid)
  const children: Child[] = []
  const enter = [
    'nsenter',
    '--target',
    `${init}`,
    ...(ordinary ? ['--user', '--preserve-credentials'] : []),
    '--net',
    '--pid',
    '--mount',
    '--',
  ]
  const room: Room = {
    run(argv, options) {
      // nsenter stays outside and passes no signal on: signals go to what it started.
      const child = startChild([...enter, ...argv], { ...options, receivers: childrenOf })
      children.push(child)
      return child
    },
  }
  const outside = (path: string) => join(`/proc/${init}/root`, path)
  return {
    words: 'native',
    init,
    clients: room,
    tracer: room,
    scratch: SCRATCH,
    async put(name, content) {
      const path = outside(join(SCRATCH, name))
      // Not `recursive`: below the /proc of a sandbox that has just ended, that tries for ever.
      await mkdir(dirname(path), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
      await writeFile(path, content, { mode: 0o600 })
    },
    start: (spec) => startTarget(room, spec, { scratch: SCRATCH, dial: (path) => connect(outside(path)), program }),
    async [Symbol.asyncDispose]() {
      // Whoever started a child has ended it by now; what is left, the kernel ends with the sandbox's pid 1.
      await sandbox.stop()
      await Promise.all(children.map((child) => child.ended))
    },
  }
}

/** Waits for pid 1 of the sandbox to report that the sandbox is complete. */
async function ready(sandbox: Child): Promise<void> {
  if (!existsSync(binary('sandbox-init'))) throw broken(`${binary('sandbox-init')} is not built; run "make setup"`)
  for await (const line of sandbox.lines) if (line === 'ready') return
  await sandbox.ended
  throw unsupported(
    `cannot make network, pid and mount namespaces here: ${sandbox.complaint().trim() || 'unshare ended without a word'}; ` +
      'run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), then see "spinlab doctor"',
  )
}

function initOf(unshare: number): number {
  const [init] = childrenOf(unshare)
  if (init === undefined) throw broken(`the sandbox (pid ${unshare}) ended while it was being entered`)
  return init
}
