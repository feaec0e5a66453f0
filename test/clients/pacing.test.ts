import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { Pacer, Schedule } from '../../clients/pacing.ts'
import { Random } from '../../clients/random.ts'
import { soon } from './soon.ts'

describe('a schedule', () => {
  const rates = fc.double({ min: 0.1, max: 100_000, noNaN: true })
  const elapsed = fc.double({ min: 0, max: 1e6, noNaN: true })
  const jitters = fc
    .constantFrom(0, 0.5, 0.99)
    .map((share) => (arrival: number) => share * new Random(9, arrival).unit())

  test('knows how many are due: those whose due time has come, and no other', () => {
    fc.assert(
      fc.property(rates, elapsed, jitters, (rate, ms, jitter) => {
        const schedule = new Schedule(rate, jitter)
        const due = schedule.dueBy(ms)
        // A rounding error of one part in 10^12 is nobody's arrival.
        if (due > 0) expect(schedule.dueTime(due - 1)).toBeLessThanOrEqual(ms * (1 + 1e-12))
        expect(schedule.dueTime(due)).toBeGreaterThan(ms * (1 - 1e-12))
      }),
    )
  })

  test('keeps its rate and its order, whatever the jitter', () => {
    fc.assert(
      fc.property(rates, jitters, fc.nat(10_000), (rate, jitter, arrival) => {
        const schedule = new Schedule(rate, jitter)
        expect(schedule.dueTime(arrival + 1)).toBeGreaterThan(schedule.dueTime(arrival))
        expect(schedule.dueTime(arrival) * rate).toBeGreaterThanOrEqual(arrival * 1000 * (1 - 1e-12))
        expect(schedule.dueTime(arrival) * rate).toBeLessThan((arrival + 1) * 1000)
      }),
    )
  })
})

describe('a pacer', () => {
  let pacer: Pacer | undefined
  afterEach(() => pacer?.pause())

  /** Keeps the event loop busy, as too much work does. */
  const block = (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end; );
  }

  function run(rate: number, work: (arrival: number) => void = () => {}) {
    const arrivals: { arrival: number; due: number; sent: number }[] = []
    pacer = new Pacer(rate, new Schedule(rate), (arrival, due) => {
      arrivals.push({ arrival, due, sent: performance.now() })
      work(arrival)
    })
    pacer.resume()
    return { pacer, arrivals }
  }

  test('sends each arrival once, in order, and none before it is due', async () => {
    const { arrivals } = run(300)
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(60)
    expect(arrivals.map(({ arrival }) => arrival)).toEqual(arrivals.map((_, index) => index))
    expect(arrivals.filter(({ due, sent }) => sent < due - 0.001)).toEqual([])
  })

  test('omits nothing after it was held up: what was due meanwhile is sent late, with its own due time', async () => {
    const { arrivals } = run(200)
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(10)
    block(300)
    const late = performance.now()
    await expect.poll(() => arrivals.at(-1)?.due ?? 0, soon).toBeGreaterThan(late)
    const gaps = arrivals.slice(1).map(({ due }, index) => due - (arrivals[index]?.due ?? 0))
    for (const gap of gaps) expect(gap).toBeCloseTo(1000 / 200, 6)
  })

  test('does not spin between arrivals', async () => {
    const before = performance.eventLoopUtilization()
    const { arrivals } = run(50)
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(25)
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5)
    // A loop that polls never waits.
    const polling = performance.eventLoopUtilization()
    let turns = 0
    await new Promise<void>((done) => {
      const poll = () => (++turns < 20_000 ? setImmediate(poll) : done())
      poll()
    })
    expect(performance.eventLoopUtilization(polling).utilization).toBeGreaterThan(0.9)
  })

  test('is saturated when the work takes longer than its schedule leaves', async () => {
    const { pacer } = run(1000, () => block(5))
    await expect.poll(() => pacer.look().saturated, soon).toBe(true)
    const { due, started, achievedRate, targetRate } = pacer.look()
    expect(started).toBeLessThan(due)
    expect(achievedRate).toBeLessThan(0.9 * targetRate)
  })

  test('is not saturated by a hiccup that it makes up for, nor by a pause', async () => {
    const { pacer, arrivals } = run(500)
    const looks: boolean[] = []
    const looking = setInterval(() => looks.push(pacer.look().saturated), 100)
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(100)
    block(400)
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(900)
    pacer.pause()
    await expect.poll(() => looks.length, soon).toBeGreaterThan(30)
    pacer.resume()
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(1200)
    clearInterval(looking)
    expect(looks).not.toContain(true)
  })

  test('sends nothing while it pauses, and then goes on where it was', async () => {
    const { pacer, arrivals } = run(200)
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(10)
    pacer.pause()
    const { due } = pacer.look()
    const sent = arrivals.length
    await expect.poll(() => pacer.look().achievedRate, soon).toBe(0)
    expect(arrivals).toHaveLength(sent)
    expect(pacer.look().due).toBe(due)
    pacer.resume()
    await expect.poll(() => arrivals.length, soon).toBeGreaterThan(due + 10)
    expect(arrivals.map(({ arrival }) => arrival)).toEqual(arrivals.map((_, index) => index))
  })
})
