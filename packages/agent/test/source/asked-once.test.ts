import fs from 'node:fs'
import path from 'node:path'
import { systemClock } from '@provloom/shared'
import { hostId, identityOfProcess, ownPidNamespace } from '@provloom/shared/process'
import { expect, test } from 'vitest'
import { AskedOnce } from '../../src/source/asked-once.ts'
import { Interpreters } from '../../src/source/interpreters.ts'
import { freshFolder } from '../support/place.ts'

const never = new AbortController().signal
const machine = 'a-boot-id'

/** Interpreters that agents of one machine may ask: each says of itself how many there were before it. */
class Machine {
  readonly root = freshFolder()
  readonly python = path.join(this.root, 'python3')
  readonly library = path.join(this.root, 'library')
  readonly #asked = path.join(this.root, 'asked-times')
  readonly folder = path.join(this.root, 'asked')

  constructor(said = '{"version": "CPython $(wc -l < TIMES)", "path": ["LIBRARY"]}') {
    fs.mkdirSync(this.library)
    fs.writeFileSync(this.#asked, '')
    const told = said.replace('TIMES', this.#asked).replace('LIBRARY', this.library).replaceAll('"', '\\"')
    fs.writeFileSync(this.python, `#!/bin/sh\necho >> ${this.#asked}\n${said && `echo "${told}"`}\n`, {
      mode: 0o700,
    })
  }

  agent(folder: string = this.folder): {
    once: AskedOnce
    ask(variables?: object): Promise<string | undefined>
  } {
    const once = new AskedOnce(folder, systemClock(), machine)
    const interpreters = new Interpreters(once)
    const interpreter = { kind: 'python', program: this.python } as const
    return {
      once,
      ask: (variables = {}) =>
        interpreters.ask(
          { interpreter, directory: this.root, variables: { ...process.env, ...variables } },
          never,
        ),
    }
  }

  get times(): number {
    return fs.readFileSync(this.#asked, 'utf8').split('\n').length - 1
  }
}

test('agents that want to know at the same time ask an interpreter once, and have the same answer', async () => {
  const here = new Machine()
  const answers = await Promise.all(Array.from({ length: 16 }, () => here.agent().ask()))
  expect(new Set(answers).size).toBe(1)
  expect(JSON.parse(answers[0] ?? '{}')).toMatchObject({ version: 'CPython 1' })
  expect(here.times).toBe(1)
})

test('an interpreter is asked again where it would look elsewhere, where something was installed, and once it was replaced', async () => {
  const here = new Machine()
  const agent = (): Promise<string | undefined> => here.agent().ask()
  await agent()
  await here.agent().ask({ PYTHONPATH: here.library })
  expect(here.times).toBe(2)
  fs.writeFileSync(path.join(here.library, 'notes.txt'), '')
  await agent()
  expect(here.times).toBe(2)
  fs.mkdirSync(path.join(here.library, 'numpy-2.0.dist-info'))
  await Promise.all([agent(), agent()])
  expect(here.times).toBe(3)
  fs.appendFileSync(here.python, '\n')
  await agent()
  expect(here.times).toBe(4)
})

test('what the one that asked was not told, those that waited do not ask again, and who comes later does', async () => {
  const here = new Machine('')
  fs.appendFileSync(here.python, 'exit 3\n')
  expect(await Promise.all([here.agent().ask(), here.agent().ask(), here.agent().ask()])).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(here.times).toBe(1)
  await here.agent().ask()
  expect(here.times).toBe(2)
})

test('who asked and was killed is not waited for', async () => {
  const here = new Machine()
  const ask = (said: string): Promise<string | undefined> =>
    here.agent().once.answer(
      'a question',
      async () => said,
      () => true,
      never,
    )
  await ask('told')
  const answer = path.join(
    here.folder,
    fs.readdirSync(here.folder).find((name) => /^[^.]+\.\w+$/.test(name)) ?? '',
  )
  fs.rmSync(answer)
  const killed = { host: hostId(), pidNamespace: ownPidNamespace(), pid: 2 ** 30, start: '1' }
  fs.writeFileSync(`${answer}.asking`, JSON.stringify(killed))
  expect(await ask('told anew')).toBe('told anew')
})

test('the last agent of a machine takes the folder away, and one before it does not', async () => {
  const here = new Machine()
  const { pidNamespace, pid, start } = identityOfProcess(process.ppid)!
  const [first, last] = [here.agent(), here.agent()]
  await first.ask()
  const other = path.join(here.folder, `${machine}.${pidNamespace}.${pid}.${start}.another`)
  fs.writeFileSync(other, '')
  first.once.leave()
  await last.ask()
  expect(here.times).toBe(1)
  fs.rmSync(other)
  last.once.leave()
  expect(fs.existsSync(here.folder)).toBe(false)
})

test('where nothing can be written everybody asks', async () => {
  const here = new Machine()
  const file = path.join(here.root, 'a-file')
  fs.writeFileSync(file, '')
  const agent = here.agent(path.join(file, 'asked'))
  expect(await agent.ask()).toBeDefined()
  agent.once.leave()
})
