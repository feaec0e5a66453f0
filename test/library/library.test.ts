import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import '../../lab/library/vitest.ts'
import { EXIT, spinlab } from '../../lab/library/spinlab.ts'
import { needs } from '../needs.ts'
import { begin, IDLE, program, SPINNING } from '../node-program.ts'

test('the matchers tell a spin from health, and show the evidence where they fail', async (context) => {
  await needs(context, 'bpf')
  const [spinning, idle] = [await program(SPINNING), await program(IDLE)]
  await expect(spinning).toSpin('empty-wakeups')
  await expect(idle).toStayHealthy({ for: '1s' })
  await expect(idle).not.toSpin()
  const unhealthy = expect(spinning).toStayHealthy({ for: '1s' })
  await expect(unhealthy).rejects.toThrow(
    /^expected process \d+ to stay healthy for 1s\n\n.*spin: empty-wakeups[\s\S]*evidence[\s\S]*epoll_p?wait/,
  )
  const other = expect(spinning).toSpin('error-loop')
  await expect(other).rejects.toThrow(/^expected process \d+ to spin in error-loop\n\n.*spin: empty-wakeups/)
})

test('nothing to look at is neither a spin nor health', async () => {
  const ended = await begin('')
  const { pid = -1 } = ended
  await once(ended, 'exit')
  await expect(expect(pid).toStayHealthy()).rejects.toThrow(`process ${pid} is gone, or never was`)
  await expect(expect(pid).not.toSpin()).rejects.toThrow(`process ${pid} is gone, or never was`)
  await expect(expect(process.pid).toStayHealthy({ for: '2' })).rejects.toThrow('"2" is not a duration with its unit')
  await expect(spinlab.diagnose(pid)).rejects.toMatchObject({ exitCode: EXIT.inconclusive })
})

test('a served command lives until it is disposed', async (context) => {
  await needs(context, 'namespaces')
  let pid: number
  {
    await using server = await spinlab.serve(`${process.execPath} -e 'require("node:net").createServer().listen(7000)'`)
    expect(server.listeners).toMatchObject([{ port: 7000, address: '::1' }])
    pid = server.pid
    expect(existsSync(`/proc/${pid}`)).toBe(true)
  }
  expect(existsSync(`/proc/${pid}`)).toBe(false)
})

test('errors carry the exit code of the command', async () => {
  await expect(spinlab.guard([])).rejects.toMatchObject({ exitCode: EXIT.usage })
  await expect(spinlab.guard('exit 3')).rejects.toMatchObject({ exitCode: EXIT.broken })
  await expect(spinlab.run('nonsense')).rejects.toMatchObject({ exitCode: EXIT.usage })
})
