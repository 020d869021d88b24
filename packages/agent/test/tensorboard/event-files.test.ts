import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { limits } from '@provloom/shared'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSession } from '../../src/session/facts.ts'
import { framed, image, scalar } from '../support/event-file.ts'
import { Scene, append } from '../support/event-scene.ts'

const values = async (scene: Scene, root: string): Promise<number[]> =>
  (await scene.points(root)).map(({ value }) => value).sort((a, b) => a - b)

describe('an event file that grows', () => {
  it('is recorded as it grows: key, context, step, its own time, and whose word it is', async () => {
    const scene = new Scene()
    const { root, source } = scene.session()
    append(scene.file('train'), scalar('loss', 0.5, 7, scene.seconds))
    append(scene.file('validation'), scalar('loss', 0.75, 7, scene.seconds))
    const time = BigInt(Math.round(scene.seconds * 1e6))
    scene.look()
    const of = { key: 'loss', source: 'tensorboard', step: 7n, time }
    expect(await scene.points(root)).toEqual([
      { ...of, context: 'training', value: 0.5 },
      { ...of, context: 'validation', value: 0.75 },
    ])
    await source.stop()
  })

  it('may be cut anywhere when it is looked at', async () => {
    const scene = new Scene()
    const { root } = scene.session()
    const file = scene.file()
    const content = Buffer.concat([0, 1, 2].map((n) => framed(scalar('loss', n, n, scene.seconds))))
    for (const byte of content) {
      fs.appendFileSync(file, Buffer.from([byte]))
      scene.look(1_000)
    }
    scene.look()
    expect(await values(scene, root)).toEqual([0, 1, 2])
  })

  it('one that follows it in its folder is recorded too', async () => {
    const scene = new Scene()
    const { root } = scene.session()
    append(scene.file('a', { number: 0 }), scalar('loss', 1, 1, scene.seconds))
    scene.look()
    append(scene.file('a', { number: 1 }), scalar('loss', 2, 2, scene.seconds))
    scene.look()
    expect((await scene.points(root)).map(({ context, value }) => [context, value])).toEqual([
      [undefined, 1],
      [undefined, 2],
    ])
  })

  it('what is there when its session ends is in it, whenever it was looked at last', async () => {
    const scene = new Scene()
    const { root, source } = scene.session()
    const file = scene.file()
    append(file, scalar('loss', 1, 1, scene.seconds))
    scene.look()
    append(file, scalar('loss', 2, 2, scene.seconds))
    await source.stop()
    expect(await values(scene, root)).toEqual([1, 2])
  })
})

describe('an event file that is not as it was', () => {
  it('cut short, what comes behind the cut is recorded, and it is told', async () => {
    const scene = new Scene()
    const { root, writer } = scene.session()
    const file = scene.file()
    const { size } = fs.statSync(file)
    append(file, scalar('loss', 1, 1, scene.seconds), scalar('loss', 2, 2, scene.seconds))
    scene.look()
    fs.truncateSync(file, size)
    scene.look()
    append(file, scalar('loss', 3, 3, scene.seconds))
    scene.look()
    expect(await values(scene, root)).toEqual([1, 2, 3])
    expect(writer.problems).toEqual([expect.stringContaining('was cut while it was read')])
  })

  it('replaced by another of its name, that is recorded from its beginning, and it is told', async () => {
    const scene = new Scene()
    const { root, writer } = scene.session()
    const file = scene.file()
    append(file, scalar('loss', 1, 1, scene.seconds))
    scene.look()
    const other = `${file}.new`
    scene.clock.advance(60_000)
    fs.renameSync(scene.file('elsewhere', { pid: process.pid }), other)
    append(other, scalar('loss', 2, 2, scene.seconds))
    fs.renameSync(other, file)
    scene.look()
    expect(await values(scene, root)).toEqual([1, 2])
    expect(writer.problems).toEqual([expect.stringContaining('was replaced while it was read')])
  })

  it('copied over itself, nothing of it is recorded twice', async () => {
    const scene = new Scene()
    const { root, writer } = scene.session()
    const file = scene.file()
    append(file, scalar('loss', 1, 1, scene.seconds))
    scene.look()
    fs.copyFileSync(file, `${file}.copy`)
    fs.renameSync(`${file}.copy`, file)
    append(file, scalar('loss', 2, 2, scene.seconds))
    scene.look()
    expect(await values(scene, root)).toEqual([1, 2])
    expect(writer.problems).toEqual([])
  })

  it('removed, it is read to its end', async () => {
    const scene = new Scene()
    const { root, source } = scene.session()
    const file = scene.file()
    append(file, scalar('loss', 1, 1, scene.seconds))
    scene.look()
    append(file, scalar('loss', 2, 2, scene.seconds))
    fs.rmSync(path.dirname(file), { recursive: true })
    await source.stop()
    expect(await values(scene, root)).toEqual([1, 2])
  })

  it('damaged, what is right behind the damage is recorded, and told is where and how much is not', async () => {
    const scene = new Scene()
    const { root, writer } = scene.session()
    const file = scene.file()
    const { size } = fs.statSync(file)
    append(file, scalar('loss', 1, 1, scene.seconds), scalar('loss', 2, 2, scene.seconds))
    const content = fs.readFileSync(file)
    content[size + 3] = 0xff
    fs.writeFileSync(file, content)
    scene.look()
    expect(await values(scene, root)).toEqual([2])
    expect(writer.problems).toEqual([
      expect.stringMatching(`damaged at byte ${size}: \\d+ bytes are passed over`),
    ])
  })
})

