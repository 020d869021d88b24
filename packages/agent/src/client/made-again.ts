import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from '@provloom/shared'
import { treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import { makeRoot, treeFolderAt } from '../tree/folder.ts'
import { writeCurrent } from './current-file.ts'
import { putSpare } from './spare.ts'

/**
 * A session's folder, which somebody may remove while it is written, with its tree and the root: all of it is made again,
 * but for what was in it.
 */
export class MadeAgain {
  readonly #spool: SessionFolder
  readonly #tree: string
  readonly #treeFacts: Buffer | undefined
  readonly #facts: Buffer

  /** Reads what is there now. Throws the system's error. */
  constructor(spool: SessionFolder) {
    this.#spool = spool
    this.#tree = treeOf(spool)
    const facts = path.join(this.#tree, 'spool.json')
    // An agent that left may have taken it away.
    this.#treeFacts = fs.existsSync(facts) ? fs.readFileSync(facts) : undefined
    this.#facts = fs.readFileSync(path.join(spool.root, 'session.json'))
  }

  /** Throws the system's error. */
  make(): void {
    const tree = treeFolderAt(this.#tree)
    makeRoot(path.dirname(this.#tree))
    for (const folder of [this.#tree, tree.sessions]) makeFolder(folder)
    const file = path.join(this.#tree, 'spool.json')
    // Who comes first has made it.
    if (this.#treeFacts !== undefined && !fs.existsSync(file)) putWhole(file, this.#treeFacts)
    const { root, streams, ledgers, files, id } = this.#spool
    for (const folder of [root, streams, ledgers, files]) makeFolder(folder)
    putWhole(path.join(root, 'session.json'), this.#facts)
    putSpare(this.#spool)
    writeCurrent(tree, id)
  }
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

function putWhole(file: string, bytes: Buffer): void {
  const beside = `${file}.${process.pid}.again`
  fs.writeFileSync(beside, bytes, { mode: 0o600 })
  fs.renameSync(beside, file)
}
