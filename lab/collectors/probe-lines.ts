import { existsSync } from 'node:fs'
import { EXIT, SpinlabError } from '../errors.ts'
import { binary } from '../places.ts'
import type { Room } from '../stage/room.ts'
import { Window } from '../windows/window.ts'
import type { Lack, WatchOptions } from './collector.ts'
import type { Scope } from './scope.ts'

/** Runs `probe watch`, which prints one window a line. A line that is no window counts as lost in the next one. */
export async function* probeWindows(
  scope: Scope,
  room: Room,
  flags: readonly string[],
  { seconds, closer, capture }: WatchOptions,
): AsyncGenerator<Window> {
  const bound = seconds === undefined ? [] : ['--for', `${seconds}s`]
  const child = scope.run(room, [binary('probe'), 'watch', ...flags, '--until-eof', ...bound])
  let lost = 0
  for await (const line of child.lines) {
    capture?.(line)
    const window = parseWindow(line)
    if (!window) lost++
    else {
      if (closer?.(window)) child.tell('dense')
      yield { ...window, lost: window.lost + lost }
      lost = 0
    }
  }
  const code = await child.ended
  // Gone is an end like another: there is nothing left to see.
  if (code !== 0 && code !== EXIT.inconclusive && !scope.signal.aborted)
    throw new SpinlabError(code, child.complaint().trim() || `probe ended with ${code} and without a word`)
}

function parseWindow(line: string): Window | undefined {
  try {
    return Window.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

export function lacksProbe(): Lack | undefined {
  return existsSync(binary('probe')) ? undefined : { missing: `${binary('probe')} is not built`, remedy: 'make setup' }
}
