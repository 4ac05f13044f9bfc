/** What a phone keeps between visits; nothing breaks where the browser keeps nothing. The panel's own names. */
export function kept(account: string): { get(name: string): string; set(name: string, value: string): void } {
  const key = (name: string) => `hilo:${account}:${name}`;
  return {
    get(name) {
      try {
        return localStorage.getItem(key(name)) ?? "";
      } catch {
        return "";
      }
    },
    set(name, value) {
      try {
        if (value) localStorage.setItem(key(name), value);
        else localStorage.removeItem(key(name));
      } catch {
        // Private windows and full storages: the page still works while it is open.
      }
    },
  };
}
