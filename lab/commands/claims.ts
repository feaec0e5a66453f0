import { writeFileSync } from 'node:fs'
import { Bench } from '../claims/bench.ts'
import { type Claim, type Measured, untried } from '../claims/claim.ts'
import { loadClaims } from '../claims/load-claims.ts'
import { broken, EXIT, unknownName } from '../errors.ts'
import { type ClaimResult, claimsPage, claimsTable } from '../reporters/claims.ts'
import type { StopSignal } from '../stop-signal.ts'

export interface ClaimsOptions {
  /** ids; none: all */
  only: string[]
  seed: number
  outDir: string
  /** Markdown file to write */
  write?: string
  json: boolean
  quiet: boolean
}

/** Tries every checkable sentence of the article now, and says which hold. Returns the exit code: pass when every one was judged. */
export async function claims(options: ClaimsOptions, stop: StopSignal): Promise<number> {
  const all = await loadClaims()
  const known = all.map(({ id }) => id)
  for (const id of options.only) if (!known.includes(id)) throw unknownName('claim', id, known)
  const chosen = all.filter(({ id }) => options.only.length === 0 || options.only.includes(id))

  const results: ClaimResult[] = []
  await using bench = await Bench.open({ seed: options.seed, outDir: options.outDir, stop: stop.signal })
  for (const claim of chosen) {
    if (stop.signal.aborted) break
    const { test: _, ...told } = claim
    const result = { ...told, ...(await tryNow(claim, bench)) }
    results.push(result)
    if (!options.quiet) process.stderr.write(`${results.length}/${chosen.length}  ${result.id}: ${result.verdict}\n`)
  }
  if (options.write) write(options.write, claimsPage(results))
  process.stdout.write(options.json ? `${JSON.stringify({ claims: results })}\n` : claimsTable(results))
  const judged = results.every(({ verdict }) => verdict !== 'no-data')
  return stop.exitCode ?? (judged ? EXIT.pass : EXIT.inconclusive)
}

/** A test that fails has seen nothing: that is neither true nor false. */
async function tryNow(claim: Claim, bench: Bench): Promise<Measured> {
  try {
    return await claim.test(bench)
  } catch (error) {
    return untried(`it could not be tried: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
  }
}

function write(path: string, page: string) {
  try {
    writeFileSync(path, page)
  } catch (error) {
    throw broken(`cannot write ${path}: ${(error as Error).message}`, error)
  }
}