describe('whose an event file is', () => {
  it('one that was begun before the command, and one of another process, are nobody’s here', async () => {
    const scene = new Scene()
    const { root, source } = scene.session()
    append(scene.file('old', { agoSeconds: 600 }), scalar('loss', 1, 1, scene.seconds))
    // The first process of the machine lives, and is none of ours.
    append(scene.file('other', { pid: 1 }), scalar('loss', 2, 2, scene.seconds))
    scene.look()
    scene.files.commandOver()
    await source.stop()
    expect(fs.readdirSync(path.join(root, 'streams'))).toEqual([])
  })

  it('one that names no process is the command’s where that is alone, and told where it is a rank', async () => {
    const alone = new Scene()
    const mine = alone.session()
    append(alone.file('.', { pid: '' }), scalar('loss', 1, 1, alone.seconds))
    alone.look()
    expect(await values(alone, mine.root)).toEqual([1])

    const ranked = new Scene({ isAlone: false })
    const { root } = ranked.session()
    append(ranked.file('.', { pid: '' }), scalar('loss', 1, 1, ranked.seconds))
    ranked.look()
    ranked.files.commandOver()
    expect(fs.readdirSync(path.join(root, 'streams'))).toEqual([])
    expect(ranked.told).toEqual([expect.stringContaining('1 event files have names that do not tell')])
  })

  it('one that a process holds open to write is its own wherever it lies; who reads files has not written them', async () => {
    const scene = new Scene()
    const { root } = scene.session()
    const elsewhere = new Scene()
    const read = elsewhere.file('another', { pid: '' })
    append(read, scalar('loss', 1, 1, scene.seconds))
    const written = path.join(elsewhere.logs, `events.out.tfevents.1700000999.${os.hostname()}.mine`)
    fs.writeFileSync(written, framed(scalar('loss', 2, 2, scene.seconds)))
    const [reading, writing] = [fs.openSync(read, 'r'), fs.openSync(written, 'a')]
    onTestFinished(() => {
      fs.closeSync(reading)
      fs.closeSync(writing)
    })
    scene.look()
    expect(await values(scene, root)).toEqual([2])
  })

  it('a child’s is of the session of the process above it', async () => {
    const scene = new Scene()
    const { root } = scene.session()
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    append(scene.file('.', { pid: child.pid! }), scalar('loss', 3, 3, scene.seconds))
    scene.look()
    expect(await values(scene, root)).toEqual([3])
  })
})

