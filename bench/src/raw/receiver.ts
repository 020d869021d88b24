/**
 * The limit of ingest's first half: a ROUTER that does nothing with what it gets but acknowledge it. It answers a
 * load generator as an aggregator would: node receiver.js FOLDER OPENING-RECORDS RECORDS-PER-ENVELOPE secure|insecure
 */
import fs from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { Router, curveKeyPair } from 'zeromq'
import { decodeAgentMessage, encodeMessage, limits, mintRunId } from '@provloom/shared'
import type { Connection, Hello } from '@provloom/shared'

/** A MessagePack array of 13: an envelope. */
const ENVELOPE = 0x9d

interface Peer {
  readonly identity: Buffer
  readonly session: string
  readonly stream: string
  envelopes: number
}

/** What a receiver that is started again goes on with. */
interface Own {
  readonly port: number
  readonly server: KeyPair
  readonly client: KeyPair
}

type KeyPair = ReturnType<typeof curveKeyPair>

const [folder, opening, records, secure] = process.argv.slice(2)
const openingRecords = Number(opening)
const recordsPerEnvelope = Number(records)
const own = path.join(folder!, 'receiver.json')
const before = fs.existsSync(own) ? (JSON.parse(fs.readFileSync(own, 'utf8')) as Own) : undefined
const server = before?.server ?? curveKeyPair()
const client = before?.client ?? curveKeyPair()
const curve = secure === 'secure'
const router = new Router({
  linger: 0,
  backlog: limits.listenBacklog,
  receiveHighWaterMark: limits.highWaterMark,
  sendHighWaterMark: limits.highWaterMark,
  ...(curve ? { curveServer: true, curveSecretKey: server.secretKey } : {}),
})
await router.bind(`tcp://127.0.0.1:${before?.port ?? '*'}`)
const port = Number(/:(\d+)$/.exec(router.lastEndpoint ?? '')?.[1])
fs.writeFileSync(own, JSON.stringify({ port, server, client } satisfies Own))
const connection: Connection = {
  format: 1,
  jobKey: 'raw',
  host: hostname(),
  advertise: '127.0.0.1',
  listen: '127.0.0.1',
  port,
  pid: process.pid,
  nonce: 'raw',
  curve: curve ? { serverKey: server.publicKey, ...client } : null,
}
fs.writeFileSync(path.join(folder!, 'connection.json'), JSON.stringify(connection))
process.stdout.write('{"listening":true}\n')

const runId = mintRunId(Date.now(), Buffer.alloc(10, 1))
const peers = new Map<string, Peer>()
const unacknowledged = new Set<Peer>()
const outbox: [Buffer, Buffer][] = []
let sending = false

for await (const [identity, frame] of router) {
  if (identity === undefined || frame === undefined) continue
  const key = identity.toString('latin1')
  if (frame[0] !== ENVELOPE) {
    converse(identity, key, frame)
    continue
  }
  const peer = peers.get(key)
  if (peer === undefined) continue
  peer.envelopes++
  if (unacknowledged.size === 0) setImmediate(acknowledge)
  unacknowledged.add(peer)
}

function converse(identity: Buffer, key: string, frame: Buffer): void {
  const look = decodeAgentMessage(frame)
  if (look.kind !== 'message') return
  const { message } = look
  switch (message.kind) {
    case 'hello':
      peers.set(key, welcome(identity, message))
      break
    case 'bye':
      post(identity, { kind: 'farewell', session: message.session })
      break
    case 'heartbeat':
    case 'present':
    case 'gone':
    case 'retired':
    case 'exit':
      break
  }
}

function welcome(identity: Buffer, hello: Hello): Peer {
  const { session } = hello
  const creditBytes = limits.creditBytes
  const { rank, attempt, ordinal } = hello
  post(identity, {
    kind: 'welcome',
    session,
    runId,
    runDir: folder!,
    rank,
    attempt,
    ordinal,
    next: {},
    creditBytes,
    differences: [],
  })
  return { identity, session, stream: `worker-${hello.rank}-0`, envelopes: 0 }
}

function acknowledge(): void {
  for (const peer of unacknowledged) {
    const next = openingRecords + (peer.envelopes - 1) * recordsPerEnvelope
    post(peer.identity, { kind: 'acks', session: peer.session, next: { [peer.stream]: next } })
  }
  unacknowledged.clear()
}

function post(identity: Buffer, message: Parameters<typeof encodeMessage>[0]): void {
  outbox.push([identity, encodeMessage(message)])
  if (!sending) void sendAll()
}

async function sendAll(): Promise<void> {
  sending = true
  for (let at = 0; at < outbox.length; at++) await router.send(outbox[at]!)
  outbox.length = 0
  sending = false
}
