/** What a tool says of its failure, in one line: not which package it was at, nor what it fetched before. */
export function ownLine(complaint: string): string {
  const lines = complaint.split('\n').map((line) => line.trim())
  return lines.find((line) => line && !line.startsWith('#') && !line.startsWith('go: downloading ')) ?? ''
}
