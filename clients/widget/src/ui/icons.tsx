/** Line drawings of one stroke. Decorative: the button that holds one has the name. */

import { h } from "preact";

const PATHS = {
  send: "M4.5 12 20 4.5 15 20l-3.2-6.3L4.5 12Z",
  clip: "m18.5 11-7.3 7.3a4.2 4.2 0 0 1-6-6l8-8a2.9 2.9 0 0 1 4.2 4.1l-7.9 7.9a1.5 1.5 0 0 1-2.1-2.1l7-7",
  close: "M6 6l12 12M18 6 6 18",
};

/** name: one of these. path: a drawing of a part loaded later. */
export function Icon({ name, path }: { readonly name?: keyof typeof PATHS; readonly path?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={name ? PATHS[name] : path} />
    </svg>
  );
}
