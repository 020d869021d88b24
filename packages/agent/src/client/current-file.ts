import fs from 'node:fs'
import path from 'node:path'
import type { TreeFolder } from '../tree/folder.ts'

/** `current-<pid>`: the newest open session of this process, for helpers that outlive theirs. */
export function writeCurrent(tree: TreeFolder, id: string): void {
  const file = path.join(tree.root, `current-${process.pid}`)
  const beside = `${file}.tmp`
  fs.writeFileSync(beside, id, { mode: 0o600 })
  fs.renameSync(beside, file)
}