describe('which session a value is of', () => {
  it('of several of a process the one that had begun when it was logged', async () => {
    const scene = new Scene()
    const first = scene.session()
    const [one] = [scene.seconds]
    scene.clock.advance(5_000)
    const second = scene.session()
    const two = scene.seconds
    append(scene.file(), scalar('loss', 1, 1, one), scalar('loss', 2, 2, two), scalar('loss', 3, 3, one))
    scene.look()
    scene.look()
    scene.look()
    expect(await values(scene, first.root)).toEqual([1, 3])
    expect(await values(scene, second.root)).toEqual([2])
  })

  it('behind the end of its session it is a session of its own, which follows from that', async () => {
    const scene = new Scene()
    const first = scene.session()
    const file = scene.file()
    append(file, scalar('loss', 1, 1, scene.seconds))
    scene.look()
    await first.source.stop()
    append(file, scalar('loss', 2, 2, scene.seconds))
    scene.look()
    const [, behind = ''] = scene.sessions
    expect(readSession(behind).facts).toMatchObject({ informedBy: first.writer.run, pid: process.pid })
    const { source } = scene.serve(behind)
    scene.look()
    await source.stop()
    expect(await values(scene, behind)).toEqual([2])
    expect(await values(scene, first.root)).toEqual([1])
    // What comes behind that one's end too is of nobody: its process had ended.
    append(file, scalar('loss', 3, 3, scene.seconds))
    scene.look()
    expect(scene.sessions).toHaveLength(2)
  })

  it('of a rank that is not collected it is of none', async () => {
    const scene = new Scene()
    const { root, source } = scene.session()
    fs.writeFileSync(path.join(root, 'control.json'), '{"state": "quiet"}')
    await source.stop()
    append(scene.file(), scalar('loss', 1, 1, scene.seconds))
    scene.look()
    scene.look()
    expect(scene.sessions).toHaveLength(1)
  })

  it('of a command that begins none, one is begun tensorboardWaitMs behind its first value, or at its end', async () => {
    const scene = new Scene()
    const file = scene.file()
    scene.look()
    scene.look(limits.tensorboardWaitMs)
    // A file without a value begins nothing.
    expect(scene.sessions).toEqual([])
    append(file, scalar('loss', 1, 1, scene.seconds))
    scene.look(1_000)
    scene.look(limits.tensorboardWaitMs - 1_000)
    expect(scene.sessions).toEqual([])
    scene.look(1_000)
    expect(scene.sessions).toHaveLength(1)
    const [root = ''] = scene.sessions
    expect(readSession(root).facts).toMatchObject({ argv: ['python', 'train.py'], pid: process.pid })
    scene.serve(root)
    scene.look()
    expect(await values(scene, root)).toEqual([1])

    const brief = new Scene()
    append(brief.file(), scalar('loss', 2, 2, brief.seconds))
    brief.files.commandOver()
    brief.files.look()
    expect(brief.sessions).toHaveLength(1)
  })
})

describe('the next agent of a tree', () => {
  it('goes on where the one before was, and says nothing twice that was not noted', async () => {
    const scene = new Scene()
    const { root } = scene.session()
    const file = scene.file('train')
    append(file, scalar('loss', 1, 1, scene.seconds))
    scene.look()
    const states = path.join(scene.tree.root, 'tensorboard')
    const [name = ''] = fs.readdirSync(states)
    const noted = fs.readFileSync(path.join(states, name))
    append(
      file,
      scalar('loss', 2, 2, scene.seconds),
      image('pic', Buffer.from('89504e47', 'hex'), 2, scene.seconds),
    )
    scene.look()
    // Killed between the records and the note of them.
    fs.writeFileSync(path.join(states, name), noted)
    scene.files.close()
    append(file, scalar('loss', 3, 3, scene.seconds))
    scene.agent()
    const { source } = scene.serve(root)
    await expect.poll(() => (scene.look(), values(scene, root))).toEqual([1, 2, 3])
    await source.stop()
    const contexts = (await scene.points(root)).map(({ context }) => context)
    expect(contexts).toEqual(['training', 'training', 'training'])
    expect(fs.readdirSync(path.join(root, 'files'))).toHaveLength(1)
  })
})
