import { expect, test } from 'vitest'
import { judge } from '../../lab/signatures/judge.ts'
import type { Window } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

/** Three seconds of a server of one thread, of which nothing comes and to which nothing goes. */
const silent = (...functions: [name: string, samples: number][]): Window[] =>
  Array.from({ length: 30 }, () =>
    windowOf({
      sockets: [
        { state: 'LISTEN', count: 1, unread: 1 },
        { state: 'ESTAB', count: 2, unread: 2 },
      ],
      blocked: [],
      stacks: functions.map(([name, samples]) => ({
        tid: 1,
        samples,
        user: [`${name} server`, 'serve server'],
        kernel: [],
      })),
    }),
  )
const answering = windowOf({ descriptors: [{ useful: 500 }] })

test('a long computation is no spin, and the silence is said', () => {
  expect(judge(silent(['multiply', 9]))).toMatchObject({
    verdict: 'healthy',
    findings: [{ name: 'userland-loop', spin: false }, { name: 'userland-loop' }, { name: 'busy-computing' }],
  })
})

test('it is one where nobody asks for a computation', () => {
  expect(judge(silent(['multiply', 9]), { unasked: true })).toMatchObject({ verdict: 'spin', class: 'userland-loop' })
})

test('it is one beside a baseline that was not silent', () => {
  expect(judge(silent(['multiply', 9]), { baseline: [answering] })).toMatchObject({
    verdict: 'spin',
    class: 'userland-loop',
  })
})
