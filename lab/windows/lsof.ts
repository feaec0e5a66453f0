/** What `lsof -p` lists of a process. */
export interface OpenFiles {
  /** lines that are no descriptors: the program, its maps and folders */
  others: number
  /** descriptors by type, as lsof names them */
  types: Record<string, number>
  /** numbers of TCP sockets that no table of the kernel holds: both sides have shut them down, or nobody has connected them */
  unlisted: number[]
}

/** Of `lsof -F ftn`: a line for each field, which its first letter names (lsof(8), OUTPUT FOR OTHER PROGRAMS). */
export function parseLsof(text: string): OpenFiles {
  const files: OpenFiles = { others: 0, types: {}, unlisted: [] }
  let fd: number | undefined
  let type = ''
  for (const line of text.split('\n')) {
    const value = line.slice(1)
    if (line.startsWith('f')) {
      fd = /^\d+$/.test(value) ? Number(value) : undefined
      if (fd === undefined) files.others++
    }
    if (fd === undefined) continue
    if (line.startsWith('t')) {
      type = value
      files.types[type] = (files.types[type] ?? 0) + 1
    }
    // lsof finds a socket's protocol in its extended attribute, and nothing more.
    if (line.startsWith('n') && type === 'sock' && /^protocol: TCP/.test(value)) files.unlisted.push(fd)
  }
  return files
}
