import { broken } from '../lab/errors.ts'
import type { Room } from '../lab/stage/room.ts'
import type { Subject } from './subject.ts'

/** What a server did under load. */
export interface Performance {
  /** requests a second */
  rate: number
  /** seconds of the server's CPU for one request */
  cpu: number
}

/** Keeps 16 connections busy for so many seconds. */
export async function underLoad(room: Room, subject: Subject, seconds: number): Promise<Performance> {
  const before = await subject.cpu()
  const wrk = room.run(['wrk', '-t', '1', '-c', '16', '-d', `${seconds}s`, subject.url])
  let report = ''
  for await (const line of wrk.lines) report += `${line}\n`
  const used = (await subject.cpu()) - before
  const rate = Number(/^Requests\/sec:\s*([\d.]+)$/m.exec(report)?.[1])
  const requests = Number(/^\s*(\d+) requests in /m.exec(report)?.[1])
  if (!(rate > 0 && requests > 0)) throw broken(`wrk reports no requests: ${wrk.complaint().trim() || report.trim()}`)
  return { rate, cpu: used / requests }
}
