import type { Started } from '../../support/cli.ts'
import type { Site } from '../../support/site.ts'

/** The two ways in which a user starts a script that records. */
export const ways: readonly (readonly [string, (here: Site, script: string) => Started])[] = [
  ['python', (here, script) => here.plain(script)],
  ['provloom run', (here, script) => here.wrapped([script])],
]
