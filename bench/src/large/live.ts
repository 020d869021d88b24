/**
 * What an open page costs while a run goes on:
 *
 *     node bench/dist/large/live.js --into DIR [--ranks N] [--steps N] [--more N] [--after SECONDS] [--seconds SECONDS]
 *
 * The run is paced as a training, 10 steps a second; after some seconds of it the overview is followed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { liveRun, small } from './make.ts'
import { UiServer } from './server.ts'

const { values } = parseArgs({
  options: {
    into: { type: 'string' },
    ranks: { type: 'string' },
    steps: { type: 'string' },
    more: { type: 'string' },
    after: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '60' },
  },
})
if (values.into === undefined) throw new TypeError('--into names the folder for the run')
const size = {
  ranks: Number(values.ranks ?? small.ranks),
  steps: Number(values.steps ?? small.steps),
  more: Number(values.more ?? small.more),
}
const { runDir, sent, close } = await liveRun(size, values.into)
// It is ended in the middle.
sent.catch(() => {})
const server = await UiServer.start(path.dirname(runDir))
try {
  await sleep(Number(values.after) * 1000)
  const curves = ['loss', 'accuracy'].map((key) => `curve:TRAINING/${key}:ribbon:-:512`)
  for (const [page, items] of [
    ['overview', ['head', 'events', 'ranks', ...curves]],
    ['curves', ['head', ...curves]],
  ] as const) {
    const watch = encodeURIComponent(items.join(','))
    const told = await server.live(`run=${path.basename(runDir)}&watch=${watch}`, Number(values.seconds))
    const parts = Object.entries(told.parts).map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(2)}`)
    process.stdout.write(
      `${page}: first ${(told.first / 1000).toFixed(1)} kB, then ${(told.bytesPerSecond / 1000).toFixed(2)} kB/s sent (${told.events} events; JSON kB/s: ${parts.join(', ')}), processor ${told.cpuPerSecond.toFixed(2)} s/s, peak ${(server.usage.peakBytes / 1e6).toFixed(0)} MB\n`,
    )
  }
} finally {
  await server.close()
  await close()
}
