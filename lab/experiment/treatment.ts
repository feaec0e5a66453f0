import type { Deed } from '../healing/deed.ts'
import { layHand, undo } from '../healing/lay-hand.ts'
import type { Room } from '../stage/room.ts'
import type { Fix } from './scenario.ts'
import type { Subject } from './subject.ts'

/** Applies fixes to a subject and takes them back: by the target's own switches, or by the lab's hands from outside. */
export class Treatment {
  readonly #subject: Subject
  readonly #room: Room
  /** of the fix from outside that is in force */
  #deeds: Deed[] = []

  constructor(subject: Subject, room: Room) {
    this.#subject = subject
    this.#room = room
  }

  async apply(fix: Fix) {
    const { target, observer, pid } = this.#subject
    if (fix.outside) {
      // Two looks, as what comes or goes during one is in some of its tables and not in others.
      const previous = await this.#subject.facts()
      const hands = fix.outside({ previous, now: await this.#subject.facts() })
      this.#deeds = []
      for (const hand of hands) this.#deeds.push(await layHand(this.#room, pid, hand))
      return
    }
    // The process that is observed leaves; the eyes open again on its successor.
    if (fix.restarts) await observer.detach()
    await target.fix(fix.name, fix.restarts)
  }

  async takeBack(fix: Fix) {
    if (fix.irreversible) return
    if (fix.restarts) await this.#subject.observer.detach()
    if (!fix.outside) await this.#subject.target.revert(fix.name)
    for (const deed of this.#deeds.splice(0).reverse()) await undo(this.#room, this.#subject.pid, deed)
  }
}
