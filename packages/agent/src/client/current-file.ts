import fs from 'node:fs'
import path from 'node:path'
import { isMainThread } from 'node:worker_threads'
import type { TreeFolder } from '../tree/folder.ts'

/** `current-<pid>`: the newest open session of this process, for helpers that outlive theirs; a thread's where it has none. */
export function writeCurrent(tree: TreeFolder, id: string): void {
  const file = path.join(tree.root, `current-${process.pid}`)
  if (!isMainThread && fs.existsSync(file)) return
  const beside = `${file}.tmp`
  fs.writeFileSync(beside, id, { mode: 0o600 })
  fs.renameSync(beside, file)
}
