import readline from 'node:readline'
import type { Readable } from 'node:stream'
import type { AggregatorStatus } from '@provloom/aggregator'
import { exactJson, parseExactJson, sayOut } from '@provloom/shared'

/** `provloom aggregator --json` says one status a line; this reads them back. Who reads no more is no trouble to it. */
export function writeStatus(status: AggregatorStatus): void {
  sayOut(exactJson(status))
}

/** @returns resolves when the last one has been heard */
export function readStatuses(stream: Readable, listener: (status: AggregatorStatus) => void): Promise<void> {
  const lines = readline.createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', (line) => {
    const value: unknown = parsed(line)
    if (isStatus(value)) listener(value)
  })
  return new Promise((resolve) => {
    lines.once('close', resolve)
  })
}

function parsed(line: string): unknown {
  try {
    return parseExactJson(line)
  } catch {
    return undefined
  }
}

/** The other side is this same program: the kind is enough. */
function isStatus(value: unknown): value is AggregatorStatus {
  return typeof value === 'object' && value !== null && 'kind' in value
}
