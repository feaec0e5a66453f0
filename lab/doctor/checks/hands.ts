import { layHand, undo } from '../../healing/lay-hand.ts'
import { thisMachine } from '../../stage/this-machine.ts'
import type { Check } from '../check.ts'
import { remedied } from '../remedied.ts'

/** Waits for its standard input, in an epoll set: the loop registers it when it polls, and calls what is immediate after that. */
const PROGRAM = 'process.stdin.resume(); setImmediate(() => console.log(process.pid))'

const hands: Check = {
  ability: 'heal a running process from outside',
  without: 'spinlab heal, and experiments with fixes from outside',
  attempt: () =>
    remedied('run as root or with CAP_SYS_PTRACE, or sysctl kernel.yama.ptrace_scope=0', async () => {
      await using child = thisMachine.run([process.execPath, '-e', PROGRAM])
      const { value } = await child.lines[Symbol.asyncIterator]().next()
      const pid = Number(value)
      await undo(thisMachine, pid, await layHand(thisMachine, pid, { fix: 'epoll-del', fd: 0 }))
      const { stoppedMs } = await layHand(thisMachine, pid, { fix: 'close-fd', fd: 0 })
      return `works; a thread was held for ${stoppedMs.toFixed(2)} ms`
    }),
}
export default hands
