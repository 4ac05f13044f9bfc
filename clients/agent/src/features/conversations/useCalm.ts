/** Decides when the list is calm: the pointer moves in it, or it is scrolled down. */
import type { Conversation, Id } from "@shared/types";
import { useEffect, useRef, useState, type RefObject } from "react";
import { calmed, type Calm } from "./calm";
import { touched } from "./desk";

const REST_MS = 4000;

export function useCalm(items: readonly Conversation[], scroller: RefObject<HTMLElement | null>, list: string) {
  const [calm, setCalm] = useState(false);
  const order = useRef<{ list: string; ids: readonly Id[] }>({ list, ids: [] });
  const known = useRef(new Map<Id, Conversation>());
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let inside = false;
    const settle = () => setCalm(inside || element.scrollTop > 24);
    const moved = () => {
      inside = true;
      clearTimeout(rest.current);
      rest.current = setTimeout(left, REST_MS);
      settle();
    };
    const left = () => {
      inside = false;
      settle();
    };
    element.addEventListener("mousemove", moved);
    element.addEventListener("mouseleave", left);
    element.addEventListener("scroll", settle);
    document.addEventListener("keydown", left);
    return () => {
      clearTimeout(rest.current);
      element.removeEventListener("mousemove", moved);
      element.removeEventListener("mouseleave", left);
      element.removeEventListener("scroll", settle);
      document.removeEventListener("keydown", left);
    };
  }, [scroller]);

  // The same rows for the same items: who is told of new rows would else be told at every draw, and draw again.
  const drawn = useRef<{ items: readonly Conversation[]; calm: boolean; list: string; view: Calm } | null>(null);
  if (drawn.current?.items !== items || drawn.current.calm !== calm || drawn.current.list !== list) {
    for (const one of items) known.current.set(one.id, one);
    const same = order.current.list === list && order.current.ids.length > 0;
    const view = calm && same ? calmed(items, order.current.ids, known.current, touched) : { shown: items, fresh: 0 };
    order.current = { list, ids: view.shown.map((one) => one.id) };
    if (!calm) touched.clear();
    drawn.current = { items, calm, list, view };
  }
  const { view } = drawn.current;

  function letIn(): void {
    if (scroller.current) scroller.current.scrollTop = 0;
    setCalm(false);
  }
  return { ...view, letIn };
}
