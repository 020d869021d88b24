import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { StreamLedger } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'

/**
 * A stream's ledger file (docs/spool-format.md, "Ledgers"): 16 slots of 32 bytes, each a name of 16 bytes, a u64 count, a
 * zero and the CRC-32 of the 28 bytes before. Slot `next` counts the stream's records, the others what its writer
 * dropped, by reason.
 */
export const slotBytes = 32
export const slots = 16
export const nextSlot = 'next'
const nameBytes = 16

/** Fills a buffer of one slot. @returns it */
export function fillSlot(slot: Buffer, name: string, count: number): Buffer {
  slot.fill(0)
  slot.write(name.slice(0, nameBytes - 1), 'latin1')
  slot.writeBigUInt64LE(BigInt(count), nameBytes)
  slot.writeUInt32LE(checksum(slot), slotBytes - 4)
  return slot
}

function checksum(slot: Buffer): number {
  return crc32(slot.subarray(0, slotBytes - 4))
}

/** @returns undefined where there is none that can be read: then nothing is known, and nothing is made up */
export function readLedger(folder: SessionFolder, stream: string): StreamLedger | undefined {
  let bytes: Buffer
  try {
    bytes = fs.readFileSync(path.join(folder.ledgers, stream))
  } catch {
    return undefined
  }
  return ledgerOf(bytes)
}

function ledgerOf(bytes: Buffer): StreamLedger | undefined {
  const drops: Record<string, number> = {}
  let next: number | undefined
  for (let at = 0; at + slotBytes <= Math.min(bytes.length, slots * slotBytes); at += slotBytes) {
    const slot = bytes.subarray(at, at + slotBytes)
    const name = slot.toString('latin1', 0, nameBytes).replace(/\0+$/, '')
    if (name === '' || slot.readUInt32LE(slotBytes - 4) !== checksum(slot)) continue
    const count = Number(slot.readBigUInt64LE(nameBytes))
    if (!Number.isSafeInteger(count)) continue
    if (name === nextSlot) next = count
    else if (count > 0) drops[name] = count
  }
  return next === undefined ? undefined : { next, drops }
}
