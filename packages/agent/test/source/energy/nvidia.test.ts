import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { named, works } from '../../../../../test/support/needs.ts'
import { EnergyScene, turns } from '../../support/energy-scene.ts'
import { freshFolder } from '../../support/place.ts'

const [card, other] = ['a', 'b'].map((digit) => `GPU-${digit}0000000-1111-2222-3333-444444444444`) as [
  string,
  string,
]
const compiles = works('cc', ['--version'])

/** A machine with NVIDIA's driver. */
function driven(given: ConstructorParameters<typeof EnergyScene>[0]): EnergyScene {
  const scene = new EnergyScene(given)
  scene.machine.write('proc/driver/nvidia/version', 'NVRM version: test')
  return scene
}

/** A program of that name, in a folder of its own. */
function program(name: string, text: string): string {
  const folder = freshFolder()
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return folder
}

async function settles(holds: () => boolean): Promise<void> {
  while (!holds()) await turns()
}

test.skipIf(!compiles)(
  named(
    "a GPU's counter is read through its library, and the power of one that has none is integrated",
    compiles,
    'no cc',
  ),
  async () => {
    const folder = freshFolder()
    const library = path.join(folder, 'libnvidia-ml.so.1')
    const source = fileURLToPath(new URL('../../support/nvml.c', import.meta.url))
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, source])
    const state = path.join(folder, 'state')
    const shows = (joules: number, watts: number, holders: number): void =>
      fs.writeFileSync(state, `${joules * 1000} ${watts * 1000} ${holders}\n`)
    // The library reads its own process's environment.
    process.env['NVML_FIXTURE'] = state
    shows(5_000, 100, 1)
    const scene = driven({ nvml: library })
    const { use, stream } = scene.watch()
    await settles(() => stream.of(card) !== undefined)
    await scene.pass(() => shows(7_000, 300, 2))
    await scene.pass(() => shows(8_000, 200, 2))
    expect(stream.words()).toContain(`${card} measured 3000 J`)
    expect(stream.of(card)).toMatchObject({
      method: 'NVML counter',
      index: 0,
      model: 'NVIDIA Test',
      uuid: card,
    })
    // Two processes took turns on it in both intervals.
    expect(stream.of(card)?.holderJoules).toBe(1500)
    // 100 to 300 W, then 300 to 200 W, 10 s each.
    expect([stream.of(card)?.parts, stream.of(other)?.parts]).toEqual([['MIG-a1', 'MIG-a2'], undefined])
    expect(stream.of(other)).toMatchObject({
      kind: 'integrated',
      method: 'NVML power',
      joules: 4500,
      lowerJoules: 3000,
      upperJoules: 6000,
      coveredMs: 20_000,
      reason: 'it has no counter of energy',
    })
    fs.writeFileSync(state, 'lost\n')
    await scene.pass()
    await scene.pass()
    await use.end()
    const gone = 'cannot be read any more: what it takes from now on is not known'
    expect(stream.odd().sort()).toEqual([`energy of ${card} ${gone}`, `energy of ${other} ${gone}`])
    expect(stream.words()).toContain(`${card} measured 3000 J`)
    expect(stream.points.slice(0, 5)).toEqual([
      'gpu_usage.GPU-a0000000 87',
      'gpu_memory_bytes.GPU-a0000000 5',
      'gpu_temperature.GPU-a0000000 61',
      'gpu_power.GPU-a0000000 300',
      'gpu_clock.GPU-a0000000 1410',
    ])
  },
)

test('where the library cannot be asked the power that nvidia-smi tells is integrated, and it is said so', async () => {
  const file = path.join(freshFolder(), 'watts')
  fs.writeFileSync(file, '100')
  const rows = `echo "0, ${card}, NVIDIA A100, $(cat ${file}), 55, 1024, 60, 1410"
echo "1, ${other}, NVIDIA K80, [N/A], [N/A], 0, 40, [N/A]"`
  const variables = { PATH: `${program('nvidia-smi', rows)}:${process.env['PATH'] ?? ''}` }
  const scene = driven({ variables })
  const { use, stream } = scene.watch()
  await settles(() => stream.of(card) !== undefined)
  fs.writeFileSync(file, '200')
  await scene.pass()
  await settles(() => stream.of(card)?.joules !== 0)
  await use.end()
  const noted = 'NVML could not be asked'
  expect(stream.of(card)).toMatchObject({
    kind: 'integrated',
    method: 'nvidia-smi power',
    reason: expect.stringContaining(noted),
  })
  expect(stream.of(card)).toMatchObject({ joules: 1500, lowerJoules: 1000, upperJoules: 2000 })
  expect(stream.of(other)).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('nvidia-smi tells no power'),
  })
  expect(stream.points).toContain(`gpu_memory_bytes.GPU-a0000000 ${1024 * 1024 * 1024}`)
  expect(stream.points.filter((one) => one.includes('gpu_power.GPU-b'))).toEqual([])
})

test('parts of a card (MIG) are told with it', async () => {
  const rows = `case "$1" in -L) echo "GPU 0: NVIDIA A100 (UUID: ${card})"
echo "  MIG 3g.20gb     Device  0: (UUID: MIG-5c9f4d1e-1111-5222-8333-944444444444)"
echo "  MIG 3g.20gb     Device  1: (UUID: MIG-6c9f4d1e-1111-5222-8333-944444444444)"
echo "GPU 1: NVIDIA K80 (UUID: ${other})";;
*) echo "0, ${card}, NVIDIA A100, 100, [N/A], 1024, 60, 1410"; echo "1, ${other}, NVIDIA K80, 50, 0, 0, 40, 800";; esac`
  const scene = driven({ variables: { PATH: `${program('nvidia-smi', rows)}:${process.env['PATH'] ?? ''}` } })
  const { stream } = scene.watch()
  await settles(() => stream.of(card) !== undefined)
  expect(stream.of(card)?.parts).toEqual([
    'MIG-5c9f4d1e-1111-5222-8333-944444444444',
    'MIG-6c9f4d1e-1111-5222-8333-944444444444',
  ])
  expect(stream.of(other)).not.toHaveProperty('parts')
})

test('a card whose driver is there and that nobody can ask is unknown', async () => {
  const scene = driven({ variables: { PATH: freshFolder() } })
  const { stream } = scene.watch()
  await settles(() => stream.of('gpu') !== undefined)
  expect(stream.of('gpu')).toMatchObject({
    kind: 'unknown',
    reason: expect.stringMatching(/nvidia-smi did not answer$/),
  })
})

test('samples that are further apart than two and a half intervals say nothing of the time between them', async () => {
  const rows = `echo "0, ${card}, NVIDIA A100, 100, 55, 1024, 60, 1410"`
  const scene = driven({ variables: { PATH: `${program('nvidia-smi', rows)}:${process.env['PATH'] ?? ''}` } })
  const { use, stream } = scene.watch()
  await settles(() => stream.of(card) !== undefined)
  await scene.pass(() => {}, 30_000)
  await settles(() => stream.odd().length > 1)
  await use.end()
  expect(stream.of(card)).toMatchObject({ joules: 0, coveredMs: 0 })
  expect(stream.odd()).toContain(`energy of ${card} was not sampled for 30 s, which are not counted`)
})
