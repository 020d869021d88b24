// Seals many rows with the built package and prints what came out and how long the event loop stood still.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createMetricStore } from '../../dist/metrics/store.js'

const [folder, count] = [process.argv[2], Number(process.argv[3])]
const store = createMetricStore({
  folder,
  curves: `${folder}/../curves`,
  monotonicMs: () => performance.now(),
})
const points = {
  count,
  series: new Uint32Array(count),
  step: BigInt64Array.from({ length: count }, (_, i) => BigInt(i)),
  time: BigInt64Array.from({ length: count }, (_, i) => 1_767_600_000_000_000n + BigInt(i)),
  value: Float64Array.from({ length: count }, (_, i) => Math.sin(i)),
}
const event = { type: 'series', time: 1, id: 0, key: 'loss' }
const origin = { kind: 'records', rank: 0, attempt: 0, stream: 'worker-1', first: 0, count, lost: 0, bad: [] }
store.take(0, { ...origin, events: [{ number: 0, event }], points }).keep()
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const began = performance.now()
const { parts, through } = await store.seal()
const sealMs = performance.now() - began
delay.disable()
store.take(1, { kind: 'parts', parts, through }).keep()
console.log(JSON.stringify({ parts, sealMs, stillMs: delay.max / 1e6, pendingBytes: store.pendingBytes }))
