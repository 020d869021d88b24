import fs from 'node:fs'
import path from 'node:path'
import { limits } from '@provloom/shared'
import { expect, it } from 'vitest'
import { FolderWalk } from '../../src/tensorboard/folder-walk.ts'
import type { Media } from '../../src/tensorboard/format/fact.ts'
import { KeptMedia, mediaBounds } from '../../src/tensorboard/kept-media.ts'
import { image, scalar } from '../support/event-file.ts'
import { Scene, append } from '../support/event-scene.ts'
import { freshFolder } from '../support/place.ts'

const picture = (tag: string, size = 4): Media => ({
  kind: 'media',
  tag,
  index: undefined,
  extension: 'png',
  mediaType: 'image/png',
  bytes: Buffer.alloc(size),
})

it('of one tag tensorboardFilesPerTagMax are files of their own, and it is told that there are more', async () => {
  const scene = new Scene()
  const { root, writer } = scene.session()
  const many = Array.from({ length: limits.tensorboardFilesPerTagMax + 5 }, (_, step) =>
    image('pic', Buffer.from(`${step}`), step, scene.seconds),
  )
  append(scene.file(), ...many, image('other', Buffer.from('x'), 1, scene.seconds))
  scene.look()
  expect(fs.readdirSync(path.join(root, 'files'))).toHaveLength(limits.tensorboardFilesPerTagMax + 1)
  expect(writer.kept.map(({ step }) => step)).toEqual([
    ...many.slice(0, limits.tensorboardFilesPerTagMax).keys(),
    1,
  ])
  expect(writer.problems).toEqual([
    'tensorboard: pic: of each tag the first are recorded as files of their own',
  ])
})

it('of one session tensorboardFilesPerSessionMax are, and tensorboardFileBytesMax of bytes', () => {
  expect(mediaBounds).toEqual({
    perTag: limits.tensorboardFilesPerTagMax,
    perSession: limits.tensorboardFilesPerSessionMax,
    bytes: limits.tensorboardFileBytesMax,
  })
  const at = { context: undefined, step: 1, timeUs: 1, origin: 'f@0' }
  const few = new KeptMedia(freshFolder(), { ...mediaBounds, perSession: 3 })
  const kept = (from: KeptMedia, ...all: readonly Media[]): (string | undefined)[] =>
    all.map((one) => {
      const found = from.keep(one, at, 'tensorboard')
      return typeof found === 'string' ? found : undefined
    })
  expect(kept(few, picture('a'), picture('b'), picture('c'), picture('d'))).toEqual([
    undefined,
    undefined,
    undefined,
    'session',
  ])
  const small = new KeptMedia(freshFolder(), { ...mediaBounds, bytes: 100 })
  expect(kept(small, picture('a', 60), picture('b', 41), picture('c', 40))).toEqual([
    undefined,
    'bytes',
    undefined,
  ])
})

it('whatever a tag is called, its file lies below its folder', () => {
  const keeping = new KeptMedia(freshFolder())
  const names = ['../../etc/x', '/a//b', 'a\0b\\c', '.'].map((tag) => {
    const found = keeping.keep(
      picture(tag),
      { context: 'c', step: 1, timeUs: 1, origin: 'f@0' },
      'tensorboard',
    )
    return typeof found === 'string' ? found : found.name
  })
  expect(names).toEqual([
    'tensorboard/c/_/_/etc/x/1.png',
    'tensorboard/c/a/b/1.png',
    'tensorboard/c/a_b_c/1.png',
    'tensorboard/c/1.png',
  ])
})

it('tensorboardFilesMax files are followed at once, and the next is told', async () => {
  const scene = new Scene()
  const { root } = scene.session()
  for (let number = 0; number <= limits.tensorboardFilesMax; number++)
    append(scene.file('.', { number }), scalar('loss', number, number, scene.seconds))
  scene.look()
  scene.look()
  expect(await scene.points(root)).toHaveLength(limits.tensorboardFilesMax)
  expect(scene.told).toEqual([
    expect.stringContaining(`${limits.tensorboardFilesMax} event files are followed at once`),
  ])
})

it('tensorboardFoldersMax folders are looked through, each again when it has changed', () => {
  const root = freshFolder()
  const walk = new FolderWalk(root, limits.tensorboardFoldersMax)
  const file = path.join(root, 'f1', 'events.out.tfevents.1.h')
  for (let n = 0; n < limits.tensorboardFoldersMax; n++) fs.mkdirSync(path.join(root, `f${n}`))
  expect(walk.look()).toEqual([])
  // The root is one of them.
  expect(walk.isFull).toBe(true)
  fs.writeFileSync(file, '')
  expect([walk.look(), walk.look()]).toEqual([[file], []])
})

it('at a session’s end no more than tensorboardEndMs are spent to read on, and it is told', async () => {
  const scene = new Scene()
  const { root, writer, source } = scene.session()
  const count = 5_000
  append(scene.file(), ...Array.from({ length: count }, (_, n) => scalar('loss', n, n, scene.seconds)))
  const stopping = source.stop()
  // It has read the first of it by then.
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
  scene.clock.advance(limits.tensorboardEndMs)
  await stopping
  const read = (await scene.points(root)).length
  expect(read).toBeGreaterThan(0)
  expect(read).toBeLessThan(count)
  expect(writer.problems).toEqual([expect.stringContaining('there was no time to read all of')])
})
