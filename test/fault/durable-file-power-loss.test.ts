import { expect, it } from 'vitest'
import { writeDurably } from '@provloom/shared'
import type { Files } from '@provloom/shared'
import { effort, seeds } from '../support/effort.ts'
import { powerLossDisk } from '../support/power-loss-files.ts'
import type { Frozen, Survival } from '../support/power-loss-files.ts'
import { randomFrom } from '../support/random.ts'

const file = '/runs/prov.json'
const survivals: readonly Survival[] = ['synced', 'prefix', 'pages', 'killed']

function contentOf(files: Files): string | undefined {
  if (!files.list('/runs').includes('prov.json')) return undefined
  const open = files.open(file, 'read')
  const into = Buffer.alloc(open.size())
  open.readSync(into, 0)
  return into.toString()
}

it('a durable file is the last written or the next whole content, wherever the power fails', async () => {
  let tried = 0
  for (const seed of seeds(12)) {
    const random = randomFrom(seed)
    const disk = powerLossDisk(['/runs'])
    const crashes: { frozen: Frozen; durable: string | undefined; next: string | undefined }[] = []
    let durable: string | undefined
    let next: string | undefined
    disk.onBoundary = () => crashes.push({ frozen: disk.freeze(), durable, next })
    for (let version = 0; version < 6; version++) {
      next = `${version}:${'y'.repeat(random.below(300))};`
      const half = random.below(next.length)
      await writeDurably(disk.files, file, [Buffer.from(next.slice(0, half)), Buffer.from(next.slice(half))])
      durable = next
    }
    for (const crash of crashes) {
      for (const survival of survivals) {
        const { files } = crash.frozen.crash(survival, random)
        expect([crash.durable, crash.next]).toContain(contentOf(files))
        await writeDurably(files, file, [Buffer.from('after')])
        expect(contentOf(files)).toBe('after')
        tried++
      }
    }
  }
  console.log(`crash points of a durable file: ${tried}`)
  expect(tried).toBeGreaterThan(1_500 * effort)
})
