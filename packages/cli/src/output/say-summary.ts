import type { RunFinished } from '@provloom/aggregator'
import { onTerminal, say } from '@provloom/shared'
import { styleFor } from './style.ts'
import { renderSummary } from './summary.ts'
import { summaryFacts } from './summary-facts.ts'

/** Tells of a run that has ended, on standard error. */
export async function saySummary(
  finished: RunFinished,
  hinted: Set<string> = new Set(),
  eventsLooked?: number,
): Promise<void> {
  const isTTY = onTerminal()
  const facts = await summaryFacts(finished, eventsLooked)
  const width = isTTY ? process.stderr.columns || 80 : Infinity
  say(renderSummary(facts, { style: styleFor({ isTTY }), width, hinted }))
}
