import { flood } from '../ingest/flood.ts'
import type { Flooded } from '../ingest/flood.ts'
import { planOf } from '../ingest/shape.ts'
import type { Shape } from '../ingest/shape.ts'
import { RawReceiver } from './receiver-process.ts'

/** Events a second that ZeroMQ carries from the same ranks in the same envelopes to a ROUTER that only acknowledges. */
export async function transfer(shape: Shape, folder: string, insecure: boolean): Promise<Flooded> {
  const receiver = new RawReceiver(folder, shape.events, insecure)
  try {
    await receiver.listening()
    return await flood(planOf(shape, receiver.connectionFile, 'raw'), () => receiver.usage())
  } finally {
    await receiver.kill()
  }
}
