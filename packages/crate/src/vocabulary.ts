import { PROV } from '@provloom/prov'

/** IRIs by which a run's document tells of things (docs/prov-mapping.md). */
const PROVLOOM = 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#'
const MLS = 'http://www.w3.org/ns/mls#'
const SCHEMA = 'http://schema.org/'

export const provloom = (word: string): string => `${PROVLOOM}${word}`
export const mls = (word: string): string => `${MLS}${word}`
export const schema = (word: string): string => `${SCHEMA}${word}`
export const prov = (word: string): string => `${PROV}${word}`

/** What the crate says that it is made by. */
export const roCrate = 'https://w3id.org/ro/crate/1.1'
export const processRunCrate = 'https://w3id.org/ro/wfrun/process/0.5'
const workflowRun = 'https://w3id.org/ro/terms/workflow-run#'

/**
 * RO-Crate's own context and, written out, the terms of Process Run Crate that it lacks: a reader without a network needs
 * one context, which RO-Crate's libraries bring with them (RO-Crate 1.1, "Extending RO-Crate").
 */
export const context: readonly unknown[] = [
  `${roCrate}/context`,
  { sha256: `${workflowRun}sha256`, environment: `${workflowRun}environment` },
]
