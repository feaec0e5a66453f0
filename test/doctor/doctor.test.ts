import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CheckResult } from '../../lab/doctor/check.ts'
import { obstacles } from '../../lab/doctor/default-run.ts'
import { checkNames, examine } from '../../lab/doctor/examine.ts'
import { repository } from '../../lab/places.ts'
import { markedProcesses } from '../marked-processes.ts'
import { pathWithout } from '../path-without.ts'
import { engineOfVersion } from '../stand-in-engine.ts'

const result = (name: string, works: boolean): CheckResult => ({
  name,
  works,
  ability: `do ${name}`,
  without: '',
  found: '',
})

describe('whether the default run can work', () => {
  const able = ['node', 'namespaces', 'bpf', 'perf', 'strace'].map((name) => result(name, true))
  const without = (...names: string[]) =>
    able.map((check) => (names.includes(check.name) ? { ...check, works: false } : check))

  it.each([
    ['everything is there', [], 0],
    ['one observer is enough', ['bpf', 'perf'], 0],
    ['no namespaces, no experiment', ['namespaces'], 1],
    ['nothing that sees system calls', ['bpf', 'perf', 'strace'], 1],
    ['each obstacle is named', ['node', 'namespaces', 'bpf', 'perf', 'strace'], 3],
  ])('%s', (_, missing, count) => {
    expect(obstacles(without(...missing))).toHaveLength(count)
  })
})

describe('spinlab doctor', () => {
  it('prints one JSON object, and its exit code agrees with it', async () => {
    const { works, checks, code } = await answer()
    expect(code).toBe(works ? 0 : 4)
    expect(checks.map((check) => check.name)).toEqual(checkNames())
    for (const check of checks.filter((check) => !check.works)) expect(check.remedy, check.name).toBeTruthy()
  })

  it('leaves no process behind', async () => {
    const mark = randomUUID()
    await answer({ SPINLAB_MARK: mark })
    expect(await markedProcesses(`SPINLAB_MARK=${mark}`)).toEqual([])
  })

  it('names the lack and the remedy where programs are missing, and judges with what is left', async () => {
    await using path = await pathWithout('strace', 'perf', 'bpftrace')
    const { checks, works, code } = await answer({ PATH: path.folder })
    const of = (name: string) => checks.find((check) => check.name === name)
    expect(of('strace')).toMatchObject({
      works: false,
      found: 'strace is not installed',
      remedy: 'apt-get install strace',
    })
    expect(of('perf')).toMatchObject({ works: false, found: 'perf is not installed' })
    expect(of('bpftrace')).toMatchObject({ works: false, found: 'bpftrace is not installed' })
    expect(works).toBe(of('bpf')?.works === true && of('namespaces')?.works === true)
    expect(code).toBe(works ? 0 : 4)
  })
})

describe('the check for Docker', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each([
    ['27.1', '1.46', { works: true, found: expect.stringMatching(/^27.1 at unix:.*engine.sock$/) }],
    [
      '19.03.15',
      '1.40',
      { works: false, found: expect.stringMatching(/too old: 19.03.15 speaks API 1.40, at least 1.41/) },
    ],
  ])('asks the engine that DOCKER_HOST names: %s', async (Version, ApiVersion, finding) => {
    await using engine = await engineOfVersion(Version, ApiVersion)
    vi.stubEnv('DOCKER_HOST', engine.host)
    expect(await examine('docker')).toMatchObject(finding)
  })

  it.each([
    ['a socket that is not there', 'unix:///nonexistent.sock', /ENOENT/],
    ['a way that cannot be tried', 'ssh://host', /takes an address like unix:/],
  ])('says why not: %s', async (_, host, reason) => {
    vi.stubEnv('DOCKER_HOST', host)
    expect(await examine('docker')).toMatchObject({ works: false, found: expect.stringMatching(reason) })
  })
})

async function answer(
  env: Record<string, string> = {},
): Promise<{ works: boolean; checks: CheckResult[]; code: number }> {
  const child = execFile(join(repository, 'bin/spinlab'), ['doctor', '--json'], { env: { ...process.env, ...env } })
  let output = ''
  child.stdout?.on('data', (text) => {
    output += text
  })
  const [code] = await once(child, 'close')
  return { ...JSON.parse(output), code }
}
