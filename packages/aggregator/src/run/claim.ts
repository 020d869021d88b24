import { filesOf } from '@provloom/rundir'
import { ProvloomError } from '@provloom/shared'

export function noOpenRun(runDir: string): ProvloomError {
  return new ProvloomError('JOURNAL_GONE', `${runDir} holds no run that could go on: its journal is gone`, {
    doing: 'go on with the run',
    to: filesOf(runDir).journal,
    hint: 'Its prov.json is as it was saved last.',
  })
}
