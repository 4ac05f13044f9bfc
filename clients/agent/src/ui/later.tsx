/**
 * A part that comes later than the page. It stands at once when it is here already, else as soon as it has come: with
 * React's own lazy parts it is never here at the first look, and what stands in for it is left standing for 300 ms.
 */
import { createElement, useLayoutEffect, useState, type ComponentType, type ReactNode } from "react";

/** coming: stands in for it. */
export type Later<P> = ComponentType<P & { coming?: ReactNode }> & { fetch: () => Promise<void> };

/** fetch: asks for it ahead; a failure is met where it is shown, and asked again after. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): Later<P> {
  let part: ComponentType<P> | undefined;
  let asked: Promise<void> | undefined;

  const fetch = (): Promise<void> => (asked ??= load().then(
    (found) => {
      part = found;
    },
    (error: unknown) => {
      asked = undefined;
      throw error;
    },
  ));

  function Shown({ coming = null, ...props }: P & { coming?: ReactNode }) {
    const [here, setHere] = useState(part !== undefined);
    const [failure, setFailure] = useState<{ error: unknown } | null>(null);
    useLayoutEffect(() => {
      if (!here) fetch().then(() => setHere(true), (error: unknown) => setFailure({ error }));
    }, [here]);
    // Thrown while it is drawn, so that the page's own boundary has it.
    if (failure) throw failure.error;
    return here && part ? createElement(part, props as unknown as P) : coming;
  }
  return Object.assign(Shown, { fetch });
}
