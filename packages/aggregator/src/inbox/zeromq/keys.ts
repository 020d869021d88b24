import { curveKeyPair } from 'zeromq'
import type { Keys } from '../../control/server-file.ts'

export function newKeys(): Keys {
  const server = curveKeyPair()
  const client = curveKeyPair()
  return {
    serverPublic: server.publicKey,
    serverSecret: server.secretKey,
    clientPublic: client.publicKey,
    clientSecret: client.secretKey,
  }
}
