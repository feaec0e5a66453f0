import { expect, test } from 'vitest'
import { ofFiles } from '../../lab/diagnosis/side-words.ts'
import { parseLsof } from '../../lab/windows/lsof.ts'

// Printed by `lsof -n -P -w -p PID -F ftn` of lsof 4.95.
const PRINTED = `p9805
fcwd
tDIR
n/srv
ftxt
tREG
n/srv/server
fmem
tREG
n/usr/lib/x86_64-linux-gnu/libc.so.6
f0
tCHR
n/dev/null
f3
tIPv4
n127.0.0.1:55789
f4
tIPv4
n127.0.0.1:38222->127.0.0.1:55789
f8
tsock
nprotocol: TCP
f9
tsock
nprotocol: UNIX-STREAM
`

test('descriptors are told from programs, maps and folders, and sockets that no table has from others', () => {
  const files = parseLsof(PRINTED)
  expect(files).toEqual({ others: 3, types: { CHR: 1, IPv4: 2, sock: 2 }, unlisted: [8] })
  expect(ofFiles(files)).toBe(
    'lsof: 5 descriptors (2 IPv4, 2 sock, 1 CHR), and 3 lines that are none; 1 sockets are open that no table of the kernel shows any more: finished on both sides',
  )
  expect(parseLsof('')).toEqual({ others: 0, types: {}, unlisted: [] })
})
