// Series as streams declare them, and what a run's Parquet parts hold of them.
export { IdTable } from './id-table.ts'
export { placeDeclaration } from './declaration.ts'
export type { DeclarationPlacing } from './declaration.ts'
export { SeriesTable, compareMetrics, compareSeries, isSameMetric, isSameSeries } from './series-table.ts'
export type { MetricName, SavedSeries, SeriesRow } from './series-table.ts'
export { readStore, storeBytes } from './store-file.ts'
export type { StoreState } from './store-file.ts'
