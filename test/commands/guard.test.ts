import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markedProcesses } from '../marked-processes.ts'
import { needs } from '../needs.ts'
import { SPINLAB, spinlab } from '../spinlab.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spinlab-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A command that runs this as a program of Node. */
async function program(source: string): Promise<string[]> {
  const path = join(folder, `${Math.random()}.mjs`)
  await writeFile(path, source)
  return [process.execPath, path]
}

const guard = (...args: string[]) => spinlab('guard', '-q', ...args)
const HTTP = "import { createServer } from 'node:http'; const serve = createServer((_, r) => r.end('ok'));"

// What does not load the machine goes side by side.
describe.concurrent('what cannot be guarded', () => {
  test.each([
    [[], 2, /^spinlab: missing required argument 'command'/],
    [
      ['--chaos', 'x', '--', 'true'],
      2,
      /^spinlab: "x" is not a kind of chaos; choose one of: fd-exhaustion, half-close, /,
    ],
    [
      ['--', 'no-such-program'],
      5,
      /^spinlab: "no-such-program" never listened: it ended with 127; its last lines:\n.*not found/,
    ],
    [
      ['--', 'sh', '-c', 'echo one; exit 3'],
      5,
      /^spinlab: "sh" never listened: it ended with 3; its last lines:\n {2}one$/,
    ],
    [
      ['--timeout', '1s', '--', 'sh', '-c', 'sleep 60'],
      5,
      /^spinlab: "sh" listens on no TCP port after 1 s; running: (sh|sleep)/,
    ],
  ])('guard %j: exit code %i', async (args, code, line) => {
    const { exitCode, stdout, stderr } = await guard(...args)
    expect(stderr).toMatch(line)
    expect(stdout).toBe('')
    expect(exitCode).toBe(code)
  })

  test('a port that it does not listen on; another process here does', async () => {
    await using other = createServer()
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
    const { port } = other.address() as { port: number }
    const command = await program(`${HTTP} serve.listen(1)`)
    const { exitCode, stderr } = await guard('--timeout', '2s', '--port', `${port}`, '--', ...command)
    expect(stderr).toMatch(
      `spinlab: port ${port} is not one that "${process.execPath}" listens on: 1; on this machine it belongs to process ${process.pid} (`,
    )
    expect(exitCode).toBe(2)
  })
})

test.concurrent('a healthy server passes: every port is found, IPv6 too, and sane connections are served', async (context) => {
  await needs(context, 'bpf')
  const command = await program(`${HTTP}
    serve.listen(8000, '::')
    const { createServer: plain } = await import('node:net')
    plain((socket) => socket.on('error', () => {}).pipe(socket)).listen(8001, '127.0.0.1')`)
  const { stdout, exitCode } = await guard('--chaos', 'jitter', '--json', '--', ...command)
  const result = JSON.parse(stdout)
  expect(result).toMatchObject({
    outcome: 'pass',
    reasons: [],
    ports: [8000, 8001],
    protocols: [
      { port: 8000, tls: false, http: true },
      { port: 8001, tls: false, http: false },
    ],
    chaos: [{ client: 'jitter', verdict: 'healthy', class: null, cause: null, when: null }],
    reproduce: `bin/spinlab guard --chaos jitter --seed 1 -- ${command.join(' ')}`,
  })
  expect(result.sane.before.failed + result.sane.after.failed).toBe(0)
  expect(result.sane.after.ok).toBeGreaterThan(0)
  expect(exitCode).toBe(0)
})

test('one that tries accept again at once spins when its descriptors are used up: exit code 1, and a report', async (context) => {
  await needs(context, 'bpf', 'go')
  const server = join(folder, 'accept_retried')
  await execa('go', ['build', '-o', server, join(import.meta.dirname, '../guard/servers/accept_retried.go')])
  const junit = join(folder, 'junit.xml')
  const { stdout, exitCode } = await guard('--chaos', 'fd-exhaustion', '--junit', junit, '--', server)
  expect(stdout).toMatch(/^fail in .* on port \d+ \(neither TLS nor HTTP\)/)
  expect(stdout).toMatch(/^fd-exhaustion +error-loop +during/m)
  expect(stdout).toMatch(/accept fails with EMFILE/)
  expect(stdout).toMatch(/^again +bin\/spinlab guard --chaos fd-exhaustion --seed 1 -- /m)
  expect(exitCode).toBe(1)
  const { stdout: report } = await execa('cat', [junit])
  expect(report).toMatch(/<testcase[^>]*name="fd-exhaustion"[^>]*>\s*<failure/)
})

test('one that spins under sane connections alone meets no chaos', async (context) => {
  await needs(context, 'bpf')
  const command = await program(`${HTTP} serve.listen(0); const again = () => setImmediate(again); again()`)
  const { stdout, exitCode } = await guard('--json', '--', ...command)
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'fail', idle: { class: 'empty-wakeups' }, chaos: [] })
  expect(exitCode).toBe(1)
})

test.concurrent('one that dies does not pass', async (context) => {
  await needs(context, 'bpf')
  const command = await program(
    `${HTTP} serve.on('clientError', () => { console.error('ouch'); process.exit(7) }).listen(0)`,
  )
  const { stdout, exitCode } = await guard('--chaos', 'malformed-hello', '--json', '--', ...command)
  const { outcome, reasons } = JSON.parse(stdout)
  expect(outcome).toBe('fail')
  expect(reasons[0]).toBe('a dead server does not spin either: it ended with 7; its last lines:\n  ouch')
  expect(exitCode).toBe(1)
})

test.concurrent.for(['SIGINT', 'SIGKILL'] as const)('%s ends everything', async (signal, { expect }) => {
  const mark = `SPINLAB_TEST=${process.pid}-${signal}`
  const [name = '', value] = mark.split('=')
  const command = await program(`${HTTP} serve.listen(0)`)
  const lab = execa(SPINLAB, ['guard', '--', ...command], { env: { [name]: value }, reject: false, stdin: 'ignore' })
  // Not execa's own iterable: leaving that early waits for the end.
  await once(createInterface(lab.stderr), 'line')
  expect((await markedProcesses(mark)).length).toBeGreaterThan(1)
  lab.kill(signal)
  const { exitCode, stdout } = await lab
  if (signal === 'SIGINT') {
    expect(stdout).toMatch(/^inconclusive in /)
    expect(exitCode).toBe(130)
  }
  await expect.poll(() => markedProcesses(mark), { timeout: 10_000 }).toEqual([])
})
