/** Names an access key among what the rights of connections depend on. */
export function accessKeySubject(accessKeyId: string): string {
  return `accessKey:${accessKeyId}`;
}
