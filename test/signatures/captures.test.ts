import { describe, expect, test } from 'vitest'
import { decide } from '../../lab/signatures/decision.ts'
import { judge } from '../../lab/signatures/judge.ts'
import { captures } from '../captures/read.ts'

const all = captures()

test('there are enough situations, sick and healthy', () => {
  expect(all.length).toBeGreaterThanOrEqual(30)
  expect(new Set(all.map((capture) => capture.expect))).toEqual(
    new Set(['empty-wakeups', 'unconsumed-readiness', 'error-loop', 'userland-loop', 'healthy']),
  )
})

/** A loop without an end, which a long computation looks like: only who knows that nobody asked for one calls it a spin. */
const undecidable = all.filter(({ expect: wanted, also }) => wanted !== 'healthy' && also.includes('healthy'))

test.each(undecidable)(
  '$name is a spin where nobody asks for a computation, and a finding where one may',
  (capture) => {
    expect(judge(capture.windows).findings.map(({ name }) => name)).toContain(capture.expect)
    expect(judge(capture.windows, { unasked: true })).toMatchObject({ verdict: 'spin', class: capture.expect })
  },
)

describe.each(all)('$name', ({ expect: wanted, also, finding, windows }) => {
  const judgement = judge(windows)

  test(`is ${wanted}${finding ? ` and shows ${finding}` : ''}`, () => {
    expect([wanted, ...also]).toContain(judgement.verdict === 'spin' ? judgement.class : judgement.verdict)
    if (finding) expect(judgement.findings.map(({ name }) => name)).toContain(finding)
  })

  test('the sequential decision does not say the opposite', () => {
    const right = [wanted, ...also]
    const opposites = [
      ...(right.every((one) => one === 'healthy') ? ['present'] : []),
      ...(right.includes('healthy') ? [] : ['absent']),
    ]
    expect(opposites).not.toContain(decide(windows).verdict)
  })
})
