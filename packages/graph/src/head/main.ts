/** What people look at first, by how it is named: `val_loss`, `validation.accuracy`, `test/auc`. */
const mainNames = /(?:^|[^a-z0-9])(?:loss|accuracy|acc|f1|auc|perplexity)$/i

export function isMainMetric(key: string): boolean {
  return mainNames.test(key)
}
