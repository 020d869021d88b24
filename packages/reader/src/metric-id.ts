import { ProvloomError } from '@provloom/shared'

/** A metric of a run: one key in one context, of one source, over all ranks. */
export interface MetricName {
  readonly key: string
  readonly context?: string | null | undefined
  readonly source?: string | null | undefined
}

/** `[context]/key[@source]`, each percent-encoded; without a context it begins with the `/`. */
export function metricId({ key, context, source }: MetricName): string {
  const of = source === undefined || source === null ? '' : `@${encoded(source)}`
  return `${encoded(context ?? '')}/${encoded(key)}${of}`
}

/** What a person calls it: `training.loss`, `loss`, `cpu_usage@host`. */
export function metricWords({ key, context, source }: MetricName): string {
  const within = context === undefined || context === null ? '' : `${context}.`
  return `${within}${key}${source === undefined || source === null ? '' : `@${source}`}`
}

/** Of those that there are, the ones that a text means: by its id, else in words, else by its bare key. */
export function metricsMeant<T extends MetricName>(metrics: readonly T[], text: string): T[] {
  const byId = metrics.filter((one) => metricId(one) === text)
  if (byId.length > 0) return byId
  const byWords = metrics.filter((one) => metricWords(one) === text)
  if (byWords.length > 0) return byWords
  return metrics.filter(({ key }) => key === text)
}

/**
 * The one metric that a text means. Of several with its bare key the first that a user logs, where only one context has it.
 *
 * @throws {ProvloomError} `METRIC_UNKNOWN` where there is none, or more than one
 */
export function theMetric<T extends MetricName>(metrics: readonly T[], text: string): T {
  const meant = metricsMeant(metrics, text)
  const logged = meant.filter(({ source }) => source === undefined || source === null)
  const [one, ...others] = logged.length > 0 ? logged : meant
  if (one !== undefined && others.length === 0) return one
  const names = (one === undefined ? metrics : [one, ...others]).slice(0, 8).map(metricWords)
  throw new ProvloomError(
    'METRIC_UNKNOWN',
    one === undefined ? `There is no metric ${text}` : `${text} is a metric of several contexts`,
    {
      doing: 'find the metric',
      to: text,
      hint: names.length === 0 ? 'The run has no metrics yet.' : `Name one of: ${names.join(', ')}.`,
    },
  )
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** @returns that no metric tells who makes the others wait */
export function noPace(run: string): ProvloomError {
  return new ProvloomError('METRIC_UNKNOWN', `No metric of ${run} tells how long a rank computes`, {
    doing: 'find the metric that tells who is slow',
    to: run,
    hint: 'Log compute_time with each step, or name a metric: metric=training.loss, say.',
  })
}
