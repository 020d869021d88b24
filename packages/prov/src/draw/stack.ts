import type { Direction } from './options.ts'
import type { Group } from './group.ts'

/**
 * How the shapes of a group are stacked: lanes along the direction of the arrows, each from the effect's side to the
 * cause's. Down the page there is room for tall stacks; across it there is none.
 */
export function lanesOf({ members }: Group, direction: Direction = 'down'): number[][] {
  const along = direction === 'down' || direction === 'up'
  const longest = along
    ? Math.max(6, Math.ceil(Math.sqrt(members.length * 2)))
    : Math.ceil(members.length / Math.max(10, Math.sqrt(members.length * 4)))
  const count = Math.ceil(members.length / longest)
  const even = Math.ceil(members.length / count)
  const lanes: number[][] = []
  for (let from = 0; from < members.length; from += even) lanes.push(members.slice(from, from + even))
  // Causes stand above (or to the left), so that reading order starts at the cause's end.
  if (direction === 'down' || direction === 'right') for (const lane of lanes) lane.reverse()
  return lanes
}
