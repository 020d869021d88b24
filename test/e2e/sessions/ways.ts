import path from 'node:path'
import { repository } from '../../support/cli.ts'
import { seldom } from '../../support/effort.ts'
import type { Started } from '../../support/cli.ts'
import type { Site } from '../../support/site.ts'

/** The two ways in which a user starts a script that records. */
export const ways: readonly (readonly [string, (here: Site, script: string) => Started])[] = [
  ['no wrapper', (here, script) => here.start(interpreterOf(script), [script])],
  ['provloom run', (here, script) => here.start('provloom', ['run', '--', interpreterOf(script), script])],
]

/** The same under the other way in front of a script is tried by `npm run endure` alone. */
export const oneWay: typeof ways = [ways[0]!, ...seldom(...ways.slice(1))]

/** What scripts record with. */
export const clients = ['Python', 'TypeScript'] as const
export type Client = (typeof clients)[number]

const built = path.join(repository, 'packages/agent/dist/client/index.js')

/** Writes a script in the client's language; in TypeScript's it has the client as `p`. @returns the file's name */
export function scriptOf(here: Site, client: Client, text: string): string {
  if (client === 'Python') return here.script('t.py', text)
  return here.script(
    't.mjs',
    `import fs from 'node:fs'\nimport * as p from ${JSON.stringify(built)}\n${text}`,
  )
}

export function interpreterOf(script: string): string {
  return script.endsWith('.py') ? 'python3' : process.execPath
}
