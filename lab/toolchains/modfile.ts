import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { usage } from '../errors.ts'

/** What a module asks of a Go, and the sums of what it depends on. */
export interface Modfile {
  mod: string
  sum: string
}

/** `go.mod`, and beside it `go1.19.mod` and the like for a Go that is too old for it. */
const NAME = /^go[\d.]*\.mod$/

/**
 * The module file that fits a Go best, with that Go's own version in its go line: it decides on language features and on the defaults of
 * GODEBUG (https://go.dev/doc/godebug). Throws a usage error when the folder is no module.
 */
export function modfileFor(folder: string, version: string): Modfile {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => NAME.test(file)) : []
  const known = files
    .map((file) => {
      const mod = readFileSync(join(folder, file), 'utf8')
      return { file, mod, needs: release(/^go (\S+)/m.exec(mod)?.[1] ?? '1.16') }
    })
    .sort((a, b) => compare(b.needs, a.needs))
  const fitting = known.find(({ needs }) => compare(needs, release(version)) <= 0) ?? known.at(-1)
  if (!fitting) throw usage(`${folder} is not a Go module: it holds no go.mod; "go mod init" makes one`)
  const sums = join(folder, fitting.file.replace(/\.mod$/, '.sum'))
  return {
    mod: fitting.mod.replace(/^go .*$/m, `go ${goLine(version)}`).replace(/^toolchain .*\n/m, ''),
    sum: existsSync(sums) ? readFileSync(sums, 'utf8') : '',
  }
}

/** As a go.mod of that Go says it: from 1.21 on with the release, before without (https://go.dev/doc/toolchain). */
export function goLine(version: string): string {
  const [, language = '', patch = ''] = /go(1\.\d+)(\.\d+|rc\d+|beta\d+)?/.exec(version) ?? []
  return compare(release(language), [1, 21, 0]) < 0 ? language : `${language}${patch}`
}

const release = (text: string) => [...text.matchAll(/\d+/g)].slice(0, 3).map(Number)

function compare(a: readonly number[], b: readonly number[]): number {
  for (const i of [0, 1, 2]) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) - (b[i] ?? 0)
  return 0
}
