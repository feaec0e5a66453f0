import { readFile, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { keptCertificates } from './places.ts'
import type { Stage } from './stage/stage.ts'

/** ms; they are valid for longer */
const DAY = 24 * 3600 * 1000

/** PEM, by the file's name */
const Files = z.record(z.string(), z.string())

/** Puts the lab's certificates into the stage's scratch folder. They are made once a day: their RSA keys take longer than a phase does. */
export async function deliverCertificates(stage: Pick<Stage, 'put'>) {
  const files = Object.entries(await kept().catch(make))
  await Promise.all(files.map(([file, pem]) => stage.put(`certificates/${file}`, pem)))
}

/** Throws where there are none, old ones or (two runs began at once, or one was killed) not the whole file. */
async function kept() {
  const { mtimeMs } = await stat(keptCertificates)
  if (Date.now() - mtimeMs > DAY) throw new Error(`${keptCertificates} is older than a day`)
  return Files.parse(JSON.parse(await readFile(keptCertificates, 'utf8')))
}

async function make() {
  // Once a day is seldom enough not to load node-forge each time.
  const { makeCertificates } = await import('../clients/certificates.ts')
  const files = await makeCertificates()
  // What cannot be kept is made again next time.
  await writeFile(keptCertificates, JSON.stringify(files), { mode: 0o600 }).catch(() => {})
  return files
}
