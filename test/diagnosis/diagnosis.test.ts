import { describe, expect, test } from 'vitest'
import { diagnose } from '../../lab/diagnosis/diagnosis.ts'
import { noData } from '../../lab/diagnosis/no-data.ts'
import type { Scene } from '../../lab/diagnosis/scene.ts'
import { diagnosisReport } from '../../lab/reporters/diagnosis.ts'
import { judge } from '../../lab/signatures/judge.ts'
import { captures } from '../captures/read.ts'

const all = captures()
const scene: Scene = { pid: 42, name: 'server', blind: [], hardFileLimit: 4096 }
const of = (name: string) => {
  const capture = all.find((candidate) => candidate.name === name)
  if (!capture) throw new Error(`no capture is called ${name}`)
  return diagnose(judge(capture.windows), capture.windows, scene)
}

describe('every capture', () => {
  test.each(all)('$name is put into words', ({ windows }) => {
    const diagnosis = diagnose(judge(windows), windows, scene)
    expect(diagnosisReport(diagnosis)).not.toMatch(/\b(?:undefined|NaN|Infinity|null)\b/)
    if (diagnosis.verdict === 'healthy') {
      expect(diagnosis.severity.level).toBe('none')
      return
    }
    expect(diagnosis.cause).toBeTruthy()
    expect(diagnosis.evidence).not.toEqual([])
    expect(diagnosis.fixes.some(({ priority }) => priority === 'later')).toBe(true)
    expect(diagnosis.severity.cores).toBeGreaterThan(0)
  })
})

test('the cause names the descriptor, the error and the limit', () => {
  const { cause } = of('sick-c-accept-emfile')
  expect(cause).toMatch(/listener fd 3 .* is ready, accept fails with EMFILE .* times a second/)
  expect(cause).toMatch(/file table full, \d+ of 20 descriptors/)
})

test('a full table is answered with the exact command that raises the soft limit, and what undoes it', () => {
  const fix = of('sick-c-accept-emfile').fixes[0]
  expect(fix).toMatchObject({
    name: 'raise-nofile',
    priority: 'now',
    command: 'bin/spinlab heal 42 --fix raise-nofile --nofile 4096 --yes',
    undo: 'bin/spinlab heal 42 --fix raise-nofile --nofile 20 --yes',
  })
})

test('a loop or a long computation is answered with what tells them apart, and nothing is ended', () => {
  const { verdict, fixes } = of('sick-py-handler-stuck')
  expect(verdict).toBe('healthy')
  expect(fixes.map(({ name }) => name)).toEqual(['see-callers'])
})

test('a half-closed connection is answered with its descriptor', () => {
  const { fixes, cause } = of('sick-c-half-close')
  expect(cause).toContain('CLOSE-WAIT')
  expect(fixes[0]?.command).toMatch(/^bin\/spinlab heal 42 --fix epoll-del --fd \d+ --inode \d+ --yes$/)
})

test('what spins with it is healed by the same command', () => {
  const command = of('sick-c-many-half-closed').fixes.find(({ name }) => name === 'epoll-del')?.command ?? ''
  const numbers = [...command.matchAll(/--fd (\d+) --inode \d+/g)].map(([, fd]) => fd)
  expect(numbers.length).toBeGreaterThan(1)
  expect(new Set(numbers).size).toBe(numbers.length)
  expect(command).toMatch(/^bin\/spinlab heal 42 --fix epoll-del --fd .* --yes$/)
})

test('what to do now stands before what to fix later', () => {
  const order = of('sick-c-peek').fixes.map(({ priority }) => priority)
  expect(order).toEqual(order.toSorted((a, b) => Number(a === 'later') - Number(b === 'later')))
})

test('health is said as plainly', () => {
  const idle = of('healthy-go-idle')
  expect(idle).toMatchObject({ verdict: 'healthy', class: null, cause: null, fixes: [] })
  expect(diagnosisReport(idle)).toMatch(/^.*healthy.*server \(pid 42\): no spin/)
})

test('no data is an answer of the same shape', () => {
  expect(Object.keys(noData(7, 'process 7 is gone')).toSorted()).toEqual(Object.keys(of('healthy-go-idle')).toSorted())
})
