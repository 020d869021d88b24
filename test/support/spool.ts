import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'

/** All that streams below a folder hold, as text: what is looked for in it is JSON. */
export function toldIn(folder: string): string {
  return filesBelow(folder).map(textIn).join('')
}

/** What is there at this moment: folders come and go. */
function filesBelow(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const one = path.join(folder, name)
    return name.endsWith('.seg') ? [one] : filesBelow(one)
  })
}

export function textIn(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
