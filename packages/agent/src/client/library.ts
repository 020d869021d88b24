/** What `session.start` says of this client. */
export const libraryVersion = '0.1.0'
