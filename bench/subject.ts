import { join } from 'node:path'
import { execa } from 'execa'
import { broken } from '../lab/errors.ts'
import { repository } from '../lab/places.ts'
import type { Room } from '../lab/stage/room.ts'

/** The healthy server that is observed. */
export interface Subject extends AsyncDisposable {
  /** as seen inside the room */
  pid: number
  url: string
  /** seconds of CPU that it has used so far */
  cpu(): Promise<number>
}

const PROGRAM = join(repository, '.build/bench/server')

export async function startSubject(room: Room): Promise<Subject> {
  const { failed, stderr } = await execa('go', ['-C', join(repository, 'bench/server'), 'build', '-o', PROGRAM, '.'], {
    env: { CGO_ENABLED: '0' },
    reject: false,
  })
  if (failed) throw broken(`bench/server cannot be built: ${stderr.trim() || 'go is not installed'}`)
  const child = room.run([PROGRAM])
  const answers = child.lines[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await answers.next()
    if (done) throw broken(`the server under test ended: ${child.complaint().trim() || 'without a word'}`)
    return value
  }
  const [pid, address] = (await next()).split(' ')
  return {
    pid: Number(pid),
    url: `http://${address}/`,
    async cpu() {
      child.tell('')
      return Number(await next()) / 1e9
    },
    [Symbol.asyncDispose]: () => child.stop(),
  }
}
