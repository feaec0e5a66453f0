/**
 * Asks once for each thing, and remembers the answer as long as the thing is there. A window is judged alone, in its look and as part of the
 * whole, each time that one more has come; what its stacks show stays the same.
 */
export function once<T extends object, Answer>(ask: (thing: T) => Answer): (thing: T) => Answer {
  const answers = new WeakMap<T, Answer>()
  return (thing) => {
    const known = answers.get(thing)
    if (known !== undefined) return known
    const answer = ask(thing)
    answers.set(thing, answer)
    return answer
  }
}
