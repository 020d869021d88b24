import { randomBytes } from 'node:crypto'

/** What a crate is written as until it is whole: another name for every export, of one process too. */
export function stagingName(): string {
  return `.provloom-export-${process.pid}-${randomBytes(4).toString('hex')}`
}
