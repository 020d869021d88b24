import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { ownProgram } from '../machine/paths.ts'
import { flood } from '../ingest/flood.ts'
import type { Flooded } from '../ingest/flood.ts'
import { planOf, seriesPerRank } from '../ingest/shape.ts'
import type { Shape } from '../ingest/shape.ts'

/** Events a second that ZeroMQ carries from the same ranks in the same envelopes to a ROUTER that only acknowledges. */
export async function transfer(shape: Shape, folder: string, insecure: boolean): Promise<Flooded> {
  // The first envelope of each rank holds its start and its series.
  const opening = 1 + seriesPerRank
  const receiver = spawn(
    process.execPath,
    [
      ownProgram('raw/receiver.js'),
      folder,
      String(opening),
      String(shape.events),
      insecure ? 'insecure' : 'secure',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exit = once(receiver, 'exit')
  try {
    await Promise.race([once(receiver.stdout, 'data'), exit])
    return await flood(planOf(shape, path.join(folder, 'connection.json'), 'raw'))
  } finally {
    receiver.kill('SIGKILL')
    await exit
  }
}
