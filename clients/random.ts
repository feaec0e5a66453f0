/**
 * sfc32, the "Small Fast Counting" generator of Chris Doty-Humphrey (PractRand): 128 bits of state, so that a seed
 * together with the number of a connection gives a stream of its own, whatever the others have drawn.
 * Not for secrets: one seed must give the same traffic.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter: number

  /** `seed`: a whole number up to 2^53; `stream` and `purpose` choose one of its streams. */
  constructor(seed: number, stream = 0, purpose = 0) {
    this.#a = seed >>> 0
    this.#b = Math.floor(seed / 2 ** 32) >>> 0
    this.#c = stream >>> 0
    this.#counter = 1 + purpose
    // As many rounds as PractRand takes until seeds that differ in one bit have nothing in common.
    for (let round = 0; round < 15; round++) this.uint32()
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0
    this.#counter = (this.#counter + 1) >>> 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) >>> 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0
    return sum
  }

  /** 0 <= x < 1 */
  unit(): number {
    return this.uint32() / 2 ** 32
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1))
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.uint32() & 0xff))
  }

  /** A copy in another order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const left = [...items]
    const shuffled: T[] = []
    while (left.length) shuffled.push(...left.splice(this.between(0, left.length - 1), 1))
    return shuffled
  }
}
