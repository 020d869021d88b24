/**
 * A snapshot: what the entries up to a journal position built, so that a restart replays only what came after.
 *
 *     u32 CRC-32 of the rest, little-endian | MessagePack array of 5:
 *     format = 2 · position of the graph · position that the Parquet parts hold · graph · metric store
 *
 * The parts may be behind the graph: replay begins after them, and the graph takes in only what it has not seen.
 */
import fs from 'node:fs'
import { crc32 } from 'node:zlib'
import { lsn, pack, systemCode, unpack, writeDurably } from '@provloom/shared'
import type { Files, Lsn } from '@provloom/shared'

export interface Snapshot {
  /** The last entry that the graph holds. */
  readonly applied: Lsn
  /** The last entry whose rows are in parts. */
  readonly through: Lsn
  readonly graph: Uint8Array
  readonly metrics: Uint8Array
}

const format = 2

export async function writeSnapshot(files: Files, file: string, snapshot: Snapshot): Promise<void> {
  const body = pack([format, snapshot.applied, snapshot.through, snapshot.graph, snapshot.metrics])
  const head = Buffer.alloc(4)
  head.writeUInt32LE(crc32(body))
  await writeDurably(files, file, [head, body])
}

export type SnapshotLook =
  | { readonly kind: 'none' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'bad'; readonly reason: string }

export function readSnapshot(file: string): SnapshotLook {
  let bytes: Buffer
  try {
    bytes = fs.readFileSync(file)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { kind: 'none' }
    throw error
  }
  const body = bytes.subarray(4)
  if (bytes.length < 5 || crc32(body) !== bytes.readUInt32LE(0)) return bad('its checksum is wrong')
  const value = unpack(body)
  if (!Array.isArray(value)) return bad('it is no snapshot')
  const parts: readonly unknown[] = value
  const [written, applied, through, graph, metrics] = parts
  if (written !== format) return bad(`format ${String(written)}, not ${format}`)
  if (!isPosition(applied) || !isPosition(through)) return bad('wrong fields')
  if (!(graph instanceof Uint8Array) || !(metrics instanceof Uint8Array)) return bad('wrong fields')
  return {
    kind: 'snapshot',
    snapshot: { applied: lsn(applied), through: lsn(through), graph, metrics },
  }
}

/** -1 stands for none yet. */
function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= -1
}

function bad(reason: string): SnapshotLook {
  return { kind: 'bad', reason }
}
