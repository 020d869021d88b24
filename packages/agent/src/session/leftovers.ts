import fs from 'node:fs'
import path from 'node:path'
import { namesIn, shellWord } from '@provloom/shared'
import { servingAgent } from '../tree/claim.ts'
import { spoolRoots } from '../tree/folder.ts'
import { isSessionId } from './folder.ts'
import { isLeft, lookAtSpool } from './look.ts'

/** Nobody's start waits longer for a line about the past. */
const lookMs = 200

/**
 * A line about sessions of earlier processes of this user that are in no graph and that nobody serves; undefined when
 * there are none. What cannot be looked at in the time is not counted, and the line says so.
 *
 * @param own the tree of whoever asks: it looks beside it
 */
export function leftoversIn(own: string): string | undefined {
  const until = performance.now() + lookMs
  let [left, late] = [0, false]
  const root = path.dirname(own)
  for (const name of namesIn(root)) {
    const tree = path.join(root, name)
    if (late) break
    if (
      name === path.basename(own) ||
      !fs.existsSync(path.join(tree, 'spool.json')) ||
      servingAgent(tree) !== undefined
    )
      continue
    for (const session of namesIn(path.join(tree, 'sessions')).filter((one) => isSessionId(one))) {
      late ||= performance.now() > until
      if (!late && isLeftIn(path.join(tree, 'sessions', session))) left++
    }
  }
  if (left === 0) return undefined
  const many = late ? `${left} or more` : String(left)
  const list = rootOption(root)
  const told = many === '1' ? '1 session of earlier runs is' : `${many} sessions of earlier runs are`
  return `${told} not in a graph: provloom spools${list}`
}

/** What names a folder of spools to a command, where that does not find it by itself. */
export function rootOption(root: string): string {
  return isFoundAnywhere(root) ? '' : ` --spool-root ${shellWord(root)}`
}

/** Who types the line may have other variables than this process. */
function isFoundAnywhere(root: string): boolean {
  return spoolRoots({}, undefined, '/').slice(0, 1).includes(root)
}

function isLeftIn(session: string): boolean {
  try {
    return lookAtSpool(session).some((look) => isLeft(look))
  } catch {
    // Of another release, or not whole: listed by `provloom spools`.
    return false
  }
}
