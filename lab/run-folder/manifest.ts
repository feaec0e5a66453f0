import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { execa } from 'execa'
import { z } from 'zod'
import { binary, repository } from '../places.ts'

/** What a run was: enough to repeat it and to judge it again. */
export const Manifest = z.object({
  version: z.literal(1),
  scenario: z.string(),
  variant: z.string(),
  /** names of the fixes tried, in their order */
  fixes: z.array(z.string()),
  seed: z.number().int(),
  runner: z.string(),
  /** what the stage was made of, in words */
  stage: z.string(),
  argv: z.array(z.string()),
  reproduce: z.string(),
  /** ISO 8601, UTC */
  started: z.string(),
  machine: z.object({
    kernel: z.string(),
    cores: z.number().int(),
    /** soft and hard limit of open files of the lab itself */
    nofile: z.string(),
  }),
  /** version line of each tool; null when it is not there */
  tools: z.record(z.string(), z.string().nullable()),
  /** commit, and whether the tree differed from it; null outside a checkout */
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  collectors: z.object({
    used: z.array(z.string()),
    missing: z.array(z.object({ name: z.string(), missing: z.string(), remedy: z.string() })),
  }),
})
export type Manifest = z.infer<typeof Manifest>

const TOOLS: Record<string, readonly string[]> = {
  go: ['go', 'env', 'GOVERSION'],
  target: [binary('target'), '--version'],
  strace: ['strace', '--version'],
  perf: ['perf', '--version'],
  bpftrace: ['bpftrace', '--version'],
  unshare: ['unshare', '--version'],
}

/** The part of a manifest that describes this machine and this checkout. */
export async function describeHere(): Promise<Pick<Manifest, 'machine' | 'tools' | 'git'>> {
  const tools = await Promise.all(
    Object.entries(TOOLS).map(async ([name, argv]) => [name, await firstLine(argv)] as const),
  )
  const commit = await firstLine(['git', '-C', repository, 'rev-parse', 'HEAD'])
  const changes = await firstLine(['git', '-C', repository, 'status', '--porcelain'])
  const limits = readFileSync('/proc/self/limits', 'utf8').match(/Max open files\s+(\S+)\s+(\S+)/)
  return {
    machine: { kernel: release(), cores: navigator.hardwareConcurrency, nofile: `${limits?.[1]}/${limits?.[2]}` },
    tools: { node: process.version, ...Object.fromEntries(tools) },
    git: commit ? { commit, dirty: Boolean(changes) } : null,
  }
}

async function firstLine([file = '', ...args]: readonly string[]): Promise<string | null> {
  const { stdout, failed } = await execa(file, args, { reject: false, stdin: 'ignore' })
  return failed ? null : (stdout.split('\n')[0] ?? '')
}
