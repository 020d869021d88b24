/**
 * The facts a rank records. In the spool an event is one record: its JSON text (UTF-8, an object, so the first byte
 * is `{`); a metric point is binary (`points.ts`). docs/spool-format.md lists the same for writers in other languages.
 *
 * `time` is in microseconds since the Unix epoch, UTC. Unknown fields are ignored; an unknown type is stored, counted,
 * and kept out of the graph.
 */
export interface Fact<Type extends string> {
  readonly type: Type
  readonly time: number
}
