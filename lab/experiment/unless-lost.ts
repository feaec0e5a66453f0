import { setTimeout as delay } from 'node:timers/promises'
import type { Subject } from './subject.ts'

/** A process that has ended refuses questions a moment before its end is known (ms). */
const NOTICE_MS = 100

/** Throws the error, unless a process of the subject has ended: its last words say more than what it refused. */
export async function unlessLost(subject: Subject, error: unknown) {
  await delay(NOTICE_MS)
  if (!subject.casualty) throw error
}
