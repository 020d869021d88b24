import fs from 'node:fs'
import path from 'node:path'
import { Writable } from 'node:stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { statOf } from '@provloom/shared/process'
import { agentFor, worker } from '../support/agents.ts'
import { parseTree } from '../../src/place/tree-variable.ts'
import { buildAgent, spawnAgent } from '../support/agent-process.ts'
import type { Spawned } from '../support/agent-process.ts'
import { freshFolder } from '../support/place.ts'

beforeAll(buildAgent)

/** Nobody takes what is logged: waiting for somebody is not what is tested. */
function spawnAlone(
  saveDir: string,
  argv: readonly string[],
  more: Parameters<typeof spawnAgent>[2] = {},
): Spawned {
  return spawnAgent(saveDir, argv, { ...more, drainMs: 50 })
}

/** A kernel that gives cores to a program does so whatever the limit. */
const coresGoToAFile = !fs.readFileSync('/proc/sys/kernel/core_pattern', 'latin1').startsWith('|')

function stateOf(pid: number): string | undefined {
  return statOf(pid)?.[0]
}

describe('the wrapped command', () => {
  test.each([0, 1, 7, 255])('its exit code %i is the agent process’s own', async (code) => {
    const { ended } = spawnAlone(freshFolder(), worker('silent.mjs', String(code)))
    expect(await ended).toEqual({ code, signal: null })
  })

  test.each(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGUSR1'] as const)(
    'dying of %s the agent process does too',
    async (signal) => {
      const { ended } = spawnAlone(freshFolder(), ['sh', '-c', `kill -${signal.slice(3)} $$`])
      expect(await ended).toEqual({ code: null, signal })
    },
  )

  test.each([
    ['SEGV', 139],
    ['ABRT', 134],
  ])(
    'dying of SIG%s the agent process does too; where that left a second core, by exit code %i',
    async (name, code) => {
      const die = ['sh', '-c', `ulimit -c 0; kill -${name} $$`]
      expect(await spawnAlone(freshFolder(), die, { ulimit: '-c 0' }).ended).toEqual(
        coresGoToAFile ? { code: null, signal: `SIG${name}` } : { code, signal: null },
      )
      expect(await spawnAlone(freshFolder(), die, { ulimit: '-c 1' }).ended).toEqual({ code, signal: null })
    },
  )

  test('dying of SIGPIPE, which Node ignores, the agent process does too', async () => {
    const { ended } = spawnAlone(freshFolder(), ['sh', '-c', 'kill -PIPE $$'])
    expect(await ended).toEqual({ code: null, signal: 'SIGPIPE' })
  })

  test('reads its standard input and writes its standard output and error as if alone', async () => {
    const { child, ended, output, errors } = spawnAlone(freshFolder(), ['sh', '-c', 'cat; echo wrong >&2'])
    const bytes = 'x'.repeat(300_000)
    child.stdin!.end(bytes)
    await ended
    expect(output()).toBe(bytes)
    expect(errors().split('\n')[0]).toBe('wrong')
  })

  test('gets signals sent to the agent, each once, and the agent outlives it', async () => {
    const { child, ended, said, output } = spawnAlone(freshFolder(), worker('tell-signals.mjs'))
    await said('ready')
    const notices = [
      'SIGUSR1',
      'SIGUSR2',
      'SIGALRM',
      'SIGURG',
      'SIGXCPU',
      'SIGPWR',
      'SIGIO',
      'SIGWINCH',
    ] as const
    for (const signal of [...notices, 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGCONT'] as const) {
      child.kill(signal)
      await said(signal)
    }
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: 42, signal: null })
    expect(output().split('\n').sort()).toEqual(
      ['', 'ready', ...notices, 'SIGABRT', 'SIGCONT', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'].sort(),
    )
  })

  test('gets every signal that was sent to the whole process group once', async () => {
    const { child, ended, said, output } = spawnAlone(freshFolder(), worker('tell-signals.mjs'), {
      detached: true,
    })
    await said('ready')
    const sent = ['SIGUSR1', 'SIGINT', 'SIGHUP', 'SIGWINCH', 'SIGQUIT'] as const
    for (const signal of sent) {
      process.kill(-child.pid!, signal)
      await said(signal)
    }
    // It takes as long for a second one to come as for this one, which is for the agent alone.
    child.kill('SIGUSR2')
    await said('SIGUSR2')
    process.kill(-child.pid!, 'SIGTERM')
    expect(await ended).toEqual({ code: 42, signal: null })
    expect(output()).toBe(['ready', ...sent, 'SIGUSR2', 'SIGTERM', ''].join('\n'))
  })

  test('is stopped with the agent, and goes on with it', async () => {
    const { child, said, output, ended } = spawnAgent(freshFolder(), worker('tell-signals.mjs', 'pid'))
    await said('\n')
    const pid = Number(output().split(' ')[1])
    child.kill('SIGTSTP')
    await expect.poll(() => [stateOf(pid), stateOf(child.pid!)]).toEqual(['T', 'T'])
    child.kill('SIGCONT')
    await said('SIGCONT')
    expect(stateOf(child.pid!)).not.toBe('T')
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: 42, signal: null })
    expect(output()).toBe(`ready ${pid}\nSIGTSTP\nSIGCONT\nSIGTERM\n`)
  })

  test('finds the descriptor that its launcher names in PMI_FD', async () => {
    const saveDir = freshFolder()
    const { child, ended, output } = spawnAlone(saveDir, ['sh', '-c', 'read line <&5; echo "got $line"'], {
      env: { PMI_FD: '5' },
      stdio: ['pipe', 'pipe', 'pipe', 'ignore', 'ignore', 'pipe'],
    })
    const pmi = [...child.stdio][5]
    if (!(pmi instanceof Writable)) throw new Error('no descriptor 5')
    pmi.write('cmd=init\n')
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(output()).toBe('got cmd=init\n')
  })

  test('runs though PMI_FD is of a time before, and names nothing that is open', async () => {
    const { ended } = spawnAgent(freshFolder(), ['true'], { env: { PMI_FD: '77' } })
    expect(await ended).toEqual({ code: 0, signal: null })
  })

  test('has its spool and the Python client in its environment, and all else unchanged', async () => {
    const saveDir = freshFolder()
    const { ended, output } = spawnAlone(saveDir, ['sh', '-c', 'echo "$PYTHONPATH|$KEPT|$PROVLOOM_TREE"'], {
      env: { PYTHONPATH: '/their/own', KEPT: 'yes' },
      config: { pythonPath: '/our/client' },
    })
    await ended
    const [pythonPath, kept, tree] = output().trim().split('|')
    expect([pythonPath, kept]).toEqual(['/our/client:/their/own', 'yes'])
    expect(path.dirname(parseTree(tree)!.folder)).toBe(path.join(saveDir, 'spools'))
  })
})

