import path from 'node:path'
import type { SessionOptions } from './session.ts'

/** Where a plain start's runs go, as far as this process knows: its whole path. */
export function saveDirOf({ provenanceSaveDir }: SessionOptions): string {
  return path.resolve(provenanceSaveDir ?? (process.env['PROVLOOM_PROVENANCE_SAVE_DIR'] || 'prov'))
}
