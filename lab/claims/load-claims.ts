import { fileURLToPath } from 'node:url'
import { broken } from '../errors.ts'
import { loadModule, moduleNames } from '../folder-modules.ts'
import type { Claim } from './claim.ts'

const FOLDER = fileURLToPath(new URL('topics', import.meta.url))

/** All claims, in the order of the article's sections. */
export async function loadClaims(): Promise<Claim[]> {
  const topics = await Promise.all(moduleNames(FOLDER).map((name) => loadModule<Claim[]>('topic', FOLDER, name)))
  const claims = topics.flat().sort((a, b) => a.section.localeCompare(b.section, 'en', { numeric: true }))
  const twice = claims.find(({ id }, i) => claims.findIndex((other) => other.id === id) !== i)
  if (twice) throw broken(`two claims have the id ${twice.id}`)
  return claims
}
