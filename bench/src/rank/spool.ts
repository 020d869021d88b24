import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { limits, pointBytes, segmentName, writePoint } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import { openingEvents, samplePoints } from '../load/records.ts'

const FRAME_HEADER = 12
const SEGMENT_HEADER = 32
const FLUSH_BYTES = 1024 * 1024
const POINTS_AT_ONCE = 10_000

/** More than a Linux gives: nobody writes the session any more. */
const NO_PID = 2 ** 22 + 1
const SESSION = '0'.repeat(16)

/**
 * Writes a tree as a worker leaves it whose agent never came, by docs/spool-format.md: one session, one stream of `points`
 * points.
 *
 * @returns its folder
 */
export function writeSpool(folder: string, points: number, series: number): string {
  const tree = path.join(folder, 'bench')
  const session = path.join(tree, 'sessions', SESSION)
  const stream = path.join(session, 'streams', `worker-${NO_PID}-${'0'.repeat(8)}`)
  for (const one of [stream, path.join(session, 'ledgers'), path.join(session, 'files')])
    fs.mkdirSync(one, { recursive: true, mode: 0o700 })
  const timeUs = Date.now() * 1000
  const writtenBy = {
    format: 2,
    host: 'bench',
    hostId: hostId(),
    uid: 0,
    pid: NO_PID,
    start: 0,
    pidNamespace: 0,
  }
  const asTree = { createdUs: timeUs, key: 'bench', launcherMark: '', by: 'client', version: '0' }
  const asSession = {
    session: SESSION,
    seq: 0,
    openedUs: timeUs,
    argv: ['bench'],
    directory: folder,
    environment: {},
  }
  fs.writeFileSync(path.join(tree, 'spool.json'), JSON.stringify({ ...writtenBy, ...asTree }))
  fs.writeFileSync(path.join(session, 'session.json'), JSON.stringify({ ...writtenBy, ...asSession }))
  const writer = new StreamWriter(stream)
  for (const event of openingEvents(series, timeUs)) writer.append(event)
  const record = Buffer.alloc(pointBytes)
  for (let first = 0; first < points; first += POINTS_AT_ONCE) {
    const some = samplePoints(Math.min(POINTS_AT_ONCE, points - first), series, first, timeUs, 0)
    for (let row = 0; row < some.count; row++) {
      writePoint(record, some.series[row]!, some.step[row]!, some.time[row]!, some.value[row]!)
      writer.append(record)
    }
  }
  writer.close()
  return tree
}

class StreamWriter {
  readonly #folder: string
  readonly #buffer = Buffer.alloc(FLUSH_BYTES + limits.recordBytesMax / 16)
  #filled = 0
  #number = 0
  #file: number | undefined
  #size = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  append(payload: Uint8Array): void {
    const length = FRAME_HEADER + payload.length
    if (this.#file === undefined || this.#size + length > limits.segmentBytesMax) this.#roll()
    const at = this.#filled
    this.#buffer.writeUInt32LE(payload.length, at + 4)
    this.#buffer.writeUInt32LE(this.#number % 2 ** 32, at + 8)
    this.#buffer.set(payload, at + FRAME_HEADER)
    this.#buffer.writeUInt32LE(crc32(this.#buffer.subarray(at + 4, at + length)), at)
    this.#filled += length
    this.#size += length
    this.#number++
    if (this.#filled >= FLUSH_BYTES) this.#flush()
  }

  close(): void {
    this.#flush()
    if (this.#file !== undefined) fs.closeSync(this.#file)
    this.#file = undefined
  }

  #roll(): void {
    this.close()
    this.#file = fs.openSync(path.join(this.#folder, segmentName(this.#number)), 'w', 0o600)
    const header = Buffer.alloc(SEGMENT_HEADER)
    header.write('PVLMSEG1', 'latin1')
    header.writeUInt16LE(1, 8)
    header.writeUInt16LE(SEGMENT_HEADER, 10)
    header.writeBigUInt64LE(BigInt(this.#number), 16)
    header.writeUInt32LE(crc32(header.subarray(0, 28)), 28)
    fs.writeSync(this.#file, header)
    this.#size = SEGMENT_HEADER
  }

  #flush(): void {
    if (this.#file !== undefined && this.#filled > 0) fs.writeSync(this.#file, this.#buffer, 0, this.#filled)
    this.#filled = 0
  }
}
