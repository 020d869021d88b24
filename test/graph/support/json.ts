import { fieldsOf } from '@provloom/shared'

/** Question 13, as its jq asks it. */
export function eventsAddUp(provJson: string): boolean {
  const run = fieldsOf(fieldsOf(fieldsOf(JSON.parse(provJson)).get('activity')).get('run:run'))
  const count = (name: string): number => {
    const value = run.get(`provloom:${name}`)
    if (typeof value !== 'number')
      throw new Error(`${name} of the run is no number: ${JSON.stringify(value)}`)
    return value
  }
  return count('eventsSent') === count('eventsStored') + count('eventsDropped')
}

/** Question 14, as its jq asks it. */
export function locationsOf(provJson: string): readonly string[] {
  const entities = fieldsOf(fieldsOf(JSON.parse(provJson)).get('entity'))
  return [...entities.values()].flatMap((entity): string[] => {
    const location = fieldsOf(entity).get('prov:location')
    const places = location === undefined ? [] : [location].flat()
    return places.map((place: unknown) => {
      if (typeof place !== 'string') throw new Error(`a place is no text: ${JSON.stringify(place)}`)
      return place
    })
  })
}
