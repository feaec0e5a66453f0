import type { Finding } from './check.ts'

/** Tries what the lab itself does. Its errors word both: what failed, and behind a semicolon what to do; where that is missing, it is `remedy`. */
export async function remedied(remedy: string, attempt: () => Promise<string>): Promise<Finding> {
  try {
    return { works: true, found: await attempt() }
  } catch (error) {
    const [found = '', ...rest] = (error instanceof Error ? error.message : String(error)).split('; ')
    return { works: false, found, remedy: rest.join('; ') || remedy }
  }
}
