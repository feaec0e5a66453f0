import { repository } from '../places.ts'

/** The images hold the repository here (compose/Dockerfile). */
const ROOT = '/spinlab/'

/** The word of a command line as it must be inside the lab's images. */
export function inImage(word: string): string {
  // The image brings its own.
  if (word === process.execPath) return 'node'
  return word.startsWith(repository) ? ROOT + word.slice(repository.length) : word
}
