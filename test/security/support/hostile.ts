import { encodeEnvelope, encodeMessage, limits, pack, seq } from '@provloom/shared'
import type { Envelope } from '@provloom/shared'
import type { Random } from '../../support/random.ts'
import { params, points } from './peer.ts'
import type { Peer } from './peer.ts'

/** Frames of a peer that has the key and means harm. Each is a ZeroMQ message: one frame, or several. */
export type Hostile = (random: Random, peer: Peer, victim: Envelope) => readonly Uint8Array[]

/** Beginnings of MessagePack values whose length is in the four bytes behind: bin, ext, text, array, map. */
const longHeads = [0xc6, 0xc9, 0xdb, 0xdd, 0xdf]

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}

function mutated(random: Random, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  for (let n = 1 + random.below(6); n > 0; n--) changed[random.below(changed.length)] = random.below(256)
  return random.chance(0.3) ? changed.subarray(0, random.below(changed.length)) : changed
}

/** An honest envelope of the attacker's own, with some of its fields replaced by anything. */
function twisted(random: Random, peer: Peer, victim: Envelope): Buffer {
  const own = { ...victim, session: peer.session }
  const twists: readonly (() => object)[] = [
    () => ({ rank: random.pick([1, 2 ** 31 - 1, -1, 0.5, '0', null]) }),
    () => ({ attempt: random.pick([1, 2 ** 31 - 1, -1, 2 ** 53]) }),
    () => ({ session: random.pick(['', 'x'.repeat(65_536), '__proto__', 7]) }),
    () => ({ stream: random.pick(['../../x', '__proto__', 'constructor', 'w\0', 'x'.repeat(65), '']) }),
    () => ({ first: random.pick([2 ** 40, 2 ** 53 - 1, 2 ** 53, -1, 1e300]) }),
    () => ({ count: random.pick([0, -1, limits.envelopeRecordsMax + 1, 2 ** 53 - 1]) }),
    () => ({ lost: random.pick([-1, 2 ** 53, 0.1]) }),
    () => ({ eventIndex: Uint32Array.from([0, 0xffff_ffff, 3]) }),
    () => ({ runId: random.pick(['../../etc', '', 'a'.repeat(36), 5]) }),
  ]
  const fields = Object.assign(
    {},
    own,
    ...Array.from({ length: 1 + random.below(3) }, () => random.pick(twists)()),
  )
  return encodeEnvelope(fields as Envelope)
}

const shapes: readonly Hostile[] = [
  (random) => [randomBytes(random, random.below(300))],
  () => [Buffer.alloc(0)],
  (random, peer) => [mutated(random, encodeMessage(peer.helloMessage()))],
  (random, peer, victim) => [mutated(random, encodeEnvelope({ ...victim, session: peer.session }))],
  (random, peer, victim) => [twisted(random, peer, victim)],
  (random, peer) => [
    pack({
      ...peer.helloMessage(),
      [random.pick(['rank', 'attempt', 'pid', 'version', 'worldSize', 'host', 'asked', 'jobKey', 'runId'])]:
        random.pick([-1, 2 ** 53, 'x'.repeat(5_000), null, [], { __proto__: 1 }, 0.5, '']),
    }),
  ],
  (random, peer) => [
    encodeMessage({
      kind: 'heartbeat',
      session: random.pick([peer.session, 'nobody', '']),
      sentUs: random.below(2 ** 31),
      backlog: 0,
    }),
  ],
  () => [encodeMessage({ kind: 'bye', session: 'nobody', final: true, ledger: {}, ledgerClosed: true })],
  // A length that lies.
  (random) => {
    const head = Buffer.alloc(5)
    head[0] = random.pick(longHeads)
    head.writeUInt32BE(random.pick([0xff_ff_ff_ff, 0x7f_ff_ff_ff, 200_000]), 1)
    return [Buffer.concat(Array.from({ length: 1 + random.below(200) }, () => head))]
  },
  // Deep nesting.
  (random) => [Buffer.alloc(random.below(20_000), random.pick([0x91, 0x81]))],
  // Several frames where one is due.
  (random) => Array.from({ length: 2 + random.below(30) }, () => randomBytes(random, random.below(40))),
  // Record numbers far ahead, and of the past, in the attacker's own name.
  (random, peer, victim) => [
    encodeEnvelope({ ...victim, session: peer.session, first: seq(random.pick([10 ** 6, 2 ** 48])) }),
  ],
]

/** One hostile message, the same for the same seed. */
export function hostileMessage(random: Random, peer: Peer, victim: Envelope): readonly Uint8Array[] {
  return random.pick(shapes)(random, peer, victim)
}

/** An honest envelope for twisting: three params and five points of the stream `w`. */
export function honestEnvelope(peer: Peer): Envelope {
  return peer.envelope('w', 0, params(0, 3), points(0, 0, 5))
}
