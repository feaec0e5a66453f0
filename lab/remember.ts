/** Asks once for each thing, and remembers the answer as long as the thing is there. By identity: it must not change any more. */
export function remember<T extends object, Answer extends NonNullable<unknown>>(
  ask: (thing: T) => Answer,
): (thing: T) => Answer {
  const answers = new WeakMap<T, Answer>()
  return (thing) => {
    const known = answers.get(thing)
    if (known !== undefined) return known
    const answer = ask(thing)
    answers.set(thing, answer)
    return answer
  }
}
