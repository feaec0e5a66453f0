import { open } from 'node:fs/promises'

/** Where the linker puts notes; cmd/internal/buildid reads as much. */
const HEAD_BYTES = 32 * 1024
/** Of an ELF note by Go, which holds the build id (cmd/internal/buildid/note.go): its type, 4, and its name. */
const NOTE = Buffer.from('\x04\0\0\0Go\0\0', 'latin1')

/** Whether the program of a process was linked by Go. One that was linked without a build id is not recognised. */
export async function isGo(pid: number): Promise<boolean> {
  const file = await open(`/proc/${pid}/exe`).catch(() => undefined)
  if (!file) return false
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const at = buffer.subarray(0, bytesRead).indexOf(NOTE)
    // Before the type come the lengths of the name and of what follows it.
    return at >= 8 && buffer.readUInt32LE(at - 8) === 'Go\0\0'.length
  } finally {
    await file.close()
  }
}
