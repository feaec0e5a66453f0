import { describe, expect, test } from 'vitest'
import { runClient, startClient } from './program.ts'
import { soon } from './soon.ts'
import { tcpServer } from './tls-servers.ts'

interface Line {
  at: number
  due: number
  started: number
  targetRate: number
  achievedRate: number
  saturated: boolean
  held: number
}

const quiet = () => tcpServer((socket) => socket.resume().on('end', () => socket.end()))
const storm = (to: string, ...flags: string[]) =>
  startClient<Line>('hello-storm', ['--to', to, '--kinds', 'hello-then-stall', ...flags])

describe('every client', () => {
  test('reports cumulative numbers, and keeps its rate', async () => {
    await using server = await quiet()
    await using client = storm(server.to, '--rate', '200')
    await client.next(
      ({ started, targetRate, achievedRate, saturated }) =>
        started > 250 && targetRate === 200 && achievedRate > 180 && achievedRate < 220 && !saturated,
    )
    for (const [index, line] of client.lines.slice(1).entries()) {
      const before = client.lines[index] as Line
      expect(line.due).toBeGreaterThanOrEqual(before.due)
      expect(line.started).toBeGreaterThanOrEqual(before.started)
      expect(line.at).toBeGreaterThan(before.at)
    }
  })

  test('stops arrivals on pause and keeps what it holds, and goes on on resume', async () => {
    await using server = await quiet()
    await using client = storm(server.to, '--rate', '100', '--hold', '10')
    await client.next(({ held }) => held === 10)
    client.tell('pause')
    // The rate is that of the last second: 0 says that nothing was sent for so long.
    const paused = await client.next(({ achievedRate }) => achievedRate === 0)
    expect(paused).toMatchObject({ held: 10, saturated: false })
    const later = await client.next(({ at }) => at > paused.at)
    expect(later).toMatchObject({ due: paused.due, started: paused.started, held: 10 })
    expect(server.sockets.size).toBe(10)
    client.tell('resume')
    await client.next(({ started }) => started > paused.started + 10)
  })

  test.each<[string, (client: ReturnType<typeof storm>) => void]>([
    ['stop', (client) => client.tell('stop')],
    ['the end of its input', (client) => client.endInput()],
    ['SIGTERM', (client) => client.child.kill('SIGTERM')],
  ])('ends by %s, with a last line, and leaves nothing open', async (_, end) => {
    await using server = await quiet()
    await using client = storm(server.to)
    await client.next(({ held }) => held > 3)
    const reported = client.lines.length
    end(client)
    expect(await client.ended).toBe(0)
    expect(client.lines.length).toBeGreaterThan(reported)
    expect(client.complaint()).toBe('')
    await expect.poll(() => server.sockets.size, soon).toBe(0)
  })

  // The lab gets the same Ctrl-C, and ends its clients when it has undone what is to be undone.
  test('leaves SIGINT to the program that holds its input', async () => {
    await using server = await quiet()
    await using client = storm(server.to)
    const { started } = await client.next(({ held }) => held > 3)
    client.child.kill('SIGINT')
    await client.next((line) => line.started > started + 10)
  })

  test('started with a pause, sends nothing before the first resume, and has its whole time from then on', async () => {
    await using server = await quiet()
    await using client = storm(server.to, '--paused', '--rate', '100', '--for', '0.2')
    const { at } = await client.next(({ started }) => started === 0)
    expect(await client.next((line) => line.at > at + 250)).toMatchObject({ started: 0, saturated: false })
    client.tell('resume')
    await client.next(({ started }) => started > 10)
    expect(await client.ended).toBe(0)
  })

  test('ends by itself after its time', async () => {
    await using server = await quiet()
    await using client = storm(server.to, '--for', '0.5')
    expect(await client.ended).toBe(0)
    expect(client.lines.length).toBeGreaterThan(1)
  })

  test('ends when nobody reads it any more', async () => {
    await using server = await quiet()
    await using client = storm(server.to)
    await client.next(({ held }) => held > 3)
    client.child.stdout.destroy()
    expect(await client.ended).toBe(1)
  })

  test('says so of a command that it does not know, and goes on', async () => {
    await using server = await quiet()
    await using client = storm(server.to)
    client.tell('faster')
    await expect.poll(client.complaint, soon).toBe('"faster" is not a command; choose one of: pause, resume, stop\n')
    await client.next(({ started }) => started > 10)
  })

  test('prints its flags on --help', async () => {
    for (const name of ['hello-storm', 'sanity']) {
      const { code, stdout } = await runClient(name, ['--help'])
      expect(code).toBe(0)
      expect(stdout).toContain('--to <ip:port>')
      expect(stdout).toContain('pause')
    }
  })
})

describe('a wrong command line is one line on stderr, exit 2, and nothing else', () => {
  const to = ['--to', '127.0.0.1:8443']
  test.each<[string, string[], RegExp]>([
    ['hello-storm', [], /--to <ip:port>' not specified/],
    ['hello-storm', ['--to', '10.0.0.1:8443'], /"10\.0\.0\.1" is outside the lab.*127\.0\.0\.0\/8 or ::1/],
    ['hello-storm', ['--to', 'localhost:8443'], /"localhost" is outside the lab/],
    ['hello-storm', ['--to', '127.0.0.1'], /e\.g\. 127\.0\.0\.1:8443/],
    ['hello-storm', ['--to', '127.0.0.1:0'], /1\.\.65535/],
    ['hello-storm', [...to, '--seed', 'abc'], /'abc' is invalid.*whole number from 0/],
    ['hello-storm', [...to, '--seed', '1.5'], /'1\.5' is invalid/],
    ['hello-storm', [...to, '--rate', '0'], /number from 0\.1 to 100000/],
    ['hello-storm', [...to, '--rate', ''], /number from 0\.1/],
    ['hello-storm', [...to, '--rate', 'Infinity'], /number from 0\.1/],
    ['hello-storm', [...to, '--hold', '0'], /whole number from 1 to 50000/],
    ['hello-storm', [...to, '--jitter', '1'], /number from 0 to 0\.99/],
    ['hello-storm', [...to, '--for', '-1'], /number from 0\.1 to 86400/],
    [
      'hello-storm',
      [...to, '--kinds', 'garbage,nonsense'],
      /"nonsense" is not a kind.*choose from: valid, truncated-record/,
    ],
    ['hello-storm', [...to, '--from', '10.0.0.1-10.0.0.9'], /"10\.0\.0\.1" is outside the lab/],
    ['hello-storm', [...to, '--from', '127.0.0.9-127.0.0.2'], /must ascend/],
    ['hello-storm', [...to, '--from', '::1'], /--from ::1 cannot reach --to 127\.0\.0\.1/],
    ['hello-storm', [...to, '--server-name', 'a b'], /DNS name, e\.g\. lab\.test/],
    ['hello-storm', [...to, '--rte', '5'], /unknown option '--rte'.*choose from: --to, --seed, --rate/],
    ['hello-storm', [...to, 'extra'], /too many arguments|extra/],
    ['sanity', to, /none of --ca, --any-certificate and --plain is given/],
    ['sanity', [...to, '--ca', '/nonexistent/ca.pem'], /no such file.*\/nonexistent\/ca\.pem/],
    ['sanity', [...to, '--ca', '/dev/null'], /holds no certificate/],
    ['sanity', [...to, '--plain', '--timeout', '0'], /number from 1 to 60000/],
  ])('%s %j', async (name, flags, message) => {
    const { code, stdout, stderr } = await runClient(name, flags)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(new RegExp(`^${name}: [^\n]+\n$`))
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })
})