describe('a command that cannot be started', () => {
  test('and does not exist ends with 127, a code and a hint, and leaves no spool', async () => {
    const saveDir = freshFolder()
    const outcome = await agentFor(saveDir, ['no-such-command-anywhere']).agent.run()
    expect(outcome).toMatchObject({
      kind: 'not-started',
      exitCode: 127,
      error: { code: 'COMMAND_NOT_FOUND', message: 'There is no command no-such-command-anywhere' },
    })
    expect(fs.readdirSync(path.join(saveDir, 'spools'))).toEqual([])
  })

  test('and may not be executed ends with 126', async () => {
    const saveDir = freshFolder()
    const file = path.join(saveDir, 'train.sh')
    fs.writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 })
    const outcome = await agentFor(saveDir, [file]).agent.run()
    expect(outcome).toMatchObject({ kind: 'not-started', exitCode: 126 })
  })

  test('because none was given is refused at the door', () => {
    expect(() => agentFor(freshFolder(), [])).toThrow(expect.objectContaining({ code: 'MISSING_COMMAND' }))
  })
})

test('where no spool can be made as it was asked, another place is taken, and the user is told', async () => {
  const saveDir = freshFolder()
  const blocked = path.join(saveDir, 'blocked')
  fs.writeFileSync(blocked, '')
  const { agent, told } = agentFor(saveDir, worker('silent.mjs', '5'), {
    spoolRoot: blocked,
    environment: { TMPDIR: saveDir },
  })
  const outcome = await agent.run()
  expect(outcome).toMatchObject({ kind: 'exited', code: 5, delivery: { kind: 'kept' } })
  expect(told.lines[0]).toContain(path.join(saveDir, 'provloom-'))
})

describe('a fault in the agent that nobody caught', () => {
  test.each(['throw', 'reject'])(
    'by %s neither ends the command nor hides its exit code, is told once, and the spool is kept',
    async (FAULT) => {
      const saveDir = freshFolder()
      const { ended, output, errors } = spawnAlone(
        saveDir,
        ['sh', '-c', 'sleep 0.4; echo still here; exit 7'],
        { env: { FAULT } },
      )
      expect(await ended).toEqual({ code: 7, signal: null })
      expect(output()).toBe('still here\n')
      expect(errors().match(/a fault in the agent \(boom\)/g)).toHaveLength(1)
      expect(errors()).toContain('provloom spools')
      expect(fs.readdirSync(path.join(saveDir, 'spools'))).toHaveLength(1)
    },
  )

  test('does not hide the signal that killed it', async () => {
    const { ended } = spawnAlone(freshFolder(), ['sh', '-c', 'sleep 0.4; kill -TERM $$'], {
      env: { FAULT: 'throw' },
    })
    expect(await ended).toEqual({ code: null, signal: 'SIGTERM' })
  })
})
