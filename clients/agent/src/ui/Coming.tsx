/** Stands where something is on its way: keys pressed meanwhile wait for it. */
import { useLayoutEffect, type ReactNode } from "react";
import { hold } from "@lib/ahead";

export function Coming({ what = "page", children }: { what?: "page" | "layer"; children?: ReactNode }) {
  useLayoutEffect(() => hold(what), [what]);
  return children;
}
