import { expect, test } from 'vitest'
import { remember } from '../lab/remember.ts'

test('each thing is asked about once, whatever the answer', () => {
  const asked: object[] = []
  const answers = [false, '', 0]
  const answer = remember((thing: object) => {
    asked.push(thing)
    return answers[asked.length - 1] ?? 'never'
  })
  const things = answers.map(() => ({}))
  for (let again = 0; again < 3; again++) expect(things.map(answer)).toEqual(answers)
  expect(asked).toEqual(things)
})
