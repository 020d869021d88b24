import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isShell, launcherProcess, starterProcess } from '../../src/place/launcher-process.ts'
import { findPlace } from '../../src/place/place.ts'
import { identityOfProcess } from '@provloom/shared/process'
import type { ProcessIdentity } from '@provloom/shared/process'
import { sightOf } from '../../src/place/sight.ts'
import { localKey } from '../../src/place/tree-variable.ts'
import { freshFolder } from '../support/place.ts'

interface Started {
  readonly pid: number
  /** The number that the next process says of itself, on a line. */
  next(): Promise<number>
  say(line: string): void
}

/** A shell whose processes live until their standard input ends. */
async function started(script: string): Promise<Started> {
  const child = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  })
  onTestFinished(async () => {
    const ended = once(child, 'close')
    child.stdin.end()
    await ended
  })
  await once(child, 'spawn')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: child.pid!,
    next: async () => Number((await lines.next()).value),
    say: (line) => child.stdin.write(`${line}\n`),
  }
}

/** The shell's number, and those of as many processes of it. */
async function processes(script: string, count: number): Promise<number[]> {
  const job = await started(script)
  const pids = [job.pid]
  while (pids.length <= count) pids.push(await job.next())
  return pids
}

const say = 'echo $$; cat >/dev/null'

describe('the launcher itself is', () => {
  test('the parent that starts a rank with its variable', async () => {
    const [launcher, rank] = await processes(`env RANK=1 sh -c '${say}; :'; :`, 1)
    expect(launcherProcess(rank!, 'RANK')).toEqual(identityOfProcess(launcher!))
  })

  test('the same for all ranks, with shells and wrappers between that have the variable', async () => {
    const rank = (number: number): string =>
      `RANK=${number} sh -c 'sh -c "sh -c \\"echo \\$\\$; cat >/dev/null; :\\"; :"; :'`
    const [launcher, ...ranks] = await processes(`exec 3<&0; ${rank(0)} <&3 & ${rank(1)} <&3 & wait`, 2)
    expect(ranks.map((pid) => launcherProcess(pid, 'RANK'))).toEqual([
      identityOfProcess(launcher!),
      identityOfProcess(launcher!),
    ])
  })

  test('the process itself, where it has set the variable since it was started', async () => {
    const [, rank] = await processes(`sh -c 'export RANK=1; ${say}; :'; :`, 1)
    expect(launcherProcess(rank!, 'RANK')).toEqual(identityOfProcess(rank!))
  })

  test('the nearest without the row’s variable, though it has others of a launcher outside', async () => {
    const torchrun = `TORCHELASTIC_RUN_ID=none sh -c '${say}; :'`
    const [, agent, rank] = await processes(
      `RANK=1 sh -c 'echo $$; ${torchrun.replaceAll("'", '"').replace('$$', '\\$\\$')}; :'; :`,
      2,
    )
    expect(launcherProcess(rank!, 'TORCHELASTIC_RUN_ID')).toEqual(identityOfProcess(agent!))
  })

  test('the script, where it starts each rank from a subshell, which is a copy of it', async () => {
    const loop = (rank: number): string =>
      `( for once in 1; do RANK=${rank} sh -c 'echo $$; cat >/dev/null; :' <&3; :; done; : )`
    const [script, ...ranks] = await processes(`exec 3<&0; ${loop(0)} & ${loop(1)} & wait`, 2)
    const launchers = ranks.map((pid) => launcherProcess(pid, 'RANK'))
    expect(launchers).toEqual([identityOfProcess(script!), identityOfProcess(script!)])
    expect(isShell(script!)).toBe(true)
    expect(isShell(process.pid)).toBe(false)
  })

  test('the inner of two shells that were started with different words', async () => {
    const [, inner, rank] = await processes(
      `sh -c 'echo $$; exec 3<&0; RANK=1 sh -c "echo \\$\\$; cat >/dev/null <&3; :"; :'; :`,
      2,
    )
    expect(launcherProcess(rank!, 'RANK')).toEqual(identityOfProcess(inner!))
  })

  test('the one that names a job of torchrun on one node, and a restarted rank finds it again', async () => {
    const variables = {
      TORCHELASTIC_RUN_ID: 'none',
      RANK: '0',
      WORLD_SIZE: '1',
      LOCAL_RANK: '0',
      LOCAL_WORLD_SIZE: '1',
      GROUP_WORLD_SIZE: '1',
    }
    const rank = `TORCHELASTIC_RUN_ID=none RANK=0 sh -c 'echo $$; read line; :'`
    const job = await started(`${rank}; ${rank}; :`)
    const keyOf = (pid: number): string | undefined =>
      findPlace(undefined, variables, sightOf(variables, { pid })).jobKey
    const launcher = localKey(identityOfProcess(job.pid)!)
    const first = await job.next()
    expect(keyOf(first)).toBe(launcher)
    job.say('restart')
    const second = await job.next()
    expect(second).not.toBe(first)
    expect(keyOf(second)).toBe(launcher)
  })
})

