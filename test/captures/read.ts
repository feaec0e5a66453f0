import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Window } from '../../lab/windows/window.ts'

/** Windows of one situation, and what must be found in them. */
export interface Capture {
  name: string
  /** a class, or `healthy` */
  expect: string
  /** other classes that are right as well */
  also: string[]
  /** a finding that must stand beside the verdict */
  finding?: string
  windows: Window[]
}

const FOLDER = import.meta.dirname

/** All that were recorded: each `.jsonl.gz` is a line that says what must be found, and a window a line. */
export function captures(): Capture[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.jsonl.gz'))
    .map((file) => {
      const [label = '', ...lines] = gunzipSync(readFileSync(`${FOLDER}/${file}`)).toString().trimEnd().split('\n')
      return { ...JSON.parse(label), windows: lines.map((line) => JSON.parse(line)) }
    })
}
