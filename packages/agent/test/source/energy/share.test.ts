import { expect, test } from 'vitest'
import { EnergyScene } from '../../support/energy-scene.ts'
import { EnergyStream } from '../../support/energy-stream.ts'

/** A machine of one package, on which some processes compute; what nobody of them does others do. */
function moment(
  scene: EnergyScene,
  joules: number,
  busy: number,
  own: Readonly<Record<number, number>>,
): void {
  const { machine } = scene
  machine.zone('intel-rapl:0', 'package-0', joules * 1e6)
  machine.processors(busy, 1000)
  for (const [pid, seconds] of Object.entries(own)) machine.process(Number(pid), seconds)
}

function begun(
  scene: EnergyScene,
  pid: number,
): { readonly stream: EnergyStream; readonly stop: () => Promise<void> } {
  const stream = new EnergyStream()
  const share = scene.energy.shareOf(pid, scene.figures)
  share.start(stream)
  return { stream, stop: () => share.stop() }
}

test('a session has of each interval what its processes have of all time that was not idle', async () => {
  const scene = new EnergyScene()
  moment(scene, 0, 100, { 7: 10 })
  const { stream, stop } = begun(scene, 7)
  await scene.pass(() => moment(scene, 1000, 110, { 7: 15 }))
  await scene.pass(() => moment(scene, 1100, 210, { 7: 40 }))
  await stop()
  // A half of 1000 J, and a quarter of 100 J.
  expect(stream.share()).toEqual({ type: 'energy.share', measuredJoules: 525 })
})

test('eight ranks of one machine and a run beside them have no more than there was, each agent by itself', async () => {
  const scene = new EnergyScene()
  const pids = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => 100 + n)
  const all = (seconds: number): Record<number, number> =>
    Object.fromEntries(pids.map((pid) => [pid, seconds]))
  moment(scene, 0, 0, all(0))
  const { use, stream: watched } = scene.watch()
  const sessions = pids.map((pid) =>
    begun(new EnergyScene({ machine: scene.machine, clock: scene.clock }), pid),
  )
  // 10 processors in 10 s; nine of them compute for ranks, one for others.
  await scene.pass(() => moment(scene, 1000, 100, all(10)))
  await Promise.all(sessions.map(({ stop }) => stop()))
  await use.end()
  expect(sessions.map(({ stream }) => stream.share())).toEqual(
    pids.map(() => ({ type: 'energy.share', measuredJoules: 100 })),
  )
  expect(watched.of('package-0')?.joules).toBe(1000)
})

test('where a machine tells no energy nobody has a share of it', async () => {
  const scene = new EnergyScene()
  scene.machine.processors(0, 0)
  scene.machine.process(7, 0)
  const { stream, stop } = begun(scene, 7)
  await scene.pass(() => scene.machine.process(7, 10))
  await stop()
  expect(stream.facts).toEqual([])
})