describe('who started a process is', () => {
  test('its parent; the script, where that starts it from a subshell', async () => {
    const [script, rank, other] = await processes(
      `exec 3<&0; sh -c '${say}; :' <&3 & ( sh -c '${say}; :' <&3; : ) & wait`,
      2,
    )
    expect([rank, other].map((pid) => starterProcess(pid!))).toEqual([
      identityOfProcess(script!),
      identityOfProcess(script!),
    ])
  })

  test('what started the command that was put around it', async () => {
    const [script, rank] = await processes(`timeout 60 env A=1 timeout 60 sh -c '${say}; :'; :`, 1)
    expect(starterProcess(rank!)).toEqual(identityOfProcess(script!))
  })

  test('its parent, of which it is a fork', () => {
    const words = 'python\0t.py\0'
    const root = machine({
      30: { parent: 20, cmdline: words },
      20: { parent: 10, cmdline: words },
      10: { parent: 1 },
    })
    expect(starterProcess(30, root)).toEqual(identityOfProcess(20, root))
  })

  test('known by the parents that it told, when it is gone', () => {
    const root = machine({ 20: { parent: 10, cmdline: 'bash\0' }, 10: { parent: 1 } })
    expect(starterProcess(30, root, [20])).toEqual(identityOfProcess(20, root))
    expect(starterProcess(30, root)).toBeUndefined()
  })

  test('nobody, for orphans, which came to init from any job', () => {
    const init = { 1: { parent: 0, comm: 'systemd' } }
    expect(starterProcess(30, machine({ 30: { parent: 1 }, ...init }))).toBeUndefined()
  })
})

const boot = '0b0e1c64-9d2f-4f43-8a49-2a5a9a3e2b11'

interface Seen {
  readonly parent: number
  /** Undefined where it cannot be read. */
  readonly environ?: string
  readonly comm?: string
  readonly cmdline?: string
}

/** Processes in a folder, as /proc shows them. */
function machine(seen: Readonly<Record<number, Seen>>, pidNamespace = '4026531836'): string {
  const root = freshFolder()
  fs.mkdirSync(path.join(root, 'proc/sys/kernel/random'), { recursive: true })
  fs.writeFileSync(path.join(root, 'proc/sys/kernel/random/boot_id'), `${boot}\n`)
  fs.mkdirSync(path.join(root, 'proc/self/ns'), { recursive: true })
  fs.symlinkSync(`pid:[${pidNamespace}]`, path.join(root, 'proc/self/ns/pid'))
  fs.writeFileSync(path.join(root, 'proc/self/stat'), '')
  for (const [pid, { parent, environ, comm, cmdline }] of Object.entries(seen)) {
    const folder = path.join(root, 'proc', pid)
    fs.mkdirSync(folder)
    const rest = Array.from({ length: 48 }, (_, i) => (i === 17 ? `${pid}00` : '0'))
    fs.writeFileSync(path.join(folder, 'stat'), `${pid} (x) S ${parent} ${rest.join(' ')}\n`)
    fs.writeFileSync(path.join(folder, 'comm'), `${comm ?? 'x'}\n`)
    if (environ !== undefined) fs.writeFileSync(path.join(folder, 'environ'), environ)
    if (cmdline !== undefined) fs.writeFileSync(path.join(folder, 'cmdline'), cmdline)
  }
  return root
}

