import { expect, test } from 'vitest'
import { spinlab } from '../spinlab.ts'

test.each([
  [['repro', 'nonsense'], /^spinlab: "nonsense" is not a scenario; choose one of: .*tls-storm/],
  [
    ['repro', 'tls-storm', '--variant', 'x'],
    /^spinlab: "x" is not a variant of tls-storm; choose one of: reactor, netpoller/,
  ],
  [['repro', 'tls-storm', '--fix', 'x'], /^spinlab: "x" is not a fix of variant reactor; choose one of: consume, /],
  [['repro', 'tls-storm', '--runner', 'x'], /^spinlab: "x" is not a runner; choose one of: .*native/],
  [['repro', 'tls-storm', '--collector', 'x'], /^spinlab: "x" is not a collector; choose one of: .*strace/],
  [['repro', 'tls-storm', '--seed', 'abc'], /^spinlab: .*'abc' is invalid.* whole number/],
  [['repro', 'tls-storm', '--timeout', '30'], /^spinlab: .*'30' is invalid.* unit/],
  [['repro', 'tls-storm', '--repeat', '0'], /^spinlab: .*'0' is invalid.* 1 or more/],
  [['repro'], /^spinlab: repro takes either a scenario or --all/],
  [['repro', 'tls-storm', '--all'], /^spinlab: repro takes either a scenario or --all/],
  [['repro', '--all', '--fix', 'consume'], /^spinlab: option '--all' cannot be used with option '--fix/],
  [['repro', '--all', '--only', 'x'], /^spinlab: "x" is not a scenario; choose one of: .*tls-storm/],
  [['repro', '--all', '--skip', 'x'], /^spinlab: "x" is not a scenario; choose one of: .*tls-storm/],
  [['repro', 'tls-storm', '--skip', 'x'], /^spinlab: --only, --skip and --all-variants go with --all/],
  [
    ['heal', '1'],
    /^spinlab: heal takes either --fix or --undo; fixes: raise-nofile, epoll-del, shutdown-fd, close-fd$/,
  ],
  [['heal', '1', '--fix', 'x'], /^spinlab: "x" is not a fix; choose one of: raise-nofile, epoll-del, /],
  [['heal', '1', '--fix', 'close-fd'], /^spinlab: close-fd needs the number of a descriptor: --fd N/],
  [['heal', '1', '--fix', 'raise-nofile', '--fd', '3'], /^spinlab: raise-nofile takes --nofile, and no descriptor$/],
  [['heal', '1', '--undo', '{}', '--fd', '3'], /^spinlab: option '--undo <json>' cannot be used with option '--fd/],
  [['heal', '1', '--undo', '{}'], /^spinlab: --undo takes what an earlier heal printed/],
  [['heal', 'x', '--fix', 'close-fd'], /^spinlab: .*'x' is invalid.* process id/],
  [['nonsense'], /^spinlab: unknown command 'nonsense'/],
  [['analyze', '/nowhere'], /^spinlab: "\/nowhere" is not a run folder/],
])('spinlab %j is a usage error', async (args, line) => {
  const { exitCode, stdout, stderr } = await spinlab(...args)
  expect(stderr).toMatch(line)
  expect(stderr.split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(exitCode).toBe(2)
})

test('list names every scenario with its fixes and variants', async () => {
  const { stdout, exitCode } = await spinlab('list', '--json')
  const { scenarios } = JSON.parse(stdout)
  expect(scenarios).toContainEqual(
    expect.objectContaining({
      name: 'tls-storm',
      class: 'unconsumed-readiness',
      variants: ['reactor', 'netpoller', 'netpoller-leak'],
      fixes: expect.arrayContaining([{ name: 'consume', cures: ['spin'], scope: 'standing' }]),
    }),
  )
  expect(exitCode).toBe(0)
})

test('help goes to stdout and names every verb', async () => {
  const { stdout, exitCode } = await spinlab('--help')
  for (const verb of ['repro', 'list', 'analyze', 'heal', 'doctor']) expect(stdout).toContain(`\n  ${verb} `)
  expect(exitCode).toBe(0)
})
