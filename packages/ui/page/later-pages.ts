// Pages that few visits begin with, in one file of their own.
export { Compare } from './compare/compare.tsx'
export { Curves } from './curves/curves.tsx'
export { Environment } from './environment/environment.tsx'
export { Files } from './files/files.tsx'
export { Graph } from './graph/graph.tsx'
export { Stopped } from './overview/stopped.tsx'
export { Ranks } from './ranks/ranks.tsx'
