import { expect, test } from 'vitest'
import type { Watch } from '../../lab/collectors/collector.ts'
import type { Stage, Target } from '../../lab/stage/stage.ts'
import { hold } from './hold.ts'

const phase = (result: Awaited<ReturnType<typeof hold>>, name: string) =>
  result.phases.find((candidate) => candidate.name === name)

/** The same stage, with something changed about the target. */
const withTarget =
  (change: (target: Target, stage: Stage) => Target) =>
  (stage: Stage): Stage => ({
    ...stage,
    start: async (spec) => change(await stage.start(spec), stage),
  })

test('the sound experiment passes: present, absent with the fix, present again', async () => {
  const result = await hold()
  expect(result.reasons).toEqual([])
  expect(result.outcome).toBe('pass')
  expect(result.phases.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'baseline absent',
    'fault present',
    'fixed absent',
    'relapse present',
  ])
  expect(phase(result, 'fault')?.class).toBe('unconsumed-readiness')
  expect(new Set(result.phases.map(({ pid }) => pid)).size).toBe(1)
})

test('a fix that does nothing is a fail', async () => {
  const result = await hold({
    stage: withTarget((target) => ({ ...target, fix: () => target.state(), revert: () => target.state() })),
  })
  expect(phase(result, 'fixed')).toMatchObject({ verdict: 'present', outcome: 'fail' })
  expect(result.outcome).toBe('fail')
})

test('a fix that does not do what it claims is a fail, though its verdict is as declared', async () => {
  const result = await hold({
    fixes: ['leak-patch'],
    timeout: 4000,
    stage: withTarget((target) => ({ ...target, fix: () => target.state(), revert: () => target.state() })),
  })
  expect(phase(result, 'fixed')).toMatchObject({ verdict: 'present', outcome: 'fail', effect: { holds: false } })
})

test('a fault that is not there is a fail', async () => {
  // The bug is mended before the chaos begins; the condition is one that holds nevertheless.
  const result = await hold({
    timeout: 5000,
    scenario: { variants: [await mainVariant({ condition: () => ({ holds: true, text: 'always' }) })] },
    stage: withTarget((target) => {
      const mended = target.fix('consume')
      return { ...target, state: async () => (await mended) && target.state() }
    }),
    fixes: [],
  })
  expect(phase(result, 'fault')).toMatchObject({ verdict: 'absent', outcome: 'fail' })
})

test('chaos that never makes the condition true is inconclusive', async () => {
  const result = await hold({
    timeout: 1500,
    fixes: [],
    scenario: { chaos: { client: 'hello-storm', flags: ['--kinds', 'valid', '--rate', '20'] } },
  })
  expect(phase(result, 'fault')).toMatchObject({
    verdict: 'no-data',
    outcome: 'inconclusive',
    condition: { holds: false },
  })
  expect(result.outcome).toBe('inconclusive')
})

test('a chaos client that stops is inconclusive', async () => {
  const result = await hold({
    scenario: {
      chaos: { client: 'hello-storm', flags: ['--rate', '100', '--for', '1', '--from', '127.0.0.2-127.0.0.5'] },
    },
    fixes: ['consume', 'rcvlowat', 'edge-triggered'],
  })
  expect(result.outcome).toBe('inconclusive')
  expect(result.reasons.join()).toContain('hello-storm ended')
})

test.each([false, true])('a target that dies is a fail, not an absent spin (witnesses look: %s)', async (witnesses) => {
  let pid = 0
  const result = await hold({
    witnesses,
    stage: withTarget((target) => {
      pid = target.pid
      return target
    }),
    after: (title, stage) => title.endsWith('fault') && stage.tracer.run(['kill', '-9', `${pid}`]),
  })
  expect(result.phases.at(-1)).toMatchObject({ name: 'fixed', verdict: 'no-data', outcome: 'fail' })
  expect(result.outcome).toBe('fail')
  expect(result.reasons.join()).toContain('the target died: exit 137')
})

test('an observer that loses events gives no data', async () => {
  const result = await hold({
    timeout: 1500,
    fixes: [],
    observer: (collector) => ({
      ...collector,
      watch(room, target, options): Watch {
        const watch = collector.watch(room, target, options)
        return {
          async *[Symbol.asyncIterator]() {
            for await (const window of watch) yield { ...window, lost: 1e9 }
          },
          [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
        }
      },
    }),
  })
  expect(phase(result, 'fault')).toMatchObject({ verdict: 'no-data', outcome: 'inconclusive' })
  expect(result.outcome).toBe('inconclusive')
})

test('a port that is taken ends the run with the address and the reason', async () => {
  const program = 'require("node:net").createServer().listen(8443, "127.0.0.1", () => console.log("taken"))'
  await expect(
    hold({
      stage: (stage) => ({
        ...stage,
        async start(spec) {
          const squatter = stage.clients.run([process.execPath, '--eval', program])
          await squatter.lines[Symbol.asyncIterator]().next()
          return stage.start(spec)
        },
      }),
    }),
  ).rejects.toMatchObject({ exitCode: 5, message: expect.stringMatching(/127\.0\.0\.1:8443.*in use/) })
})

async function mainVariant(change: object) {
  const { default: storm } = await import('../../lab/scenarios/tls-storm.ts')
  return { ...storm.variants[0], ...change }
}

test('a spin of another class than declared is a fail', async () => {
  const result = await hold({ timeout: 4000, scenario: { class: 'error-loop' }, fixes: [] })
  expect(phase(result, 'fault')).toMatchObject({ verdict: 'present', outcome: 'fail' })
  expect(result.reasons.join()).toContain('expected error-loop, found unconsumed-readiness')
})

test('a fix that is on from the start keeps the spin away; one that does nothing fails the control', async () => {
  const sound = await hold({ fromStart: ['consume'] })
  expect(sound.reasons).toEqual([])
  expect(sound.controls).toMatchObject([{ variant: 'reactor+consume', outcome: 'pass' }])
  expect(sound.controls[0]?.phases.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'baseline absent',
    'fault absent',
  ])
  const idle = await hold({
    fromStart: ['consume'],
    stage: (stage) => ({ ...stage, start: ({ fix: _, ...spec }) => stage.start(spec) }),
  })
  expect(idle.controls).toMatchObject([{ outcome: 'fail', phases: [{}, { verdict: 'present' }] }])
  expect(idle.outcome).toBe('fail')
})
