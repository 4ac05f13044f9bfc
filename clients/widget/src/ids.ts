/** A random id of 128 bits. `randomUUID` is not there on pages without https. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
}
