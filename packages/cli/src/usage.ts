import type { CommanderError } from 'commander'
import { ProvloomError } from '@provloom/shared'
import type { ErrorCode } from '@provloom/shared'

/** Commander's refusals in our words: what, and what to try. */
export function usageError(error: CommanderError): ProvloomError {
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  const message = first.charAt(0).toUpperCase() + first.slice(1)
  if (namesWorkers(first)) return workersError(message)
  const near = /\(Did you mean (.+)\?\)/.exec(more.join(' '))?.[1]
  const hint =
    near === undefined ? 'See --help for what there is.' : `Did you mean ${near}? --help lists them all.`
  return new ProvloomError(codeOf(error.code), message, { doing: 'read the command line', hint })
}

/** As launchers call the number of their processes. */
const workerFlags =
  /^unknown option '--(?:n|np|nproc|nprocs|nproc-per-node|num-procs|workers|world-size)(?:=.*)?'$/

function namesWorkers(message: string): boolean {
  return process.argv[2] === 'run' && workerFlags.test(message)
}

function workersError(message: string): ProvloomError {
  const hint = 'Did you mean -n, the number of workers? As in: provloom run -n 4 -- python train.py'
  return new ProvloomError('UNKNOWN_OPTION', message, { doing: 'read the command line', hint })
}

function codeOf(code: string): ErrorCode {
  if (code === 'commander.unknownOption' || code === 'commander.unknownCommand') return 'UNKNOWN_OPTION'
  if (code === 'commander.missingArgument' || code === 'commander.missingMandatoryOptionValue')
    return 'MISSING_OPTION'
  return 'BAD_OPTION'
}
