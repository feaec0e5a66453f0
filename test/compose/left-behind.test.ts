import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Owner, thisProcess } from '../../lab/owner.ts'
import { binary, repository } from '../../lab/places.ts'
import { folderWith } from '../folder.ts'
import { markedProcesses } from '../marked-processes.ts'
import { SPINLAB, spinlab } from '../spinlab.ts'
import { docker, needsOwnEngine, stacks } from './engine.ts'

const ownedBy = ({ pid, started, boot }: Owner) => ({
  spinlab: 'lab',
  'spinlab.owner.pid': pid,
  'spinlab.owner.started': started,
  'spinlab.owner.boot': boot,
})

const BYSTANDER = 'spinlab-test-bystander'
/** What no lab of this machine owns, by its labels; `undefined`: not even a lab. */
const STRANGERS: Record<string, Record<string, string> | undefined> = {
  [BYSTANDER]: undefined,
  [`${BYSTANDER}-by-hand`]: { spinlab: 'lab', 'spinlab.run': 'by-hand' },
  [`${BYSTANDER}-elsewhere`]: ownedBy({ pid: '1', started: '2', boot: 'another machine' }),
}

beforeAll(async () => {
  const { stdout } = await execa('tar', ['-c', '-C', binary('room').replace(/room$/, ''), 'room'], {
    encoding: 'buffer',
  })
  const imported = await docker.importImage(Readable.from([stdout]), { repo: BYSTANDER, tag: 'test' })
  for await (const _ of imported);
  for (const [name, Labels = {}] of Object.entries(STRANGERS)) {
    // Its input stays open, so it waits for orders.
    const container = await docker.createContainer({
      Image: `${BYSTANDER}:test`,
      name,
      Cmd: ['/room'],
      OpenStdin: true,
      Labels,
    })
    await container.start()
    await docker.createVolume({ Name: name, Labels })
  }
})

afterAll(async () => {
  for (const name of Object.keys(STRANGERS)) {
    await docker
      .getContainer(name)
      .remove({ force: true })
      .catch(() => {})
    await docker
      .getVolume(name)
      .remove()
      .catch(() => {})
  }
  await docker.getImage(`${BYSTANDER}:test`).remove()
})

/** What there is of labs, the strangers apart. */
const ofLabs = async () => (await stacks()).filter(({ name }) => !name.includes(BYSTANDER))

/** Holds an experiment, and kills the lab with -9 at an event of its stack. */
async function killedAt(point: number) {
  const events = await docker.getEvents({ filters: { type: ['container'], label: ['spinlab=lab'] } })
  const mark = `SPINLAB_TEST=${point}`
  const lab = execa(
    SPINLAB,
    ['repro', 'tls-storm', '--runner', 'compose', '--quiet', '--fix', 'consume', '--out-dir', await folderWith()],
    {
      env: { SPINLAB_TEST: `${point}` },
      reject: false,
      buffer: false,
      stdio: 'ignore',
    },
  )
  const lines = createInterface({ input: events as NodeJS.ReadableStream })
  // One that ends by itself sends no more events.
  void lab.then(() => lines.close())
  let seen = 0
  for await (const line of lines) {
    const { Action, Actor } = JSON.parse(line)
    // What an earlier lab has left is removed first.
    if (Actor.Attributes['spinlab.owner.pid'] !== `${lab.pid}` || /^(destroy|die|kill)/.test(Action)) continue
    if (++seen === point) break
  }
  lab.kill('SIGKILL')
  await lab
  ;(events as unknown as { destroy(): void }).destroy()
  expect(seen).toBe(point)
  while ((await markedProcesses(mark)).length) await delay(20)
}

// Making the containers, starting them, entering them and starting the target are events; ten of them in a row.
test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'the lab is killed at event %i of its stack, and nothing is left',
  async (point) => {
    await killedAt(point)
    // Every second one is left to the next lab, which begins with removing it.
    if (point % 2) return expect((await ofLabs()).length).toBeGreaterThan(0)
    const { exitCode, stdout } = await spinlab('clean', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout).removed.length).toBeGreaterThan(0)
    expect(await ofLabs()).toEqual([])
  },
)

test('a lab that lives is left alone, and so is what belongs to nobody here', async () => {
  await docker.createVolume({ Name: 'spinlab-test-living', Labels: ownedBy(thisProcess()) })
  expect((await spinlab('clean')).stdout).toBe('nothing was left behind')
  for (const name of Object.keys(STRANGERS)) {
    expect((await docker.getContainer(name).inspect()).State.Running).toBe(true)
    await docker.getVolume(name).inspect()
  }
  await docker.getVolume('spinlab-test-living').remove()
})

test('--force takes what another lab may own, --images what the lab built, and nothing else', async (context) => {
  needsOwnEngine(context)
  const { stdout } = await spinlab('clean', '--force', '--images', '--json')
  const { removed } = JSON.parse(stdout)
  for (const name of Object.keys(STRANGERS).slice(1))
    expect(removed).toEqual(expect.arrayContaining([`container ${name}`, `volume ${name}`]))
  expect(removed.some((what: string) => what.startsWith('image spinlab/'))).toBe(true)
  expect((await docker.getContainer(BYSTANDER).inspect()).State.Running).toBe(true)
  await docker.getVolume(BYSTANDER).inspect()
  await docker.getImage(`${BYSTANDER}:test`).inspect()
  // The other tests need them.
  await execa(`${repository}compose/offline-images`)
})
