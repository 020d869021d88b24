import path from 'node:path'
import type { RunFile } from '@provloom/rundir'
import { ProvloomError } from '@provloom/shared'
import { nothingTold, readAbout } from './about.ts'
import type { About } from './about.ts'
import { licenseDoubt } from './license.ts'
import { aboutName, writeTemplate } from './template.ts'

/** What there was of the file in which authors and licence are told. */
export interface AboutSeen {
  readonly file: string
  /** It is there now, if only as a template. */
  readonly isThere: boolean
  readonly hasLicense: boolean
  readonly hasAuthors: boolean
  /** What is odd about the licence, in words. */
  readonly licenseDoubt?: string
}

/**
 * Reads what is told of a run's authors and licence; where nobody has been asked yet, this asks: it leaves a template beside the run,
 * once for all runs there.
 *
 * @param named the file that a person has named, which then has to be there
 * @throws {ProvloomError} `FILE_UNREADABLE`
 */
export function seenAbout(
  runDir: string,
  run: RunFile,
  named: string | undefined,
): { readonly about: About; readonly seen: AboutSeen } {
  const file = path.resolve(named ?? path.join(path.dirname(runDir), aboutName))
  const read = readAbout(file)
  if (read === undefined && named !== undefined)
    throw new ProvloomError('FILE_UNREADABLE', `There is no ${named}`, {
      doing: 'read authors and licence',
      to: named,
      hint: `Without --about a template is written beside the run, as ${aboutName}.`,
    })
  const about = read ?? nothingTold
  const doubt = about.license === undefined ? undefined : licenseDoubt(about.license)
  return {
    about,
    seen: {
      file,
      isThere: read !== undefined || writeTemplate(file, run.head?.users ?? []),
      hasLicense: about.license !== undefined,
      hasAuthors: about.authors.length > 0,
      ...(doubt === undefined ? {} : { licenseDoubt: doubt }),
    },
  }
}
