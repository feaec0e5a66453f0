import { once } from 'node:events'
import { expect, test } from 'vitest'
import { layHand, planHand, undo } from '../../lab/healing/lay-hand.ts'
import native from '../../lab/runners/native.ts'
import { thisMachine } from '../../lab/stage/this-machine.ts'
import { needs, needsTools } from '../needs.ts'
import { answers, LANGUAGES, SickServer } from './sick-server.ts'

test('the pid is that of the room', async (context) => {
  await needs(context, 'namespaces', 'hands')
  await using stage = await native.open()
  const child = stage.clients.run(['sh', '-c', 'echo $$; exec sleep 60'])
  const { value } = await child.lines[Symbol.asyncIterator]().next()
  const pid = Number(value)
  expect(pid).toBeLessThan(100)
  const limited = await layHand(stage.tracer, pid, { fix: 'raise-nofile', nofile: 17 })
  expect(limited.after?.nofile?.soft).toBe(17)
  expect((await undo(stage.tracer, pid, limited)).after).toEqual(limited.before)
  const closed = await layHand(stage.tracer, pid, { fix: 'close-fd', fd: 0 })
  expect(closed.after?.descriptor?.open).toBe(false)
  await expect(layHand(stage.tracer, pid, { fix: 'close-fd', fd: 0 })).rejects.toThrow(
    `descriptor 0 is not open in process ${pid}`,
  )
  await child.stop()
})

for (const language of LANGUAGES) {
  test(`each deed heals a server in ${language.name}, which serves on`, { timeout: 60_000 }, async (context) => {
    await needs(context, 'hands')
    needsTools(context, ...language.tools)
    await using server = await SickServer.start(language)
    const { pid } = server
    const sound = await server.connect()
    await answers(sound)

    // Taken out of its epoll set, and put back; a plan does neither.
    const ignored = await server.halfClose()
    const fd = await server.descriptorOf(ignored)
    const plan = await planHand(thisMachine, pid, { fix: 'epoll-del', fd })
    expect(plan).toMatchObject({ done: false, after: null })
    expect(await server.spins()).toBe(true)
    const removed = await layHand(thisMachine, pid, { fix: 'epoll-del', fd })
    await server.becomes(false)
    expect(removed).toMatchObject({ done: true, stoppedMs: 0, before: plan.before })
    await answers(sound)
    await undo(thisMachine, pid, removed)
    await server.becomes(true)

    // Shut down: the client sees the end, and the spin ends where the server looks for a hang-up.
    const ended = once(ignored.resume(), 'end')
    await layHand(thisMachine, pid, { fix: 'shutdown-fd', fd })
    await ended
    if (!language.noticesHangUp) {
      expect(await server.spins()).toBe(true)
      await layHand(thisMachine, pid, { fix: 'epoll-del', fd })
    }
    await server.becomes(false)
    await answers(sound)

    // At its limit of descriptors, until that is as it was.
    const lowered = await layHand(thisMachine, pid, { fix: 'raise-nofile', nofile: await server.nextDescriptor() })
    const waiting = await server.connect()
    await server.becomes(true)
    await undo(thisMachine, pid, lowered)
    await server.becomes(false)
    await answers(waiting)

    // Closed by a call of its own.
    const idle = await server.connect()
    await answers(idle)
    const half = await server.descriptorOf(await server.halfClose())
    const closed = await layHand(thisMachine, pid, { fix: 'close-fd', fd: half })
    await server.becomes(false)
    expect(closed).toMatchObject({ done: true, undo: null, after: { descriptor: { open: false } } })
    expect(closed.stoppedMs).toBeGreaterThan(0)
    await answers(sound)

    // At its limit again: an idle connection closed makes room. A server that owned the number closes who gets it next.
    await layHand(thisMachine, pid, { fix: 'raise-nofile', nofile: await server.nextDescriptor() })
    const stranger = await server.connect()
    await server.becomes(true)
    const lost = language.ownsNumbers ? once(stranger.resume(), 'end') : undefined
    await layHand(thisMachine, pid, { fix: 'close-fd', fd: await server.descriptorOf(idle) })
    await server.becomes(false)
    await (lost ?? answers(stranger))
    await answers(sound)
  })
}