describe('where the processes are', () => {
  const ranked = 'PATH=/bin\0RANK=1\0'
  const plain = 'PATH=/bin\0RANKED=1\0RANK=\0'
  const of = (pid: number, pidNamespace = ''): ProcessIdentity => ({
    host: boot.replaceAll('-', ''),
    pidNamespace,
    pid,
    start: `${pid}00`,
  })

  test('another user’s, whose environment cannot be read, the first of them is the launcher', () => {
    const root = machine({
      30: { parent: 20, environ: ranked },
      20: { parent: 10 },
      10: { parent: 1, environ: plain },
    })
    expect(launcherProcess(30, 'RANK', root)).toEqual(of(20))
  })

  test('hidden, even the rank itself, its parent is the launcher', () => {
    const root = machine({ 30: { parent: 20 }, 20: { parent: 10, environ: plain } })
    expect(launcherProcess(30, 'RANK', root)).toEqual(of(20))
  })

  test('written over, as setproctitle does, their environments count as unreadable', () => {
    const titled = 'train epoch 3\0\0\0\0'
    const launcher = { parent: 1, environ: plain }
    const rank = machine({
      30: { parent: 20, environ: titled },
      20: { parent: 10, environ: ranked },
      10: launcher,
    })
    expect(launcherProcess(30, 'RANK', rank)).toEqual(of(10))
    const parent = machine({
      30: { parent: 20, environ: ranked },
      20: { parent: 10, environ: titled },
      10: launcher,
    })
    expect(launcherProcess(30, 'RANK', parent)).toEqual(of(20))
  })

  test('orphans, which came to init from any job, none is the launcher', () => {
    const init = { 1: { parent: 0, environ: plain, comm: 'systemd' } }
    expect(
      launcherProcess(30, 'RANK', machine({ 30: { parent: 1, environ: ranked }, ...init })),
    ).toBeUndefined()
    const session = { 9: { parent: 1, environ: plain, comm: 'systemd' } }
    expect(
      launcherProcess(30, 'RANK', machine({ 30: { parent: 9, environ: ranked }, ...session, ...init })),
    ).toBeUndefined()
  })

  test('in a container that was made for the launcher, its first process is the launcher', () => {
    const root = machine(
      { 30: { parent: 1, environ: ranked }, 1: { parent: 0, environ: plain } },
      '4026532281',
    )
    expect(launcherProcess(30, 'RANK', root)).toEqual(of(1, '4026532281'))
  })

  test('in a container that was made for the rank, none is in sight', () => {
    const root = machine({ 1: { parent: 0, environ: ranked } }, '4026532281')
    expect(launcherProcess(1, 'RANK', root)).toBeUndefined()
  })

  test('gone, none is in sight, but by the parents that the process told', () => {
    expect(launcherProcess(30, 'RANK', machine({}))).toBeUndefined()
    const left = { 20: { parent: 10, environ: ranked }, 10: { parent: 1, environ: plain } }
    expect(launcherProcess(30, 'RANK', machine(left), [20])).toEqual(of(10))
    expect(launcherProcess(30, 'RANK', machine({}), [20])).toBeUndefined()
  })
})

describe('a launcher that is a process of the tree', () => {
  const variables = { LOCAL_RANK: '1', NODE_RANK: '0', WORLD_SIZE: '2', RANK: '1', LOCAL_WORLD_SIZE: '2' }
  const below = (): string =>
    machine({
      30: { parent: 20, environ: 'PATH=/bin\0LOCAL_RANK=1\0' },
      20: { parent: 10, environ: 'PATH=/bin\0' },
    })
  const launcher = localKey({ host: boot.replaceAll('-', ''), pidNamespace: '', pid: 20, start: '2000' })
  const tree = { key: `local-${boot}.10.1000`, founded: false }

  test('gives its own job’s key, and any other its own', () => {
    const root = below()
    const keyOf = (isOurs: (key: string) => boolean): string | undefined =>
      findPlace(undefined, variables, sightOf(variables, { pid: 30, tree, isOurs }, root)).jobKey
    expect(keyOf((key) => key === launcher)).toBe(tree.key)
    expect(keyOf(() => false)).toBe(launcher)
  })

  test('is the process itself, when it has set the variables', () => {
    expect(findPlace(undefined, variables, sightOf(variables, { pid: 20, tree }, below())).jobKey).toBe(
      tree.key,
    )
  })
})
