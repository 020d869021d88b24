import { mediaTypeOf as typeByName } from '@provloom/shared'

const unknown = 'application/octet-stream'

/** By the ending of a name; what an unknown ending has is bytes. @param told what the record says; taken where it is a media type */
export function mediaTypeOf(name: string, told?: string): string {
  if (told !== undefined && /^\w+\/\w[\w.-]*(?:\+\w[\w.-]*)?(?:;\w+=[^;]+)*$/.test(told)) return told
  return typeByName(name) ?? unknown
}

/** Whether deflating it is worth the time: models and Parquet are packed already, or do not pack. */
export function packsWell(mediaType: string): boolean {
  return /^text\/|json|xml|yaml|toml|x-sh$/.test(mediaType)
}
