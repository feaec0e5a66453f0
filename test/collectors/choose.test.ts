import { describe, expect, it } from 'vitest'
import { allCollectors, chooseCollectors } from '../../lab/collectors/choose.ts'
import type { Room } from '../../lab/stage/room.ts'
import { thisMachine } from '../../lab/stage/this-machine.ts'
import { needs } from '../needs.ts'
import { pathWithout } from '../path-without.ts'

describe('the choice of a collector', () => {
  it('is the best that works here, and names those that do not', async () => {
    const { primary, why, witnesses, missing } = await chooseCollectors(thisMachine, 'auto')
    const names = (await allCollectors()).map((collector) => collector.name)
    const better = names.slice(0, names.indexOf(primary.name))
    expect(missing.map((lack) => lack.name)).toEqual(expect.arrayContaining(better))
    for (const lack of better) expect(why).toContain(lack)
    expect(witnesses.map((witness) => witness.name)).not.toContain(primary.name)
  })

  it('says what is not seen when it is not the best', async (context) => {
    await needs(context, 'strace')
    const { primary, why } = await chooseCollectors(thisMachine, 'strace')
    expect(primary.name).toBe('strace')
    expect(why).toBe('strace was asked for')
    expect(primary.blind).toMatch(/CPU/)
  })

  it('is refused when there is no such collector', async () => {
    await expect(chooseCollectors(thisMachine, 'ebpf')).rejects.toMatchObject({
      exitCode: 2,
      message: '"ebpf" is not a collector; choose one of: bpftrace, perf, probe, procfs, strace',
    })
  })

  it('is refused with the remedy when the one that was asked for does not work here', async () => {
    await using path = await pathWithout('strace', 'perf')
    const room: Room = { run: (argv) => thisMachine.run(argv, { env: { PATH: path.folder } }) }
    await expect(chooseCollectors(room, 'strace')).rejects.toMatchObject({
      exitCode: 4,
      message: 'strace: strace is not installed (apt-get install strace)',
    })
    const { missing } = await chooseCollectors(room, 'auto')
    expect(missing).toContainEqual(expect.objectContaining({ name: 'perf', missing: 'perf is not installed' }))
  })
})
