import type { Json } from '../answer.ts'
import type { Asked } from '../asked.ts'
import type { Connection } from '../recorder.ts'

/** What is asked, and by whom. */
export interface Question {
  readonly asked: Asked
  /** What the address names, where it does: a model's id, a tag's key. */
  readonly named: readonly string[]
  readonly connection: Connection
}

/** @throws {Fault} as MLflow's server refuses it */
export type Answering = (question: Question) => Json | Promise<Json>

/** An address behind `/api/2.0/mlflow`; `:name` stands for a piece that names something. */
export interface Route {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  readonly path: string
  readonly answer: Answering
}

export function get(path: string, answer: Answering): Route {
  return { method: 'get', path, answer }
}

export function post(path: string, answer: Answering): Route {
  return { method: 'post', path, answer }
}

/** Asked by POST of newer clients, and by GET of older ones. */
export function either(path: string, answer: Answering): Route[] {
  return [get(path, answer), post(path, answer)]
}
