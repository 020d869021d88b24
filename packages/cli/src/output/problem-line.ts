import type { AggregatorStatus } from '@provloom/aggregator'

/** A problem of the aggregator's in one line: what, what to try, and its code. */
export function problemLine({
  message,
  hint,
  code,
}: Extract<AggregatorStatus, { readonly kind: 'problem' }>): string {
  return `${hint === undefined ? message : `${message}. ${hint.replace(/\.$/, '')}`} [${code}]`
}
