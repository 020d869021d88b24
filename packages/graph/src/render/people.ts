import { prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import { lastSlug } from '../name.ts'
import { Facts } from './facts.ts'
import { runName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { agent, relation } from './view.ts'

/** Whose run it is. */
export function people(view: View): Keyed[] {
  const role = new Facts().role('owner').list
  return logins(view).flatMap((login) => {
    const user = userName(view, login)
    return [
      agent(user, new Facts().label(login).type(prov('Person')).text('login', login).list),
      relation('wasAssociatedWith', { activity: runName(view), agent: user }, undefined, role),
    ]
  })
}

/** A program acts for who runs it. */
export function forUsers(view: View, delegate: QName): Keyed[] {
  return logins(view).map((login) =>
    relation('actedOnBehalfOf', { delegate, responsible: userName(view, login) }),
  )
}

function logins({ state }: View): string[] {
  return [...state.users.keys()].sort()
}

function userName({ space }: View, login: string): QName {
  return space.user(`user-${lastSlug(login)}`)
}
