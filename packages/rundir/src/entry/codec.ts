/**
 * Records of a run's journal. The first byte tells them apart:
 *
 *     'E' (0x45)  an envelope, byte for byte as it came over the wire, or re-encoded when part of it was known before
 *     'C' (0x43)  any other entry of the run, as JSON
 *
 * In lower case ('e', 'c') it was written in one commit with the record before it; in upper case it begins one, and all
 * before it was synced by then. So a commit that a power loss left with a hole is known, and cut: none of it was
 * acknowledged. A hole before the last commit is damage to what was.
 *
 * Decoding gives the `RunEntry` that graph, ledger and metric store are built from, live and in replay alike.
 */
import {
  decodeEnvelope,
  decodeEvent,
  fieldsOf,
  isAttempt,
  isCount,
  isRank,
  isRunId,
  reasonOf,
} from '@provloom/shared'
import type { CommitMarks, Envelope } from '@provloom/shared'
import type { NumberedEvent, Records, RunEntry } from './entry.ts'

export type ControlEntry = Exclude<RunEntry, Records>

const envelopeTag = Buffer.from('E', 'latin1')
const controlTag = Buffer.from('C', 'latin1')
const lowerCase = 0x20
const envelopeFollows = Buffer.from('e', 'latin1')
const controlFollows = Buffer.from('c', 'latin1')

export function envelopeRecord(bytes: Uint8Array): readonly Uint8Array[] {
  return [envelopeTag, bytes]
}

export function controlRecord(entry: ControlEntry): readonly Uint8Array[] {
  return [controlTag, Buffer.from(JSON.stringify(entry), 'utf8')]
}

/** @param applied the last entry that a snapshot holds: it and all before it were synced */
export function commitMarks(applied: number): CommitMarks {
  return {
    follow: ([tag, ...rest]) => [tag === envelopeTag ? envelopeFollows : controlFollows, ...rest],
    follows: (payload) => (payload[0]! & lowerCase) !== 0,
    syncedBefore: applied + 1,
  }
}

export type RecordLook =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'control'; readonly entry: ControlEntry }
  | { readonly kind: 'bad'; readonly reason: string }

/** Reads a journal record; never throws. */
export function decodeRecord(payload: Buffer): RecordLook {
  const tag = payload[0]! & ~lowerCase
  if (tag === envelopeTag[0]) return decodeEnvelope(payload.subarray(1))
  if (tag !== controlTag[0]) return { kind: 'bad', reason: 'neither envelope nor entry' }
  try {
    const value: unknown = JSON.parse(payload.toString('utf8', 1))
    return isControlEntry(value)
      ? { kind: 'control', entry: value }
      : { kind: 'bad', reason: 'an entry of unknown shape' }
  } catch (error) {
    return { kind: 'bad', reason: reasonOf(error) }
  }
}

/** The events of an envelope, read; its points as they are. */
export function recordsOf(envelope: Envelope): Records {
  const events: NumberedEvent[] = []
  const bad: { number: number; reason: string }[] = []
  for (const [i, payload] of envelope.events.entries()) {
    const number = envelope.first + envelope.eventIndex[i]!
    const look = decodeEvent(payload)
    if (look.kind === 'event') events.push({ number, event: look.event })
    else bad.push({ number, reason: look.kind === 'bad' ? look.reason : `unknown type ${look.type}` })
  }
  const { rank, attempt, stream, first, count, lost, points } = envelope
  return { kind: 'records', rank, attempt, stream, first, count, lost, events, bad, points }
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isObject: Check = (value) => typeof value === 'object' && value !== null

const ofRank = { time: isCount, rank: isRank, attempt: isAttempt }

const entryFields: Readonly<Record<ControlEntry['kind'], Readonly<Record<string, Check>>>> = {
  opened: {
    time: isCount,
    runId: isRunId,
    number: isCount,
    jobKey: isText,
    ordinal: isCount,
    settings: isObject,
    aggregator: isObject,
  },
  resumed: { time: isCount },
  admitted: { ...ofRank, session: isText, worker: isText, host: isText },
  refusal: { time: isCount, rank: isRank },
  conflict: { ...ofRank, host: isText },
  lost: ofRank,
  ended: { ...ofRank, ledger: isObject, ledgerClosed: isFlag },
  kept: { ...ofRank, records: isCount, folder: isText, reason: isText },
  retired: { rank: isRank, attempt: isAttempt, ledger: isObject },
  exited: ofRank,
  uncollected: { ...ofRank, status: isText },
  absent: { time: isCount, ranks: Array.isArray, elsewhere: Array.isArray },
  remark: { time: isCount, code: isText, message: isText },
  reopened: { time: isCount },
  gone: { time: isCount, files: Array.isArray, back: Array.isArray },
  parts: { parts: Array.isArray, through: Number.isSafeInteger },
  closed: { time: isCount, cause: isText },
}

/** We wrote it ourselves and its CRC is right: what is checked is that this version knows the entry. */
function isControlEntry(value: unknown): value is ControlEntry {
  const fields = fieldsOf(value)
  const kind = fields.get('kind')
  if (typeof kind !== 'string' || !isControlKind(kind)) return false
  return Object.entries(entryFields[kind]).every(([name, check]) => check(fields.get(name)))
}

function isControlKind(kind: string): kind is ControlEntry['kind'] {
  return Object.hasOwn(entryFields, kind)
}
