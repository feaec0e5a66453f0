import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { execa } from 'execa'
import { broken, unsupported } from '../errors.ts'
import { lastLine } from '../last-line.ts'
import { binary, targetModule } from '../places.ts'

/** Builds the target where it is not built yet, as in the packed tool, which has its sources. */
export async function buildTarget(): Promise<void> {
  const program = binary('target')
  if (existsSync(program)) return
  const folder = dirname(program)
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw broken(`cannot build the target into ${folder}: ${error.message}`, error)
  })
  const { failed, code, stderr } = await execa(
    'go',
    ['-C', targetModule, 'build', '-trimpath', '-buildvcs=false', '-o', folder, './cmd/...'],
    { reject: false, stdin: 'ignore', env: { CGO_ENABLED: '0' } },
  )
  if (code === 'ENOENT')
    throw unsupported(
      'experiments need Go, which builds their target here and is not installed; list, diagnose and guard do not',
    )
  if (failed) throw broken(`cannot build the target: ${lastLine(stderr)}`)
}
