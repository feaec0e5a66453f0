import { describe, expect, test } from 'vitest'
import { Random } from '../../clients/random.ts'
import { ALPHA, BETA, decide } from '../../lab/signatures/decision.ts'
import type { Window } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

const spinning = windowOf({ descriptors: [{ ready: 50_000, unconsumed: 50_000 }], waits: [{ ready: 50_000 }] })
const serving = windowOf({
  descriptors: [{ useful: 5000, ready: 2500, bytesIn: 1e6, bytesOut: 1e6 }],
  waits: [{ ready: 2500 }],
})
const blind = windowOf({})
delete blind.calls
delete blind.waits
delete blind.descriptors

const times = (n: number, window: Window) => Array.from({ length: n }, () => window)

describe('a decision', () => {
  test('takes two looks for a spin', () => {
    expect(decide(times(1, spinning)).verdict).toBeUndefined()
    expect(decide(times(2, spinning))).toMatchObject({ verdict: 'present', class: 'unconsumed-readiness' })
  })

  test('takes four looks for health', () => {
    expect(decide(times(3, serving)).verdict).toBeUndefined()
    expect(decide(times(4, serving))).toMatchObject({ verdict: 'absent', class: null })
  })

  test('is not swayed by one odd window', () => {
    expect(decide([spinning, ...times(8, serving)]).verdict).toBe('absent')
    expect(decide([serving, ...times(8, spinning)]).verdict).toBe('present')
  })

  test('does not take windows that saw nothing for health', () => {
    expect(decide(times(30, blind)).verdict).toBe('no-data')
    expect(decide([...times(9, blind), ...times(3, serving)]).verdict).toBeUndefined()
  })
})

describe('its error rates', () => {
  /** Decides over processes each of whose windows shows a spin with the given chance. */
  function share(chance: number, wrong: 'present' | 'absent'): number {
    const random = new Random(1)
    const trials = 2000
    let errors = 0
    for (let i = 0; i < trials; i++) {
      const windows: Window[] = []
      let verdict: string | undefined
      while (!verdict) {
        windows.push(random.unit() < chance ? spinning : serving)
        verdict = decide(windows).verdict
      }
      if (verdict === wrong) errors++
    }
    return errors / trials
  }

  // Three standard deviations of 2000 trials above the stated rate.
  const bound = (rate: number) => rate + 3 * Math.sqrt(rate / 2000)

  test('a healthy process is called sick no more often than stated', () => {
    expect(share(0.02, 'present')).toBeLessThanOrEqual(bound(ALPHA))
  })

  test('a spinning process is called healthy no more often than stated', () => {
    expect(share(0.9, 'absent')).toBeLessThanOrEqual(bound(BETA))
  })
})
