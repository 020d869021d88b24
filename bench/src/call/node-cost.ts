import { runForJson } from '../machine/child.ts'
import { ownProgram } from '../machine/paths.ts'
import type { Amount, CallCost } from './cost.ts'

/** @throws Error with the program's last words when it fails */
export async function nodeCallCost(folder: string, amount: Amount): Promise<CallCost> {
  const found = await runForJson(
    process.execPath,
    [ownProgram('call/node-program.js'), folder, String(amount.calls), String(amount.seconds)],
    {},
    { cwd: folder, timeoutMs: amount.seconds * 1000 + 60_000 },
  )
  return found as CallCost
}
