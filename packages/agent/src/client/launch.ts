import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findPlace } from '../place/place.ts'
import { sightOf } from '../place/sight.ts'
import { recordedVariables } from '../sources/allow-list.ts'
import { defaultSpoolRoot, makeSpool } from '../spool/folder.ts'
import type { SpoolFolder } from '../spool/folder.ts'
import { present } from './present.ts'
import type { SessionOptions } from './session.ts'
import { tellOnce } from './tell.ts'

/**
 * A spool of our own, for a worker that was started without an agent.
 *
 * @throws {ProvloomError} `SPOOL_UNWRITABLE` when no folder can be made
 */
export function makeOwnSpool(options: SessionOptions): SpoolFolder {
  const { experimentName, provUserNamespace, provenanceSaveDir, rank } = options
  const said = rank === undefined ? undefined : { by: 'call' as const, rank }
  const place = findPlace(said, process.env, sightOf(process.env, { pid: process.pid }))
  const root = process.env['PROVLOOM_SPOOL_ROOT'] ?? defaultSpoolRoot(process.env)
  return makeSpool(root, place.jobKey ?? '', place.rank, place.attempt, {
    createdUs: Date.now() * 1000,
    host: os.hostname(),
    uid: process.getuid?.() ?? 0,
    pid: process.pid,
    by: 'client',
    environment: recordedVariables(process.env),
    ...present({ experimentName, provUserNamespace, provenanceSaveDir, rank }),
  })
}

/** Starts the agent of a spool, detached, where `provloom` can be found; else tells once where the spool is. */
export function startOwnAgent(spool: SpoolFolder): void {
  const command = findCommand()
  const importLine = `this run is kept in ${spool.root}; make its graph later with: provloom import ${spool.root}`
  if (command === undefined) {
    tellOnce('no-agent', `no agent: \`provloom\` was not found, so ${importLine}`)
    return
  }
  const environment = { ...process.env }
  for (const name of ['PROVLOOM_AGENT', 'PROVLOOM_SPOOL_DIR', 'PROVLOOM_SESSION']) delete environment[name]
  const log = fs.openSync(path.join(spool.root, 'agent.log'), 'a', 0o600)
  try {
    const words = ['agent', '--attach', spool.root, '--pid', String(process.pid), '--with-aggregator']
    const agent = spawn(command, words, { detached: true, stdio: ['ignore', log, log], env: environment })
    agent.once('error', (error) => {
      tellOnce('no-agent', `the agent could not be started (${command}: ${error.message}), so ${importLine}`)
    })
    agent.unref()
  } finally {
    fs.closeSync(log)
  }
}

/** `PROVLOOM_BIN`, then PATH, then node_modules/.bin upward of the working folder and of this file. */
function findCommand(): string | undefined {
  const given = process.env['PROVLOOM_BIN']
  if (given !== undefined && given !== '') return given
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const above = [process.cwd(), import.meta.dirname].flatMap((folder) =>
    upward(folder).map((one) => path.join(one, 'node_modules', '.bin')),
  )
  return [...onPath, ...above].map((folder) => path.join(folder, 'provloom')).find(isExecutable)
}

function upward(folder: string): string[] {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...upward(parent)]
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return fs.statSync(file).isFile()
  } catch {
    return false
  }
}
