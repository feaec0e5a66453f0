import type { SeenDescriptor, Sight } from '../signatures/sight.ts'
import type { Scene } from './scene.ts'

export interface Fix {
  name: string
  /** `now` relieves the running process, `later` is the cure */
  priority: 'now' | 'later'
  /** null: a change of the program, which `name` describes */
  command: string | null
  /** what it costs or risks */
  cost: string
  undo: string
}

export interface Context {
  pid: number
  sight: Sight
  scene: Scene
  /** the one that the finding is about, and those like it */
  descriptors: readonly SeenDescriptor[]
}

/** A fix for what was found, where there is one. */
export type MakeFix = (context: Context) => Fix | undefined
