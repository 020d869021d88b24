import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { shellWord, workingFolder } from '@provloom/shared'
import type { TreeFolder } from '../tree/folder.ts'
import { tellOnce } from './tell.ts'

/**
 * Starts the agent of a tree, of a session of its own and orphaned, where `provloom` can be found; else tells once where
 * the session is.
 *
 * @returns whether one was to be had
 */
export function startOwnAgent(tree: TreeFolder, session: string): boolean {
  const command = findCommand()
  const kept = `this run is kept in ${session}; make its graph later with: provloom import ${shellWord(session)}`
  if (command === undefined) {
    tellOnce('no-agent', `no agent: \`provloom\` was not found, so ${kept}`)
    return false
  }
  const environment = { ...process.env }
  delete environment['PROVLOOM_TREE']
  const log = fs.openSync(path.join(tree.root, 'agent.log'), 'a', 0o600)
  try {
    // A shell in between: who kills the children of its workers does not find it.
    const words = ['-c', '"$@" &', 'sh', command, 'agent', '--tree', tree.root]
    const shell = spawn('/bin/sh', words, { detached: true, stdio: ['ignore', log, log], env: environment })
    shell.once('error', (error) => {
      tellOnce('no-agent', `the agent could not be started (${command}: ${error.message}), so ${kept}`)
    })
    shell.unref()
    return true
  } finally {
    fs.closeSync(log)
  }
}

/** `PROVLOOM_BIN`, then PATH, then node_modules/.bin upward of the working folder and of this file. */
function findCommand(): string | undefined {
  const given = process.env['PROVLOOM_BIN']
  if (given !== undefined && given !== '') return given
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const above = [workingFolder(), import.meta.dirname].flatMap((folder) =>
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
