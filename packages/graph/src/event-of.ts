import type { Event } from '@provloom/shared'

export type EventOf<Type extends Event['type']> = Extract<Event, { readonly type: Type }>
