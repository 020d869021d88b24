/**
 * Branded identifiers: plain strings and numbers at run time, distinct types to the compiler,
 * so that a rank is never passed where a record number is due.
 */
declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A UUIDv7 (RFC 9562, section 5.7) minted once per run. */
export type RunId = Branded<string, 'RunId'>
/** Global rank of a process in its job, 0-based. */
export type Rank = Branded<number, 'Rank'>
/** One start of a rank: 0 for the first, raised by every restart. */
export type Attempt = Branded<number, 'Attempt'>
/** Name of one spool file sequence with one writer: `[A-Za-z0-9._-]{1,64}`. */
export type StreamId = Branded<string, 'StreamId'>
/** Number of a record in its stream: dense, from 0. */
export type Seq = Branded<number, 'Seq'>
/** Number of a record in a run's journal: dense, from 0. */
export type Lsn = Branded<number, 'Lsn'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const STREAM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export function isRunId(text: unknown): text is RunId {
  return typeof text === 'string' && UUID.test(text)
}

/** Of what a person gives as the id of a run: in lower case, as ids are written here. */
export function runIdFrom(value: unknown): RunId | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined
  return isRunId(text) ? text : undefined
}

/** The id of a machine as all of its processes are to say it: a boot id without dashes, in lower case; any other as it is. */
export function machineId(text: string): string {
  const plain = text.replaceAll('-', '').toLowerCase()
  return /^[0-9a-f]{32}$/.test(plain) ? plain : text
}

export function isRank(value: unknown): value is Rank {
  return isCount(value) && value < 2 ** 31
}

export function isAttempt(value: unknown): value is Attempt {
  return isCount(value) && value < 2 ** 31
}

export function isStreamId(text: unknown): text is StreamId {
  return typeof text === 'string' && STREAM.test(text)
}

export function isSeq(value: unknown): value is Seq {
  return isCount(value)
}

/** A non-negative safe integer. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Types a trusted number as a record number; its caller has checked it or made it by counting. */
export function seq(value: number): Seq {
  return value as Seq
}

/** Types a trusted number as a journal position. */
export function lsn(value: number): Lsn {
  return value as Lsn
}

/** Types a trusted number as a rank. */
export function rankOf(value: number): Rank {
  return value as Rank
}

/** Types a trusted number as an attempt. */
export function attemptOf(value: number): Attempt {
  return value as Attempt
}

/**
 * A new run id.
 *
 * @param unixMs wall-clock time in milliseconds since the Unix epoch
 * @param random 10 random bytes
 * @returns a UUIDv7 in lower case (RFC 9562, section 5.7)
 */
export function mintRunId(unixMs: number, random: Uint8Array): RunId {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(unixMs, 0, 6)
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  ) as RunId
}
