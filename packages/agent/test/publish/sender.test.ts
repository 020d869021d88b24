import path from 'node:path'
import { expect, test } from 'vitest'
import { decodeEnvelope, encodeEvent, mintRunId, systemClock, systemFiles } from '@provloom/shared'
import type { Attempt, Rank, Welcome } from '@provloom/shared'
import { Lanes } from '../../src/publish/lanes.ts'
import { Sender } from '../../src/publish/sender.ts'
import { CountsInMemory } from '../../src/spool/counts.ts'
import { Segments } from '../../src/spool/segments.ts'
import { defaultTiming } from '../../src/timing.ts'
import type { Outlet } from '../../src/outlet/outlet.ts'
import { Wake } from '../../src/wake.ts'
import { freshFolder } from '../support/place.ts'

const stream = 'worker-1-00000000'
const count = 10

const welcome: Welcome = {
  kind: 'welcome',
  session: 's',
  runId: mintRunId(1, new Uint8Array(10)),
  runDir: '/r',
  rank: 0 as Rank,
  attempt: 0 as Attempt,
  ordinal: 0,
  next: {},
  creditBytes: 1 << 20,
  differences: [],
}

/** A sender over a stream of ten records, and the numbers of the records that it has sent. */
function sending(): { readonly sender: Sender; readonly sent: number[]; readonly outlet: Outlet } {
  const [clock, files, streams] = [systemClock(), systemFiles(), freshFolder()]
  const log = new Segments(path.join(streams, stream), new CountsInMemory(), () => {})
  log.begin()
  for (let i = 0; i < count; i++)
    log.write(encodeEvent({ type: 'problem', time: i, code: 'X', message: '' }), i)
  log.close()
  const nothing = (): void => {}
  const wake = new Wake(clock)
  const lanes = new Lanes({
    clock,
    files,
    timing: defaultTiming,
    folder: streams,
    listener: nothing,
    wake,
  })
  const sender = new Sender({ clock, timing: defaultTiming, lanes, wake, session: 's', listener: nothing })
  const sent: number[] = []
  const outlet: Outlet = {
    async send(frame) {
      const look = decodeEnvelope(frame)
      if (look.kind === 'envelope') sent.push(look.envelope.first)
      return { kind: 'accepted' }
    },
    close: nothing,
  }
  return { sender, sent, outlet }
}

/** Until there is nothing to do at once, looking whether it says too early that all is acknowledged. */
async function untilIdle(sender: Sender, outlet: Outlet, isDrained: boolean): Promise<void> {
  for (let wait = 0; wait === 0;) {
    const step = sender.step(outlet)
    expect(sender.drained).toBe(isDrained)
    wait = await step
    expect(sender.drained).toBe(isDrained)
  }
}

test('what an aggregator that was restarted has to get again is not drained before it has it', async () => {
  const { sender, sent, outlet } = sending()
  sender.welcome(welcome)
  sender.drain()
  await untilIdle(sender, outlet, false)
  expect(sent).toEqual([0])
  // The first one is killed before it acknowledges any of it.
  sender.interrupt()
  sender.welcome(welcome)
  await untilIdle(sender, outlet, false)
  expect(sent).toEqual([0, 0])
  sender.acknowledge({ kind: 'acks', session: 's', next: { [stream]: count } })
  expect(sender.drained).toBe(true)
})

test('an envelope that is to come again later is not drained meanwhile', async () => {
  const { sender, sent, outlet } = sending()
  sender.welcome(welcome)
  sender.drain()
  await untilIdle(sender, outlet, false)
  sender.reject({ kind: 'rejected', session: 's', stream, next: 0, retry: true, message: '' })
  while (sent.length === 1) await untilIdle(sender, outlet, false)
  sender.acknowledge({ kind: 'acks', session: 's', next: { [stream]: count } })
  await untilIdle(sender, outlet, true)
})
